#include "server/auth/token_signer.h"

#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace plenary::server::token_signer_test {
namespace {

using namespace std::chrono_literals;

const std::string kSecret(32, 's');
constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};

Claims amina() {
  return {.subject = "amina",
          .name = "Amina \"D\" Diallo",
          .role = "participant",
          .room = "room-a",
          .organisation = "Ministère",
          .category = "government",
          .where = "room",
          .rank = 2,
          .expires = kNow + 8h};
}

std::string sign(const Claims& claims) {
  SeededRandom random(1);
  return TokenSigner(kSecret).sign(claims, kNow, random);
}

// A token that libjwt makes as told, for headers and algorithms that TokenSigner never writes.
std::string made_by_libjwt(jwt_alg_t algorithm, const char* header, const char* grants, const std::string& key) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_add_grants_json(jwt, grants);
  if (header != nullptr) jwt_add_headers_json(jwt, header);
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  jwt_set_alg(jwt, algorithm, algorithm == JWT_ALG_NONE ? nullptr : bytes,
              algorithm == JWT_ALG_NONE ? 0 : static_cast<int>(key.size()));
  char* text = jwt_encode_str(jwt);
  std::string token = text;
  std::free(text);
  jwt_free(jwt);
  return token;
}
constexpr const char* kGrants = R"({"role":"admin","room":"*"})";

TEST(TokenSigner, a_token_without_an_id_has_one_that_no_spelling_of_it_changes) {
  std::string token = made_by_libjwt(JWT_ALG_HS256, nullptr, kGrants, kSecret);
  const std::string id = TokenSigner(kSecret).verify(token, kNow)->token_id;
  EXPECT_GE(id.size(), 40U);
  // J6: ids are kept and shown; they lead to no token.
  const std::string signature = token.substr(token.rfind('.') + 1);
  EXPECT_EQ(id.find(signature.substr(0, 8)), std::string::npos);
  int spellings = 0;
  for (const char last : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    token.back() = last;
    const auto claims = TokenSigner(kSecret).verify(token, kNow);
    if (!claims) continue;
    ++spellings;
    EXPECT_EQ(claims->token_id, id);
  }
  EXPECT_GE(spellings, 1);
  const std::string other = made_by_libjwt(JWT_ALG_HS256, nullptr, R"({"role":"observer","room":"*"})", kSecret);
  EXPECT_NE(TokenSigner(kSecret).verify(other, kNow)->token_id, id);
}

TEST(TokenSigner, an_id_kept_as_the_signature_itself_is_known_by_what_it_is_now) {
  const std::string token = made_by_libjwt(JWT_ALG_HS256, nullptr, kGrants, kSecret);
  const std::string id = TokenSigner(kSecret).verify(token, kNow)->token_id;
  const std::string signature = token.substr(token.rfind('.') + 1);
  EXPECT_EQ(current_token_id("sig:" + signature.substr(0, signature.size() - 1)), id);
  for (const std::string& other : {id, std::string("jti-1"), std::string("sig:"), "sig:" + signature}) {
    EXPECT_EQ(current_token_id(other), other);
  }
}

TEST(TokenSigner, what_it_signed_it_reads_back) {
  const auto claims = TokenSigner(kSecret).verify(sign(amina()), kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "amina");
  EXPECT_EQ(claims->name, "Amina \"D\" Diallo");
  EXPECT_EQ(claims->organisation, "Ministère");
  EXPECT_EQ(claims->rank, 2);
  EXPECT_EQ(claims->where, "room");
  EXPECT_EQ(claims->expires, kNow + 8h);
  EXPECT_GE(claims->token_id.size(), 22U);
  EXPECT_TRUE(claims->admits_to_room("room-a"));
  EXPECT_FALSE(claims->admits_to_room("room-b"));
}

TEST(TokenSigner, another_secret_a_changed_letter_and_cut_tokens_are_refused) {
  const std::string token = sign(amina());
  EXPECT_FALSE(TokenSigner(std::string(32, 't')).verify(token, kNow));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last letter of base64url holds unused bits; flipping others must never pass.
    if (i + 1 < token.size()) {
      EXPECT_FALSE(TokenSigner(kSecret).verify(changed, kNow)) << i;
    }
    EXPECT_FALSE(TokenSigner(kSecret).verify(token.substr(0, i), kNow)) << i;
  }
}

// Fault J1.
TEST(TokenSigner, only_hs256_with_a_plain_header_is_accepted) {
  const TokenSigner signer(kSecret);
  EXPECT_TRUE(signer.verify(made_by_libjwt(JWT_ALG_HS256, nullptr, kGrants, kSecret), kNow));
  EXPECT_FALSE(signer.verify(made_by_libjwt(JWT_ALG_NONE, nullptr, kGrants, ""), kNow));
  EXPECT_FALSE(signer.verify(made_by_libjwt(JWT_ALG_HS384, nullptr, kGrants, kSecret), kNow));
  EXPECT_FALSE(signer.verify(made_by_libjwt(JWT_ALG_HS512, nullptr, kGrants, kSecret), kNow));
  for (const char* header : {R"({"kid":"../../dev/null"})", R"({"jku":"http://x"})", R"({"x5u":"http://x"})",
                             R"({"jwk":{"kty":"oct"}})", R"({"crit":["exp"]})"}) {
    EXPECT_FALSE(signer.verify(made_by_libjwt(JWT_ALG_HS256, header, kGrants, kSecret), kNow)) << header;
  }
}

// Fault J2.
TEST(TokenSigner, expiry_and_start_allow_a_minute_of_skew_and_no_more) {
  const TokenSigner signer(kSecret);
  Claims claims = amina();
  claims.expires = kNow;
  EXPECT_TRUE(signer.verify(sign(claims), kNow + 59s));
  EXPECT_EQ(signer.verify(sign(claims), kNow + 60s).error().code, "expired");
  claims.expires = kNow + 1h;
  claims.not_before = kNow;
  EXPECT_TRUE(signer.verify(sign(claims), kNow - 60s));
  EXPECT_EQ(signer.verify(sign(claims), kNow - 61s).error().code, "not_yet_valid");
}

TEST(TokenSigner, claims_of_wrong_types_or_unknown_words_are_refused) {
  const TokenSigner signer(kSecret);
  for (const char* grants :
       {R"({"role":"emperor","room":"a"})", R"({"role":"participant"})",
        R"({"role":"participant","room":"a","meeting":"b"})", R"({"role":7,"room":"a"})",
        R"({"role":"participant","room":"a","category":"press"})",
        R"({"role":"participant","room":"a","where":"moon"})", R"({"role":"participant","room":"a","exp":"tomorrow"})",
        R"({"role":"participant","room":"a","rank":-1})", R"({"role":"participant","room":["a"]})"}) {
    const auto claims = signer.verify(made_by_libjwt(JWT_ALG_HS256, nullptr, grants, kSecret), kNow);
    ASSERT_FALSE(claims) << grants;
    EXPECT_EQ(claims.error().code, "bad_claims") << grants;
  }
}

// Fault J4.
TEST(TokenSigner, garbage_is_refused_whatever_it_is) {
  const TokenSigner signer(kSecret);
  SeededRandom random(7);
  const std::string token = sign(amina());
  for (int i = 0; i < 20'000; ++i) {
    std::string hostile = token;
    const std::size_t at = random.u32() % (hostile.size() - 1);
    hostile[at] = static_cast<char>(random.u32());
    if (hostile != token) {
      EXPECT_FALSE(signer.verify(hostile, kNow));
    }
  }
  for (const char* text : {"", ".", "..", "...", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "=.=.="}) {
    EXPECT_FALSE(signer.verify(text, kNow)) << text;
  }
  EXPECT_FALSE(signer.verify(std::string(kMaxToken + 1, 'a'), kNow));
}

std::string from_base64url(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bits = bits << 6 | static_cast<unsigned>(kAlphabet.find(c));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xff);
  }
  return bytes;
}

// J1. All HS256 tokens of the corpus name their key (`kid`), also the valid ones: a header that we never write.
TEST(TokenSigner, tokens_of_the_shared_corpus_are_refused_under_their_own_keys_too) {
  const std::filesystem::path file =
      std::filesystem::path(PLENARY_SOURCE_DIR) / "../shared/corpora/jose/json_web_signature_test.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no corpus beside the project";
  const auto corpus = nlohmann::json::parse(std::ifstream(file), nullptr, false);
  int tried = 0;
  for (const auto& group : corpus["testGroups"]) {
    const auto key = group.value("private", nlohmann::json::object());
    // HS256 under the text of a public key is the oldest trick.
    const std::string secret = key.value("kty", "") == "oct" ? from_base64url(key.value("k", ""))
                                                             : group.value("public", nlohmann::json()).dump();
    for (const auto& test : group["tests"]) {
      if (!test.contains("jws") || !test["jws"].is_string()) continue;
      const auto verdict = TokenSigner(secret).verify(test["jws"].get<std::string>(), kNow);
      ASSERT_FALSE(verdict) << test;
      EXPECT_EQ(verdict.error().code, "bad_token") << test;
      ++tried;
    }
  }
  EXPECT_GT(tried, 350);
}

// Fault J1.
TEST(TokenSigner, forged_tokens_of_the_shared_corpus_are_refused) {
  const std::filesystem::path file =
      std::filesystem::path(PLENARY_SOURCE_DIR) / "../shared/corpora/jose/json_web_signature_test.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no corpus beside the project";
  const auto corpus = nlohmann::json::parse(std::ifstream(file), nullptr, false);
  const TokenSigner signer(kSecret);
  int tried = 0;
  for (const auto& group : corpus["testGroups"]) {
    for (const auto& test : group["tests"]) {
      if (!test.contains("jws") || !test["jws"].is_string()) continue;
      EXPECT_FALSE(signer.verify(test["jws"].get<std::string>(), kNow));
      ++tried;
    }
  }
  EXPECT_GT(tried, 100);
}

}  // namespace
}  // namespace plenary::server::token_signer_test
