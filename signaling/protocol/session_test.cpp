// Messages from strangers: what is taken, what is refused and how.
#include "signaling/protocol/session.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "signaling/protocol/json_text.h"
#include "signaling/protocol/sample_calls.h"

namespace plenary::signaling::session_test {
namespace {

using Json = nlohmann::json;

int code_of(const std::string& text) {
  const auto decoded = decode_message(text);
  return decoded ? 0 : decoded.error().code;
}

template <class T>
T act_of(const std::string& text) {
  const auto decoded = decode_message(text);
  if (!decoded) {
    ADD_FAILURE() << decoded.error().sentence;
    return T{};
  }
  return std::get<T>(std::get<Act>(decoded.value().call));
}

TEST(Session, a_request_for_the_floor_is_decoded) {
  const auto act = act_of<act::RequestFloor>(sample_call(
      "floor.request",
      R"({"key":"k1","kind":"question","topic":"  How\n\nmuch? ","language":"fr","beneficiary":" Abena  Owusu ",)"
      R"("beneficiary_title":"Minister"})"));
  EXPECT_EQ(act.key, "k1");
  EXPECT_EQ(act.kind, RequestKind::question);
  EXPECT_EQ(act.topic, "How much?");
  EXPECT_EQ(act.language, "fr");
  EXPECT_EQ(act.beneficiary, "Abena Owusu");
  EXPECT_EQ(act.beneficiary_title, "Minister");
}

TEST(Session, whom_a_moderator_adds_may_have_title_country_and_rank) {
  const auto act = act_of<act::Add>(sample_call(
      "floor.add",
      R"({"name":"Abena","category":"","where":"room","kind":"statement","title":" The  Minister","country":"Ghana","rank":2})"));
  EXPECT_EQ(act.title, "The Minister");
  EXPECT_EQ(act.country, "Ghana");
  EXPECT_EQ(act.rank, 2);
  const auto plain = act_of<act::Add>(
      sample_call("floor.add", R"({"name":"Abena","category":"","where":"room","kind":"statement","rank":0})"));
  EXPECT_EQ(plain.rank, 0);
  EXPECT_TRUE(plain.title.empty());
}

TEST(Session, each_method_of_the_table_decodes) {
  for (const auto& [method, params] : kGoodCalls) {
    EXPECT_EQ(code_of(sample_call(method, params)), 0) << method << " " << params;
  }
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"list.open"})"), 0) << "parameters may be absent";
}

TEST(Session, bad_parameters_are_refused_with_the_member_at_fault) {
  for (const auto& [method, params] : kBadCalls) {
    const auto decoded = decode_message(sample_call(method, params));
    ASSERT_FALSE(decoded) << method << " " << params;
    EXPECT_EQ(decoded.error().code, -32602) << method << " " << params;
    EXPECT_FALSE(decoded.error().sentence.empty());
    EXPECT_EQ(decoded.error().id, "1");
  }
}

TEST(Session, the_envelope_is_checked_as_json_rpc_says) {
  EXPECT_EQ(code_of(""), -32700);
  EXPECT_EQ(code_of("{"), -32700);
  EXPECT_EQ(code_of("[]"), -32600);
  EXPECT_EQ(code_of("1"), -32600);
  EXPECT_EQ(code_of(R"({"id":1,"method":"list.open"})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"1.0","id":1,"method":"list.open"})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":5})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"list.steal"})"), -32601);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":{},"method":"list.open"})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1.5,"method":"list.open"})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":9007199254740992,"method":"list.open"})"), -32600);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":")" + std::string(65, 'x') + R"(","method":"list.open"})"), -32600);
  EXPECT_FALSE(decode_message(R"({"jsonrpc":"2.0","method":"list.open"})").value().wants_answer);
  EXPECT_EQ(decode_message(R"({"jsonrpc":"2.0","id":"a\"b","method":"list.open"})").value().id, R"("a\"b")");
}

// Fault W2.
TEST(Session, duplicate_keys_depth_and_size_are_refused) {
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"list.open","params":{"a":1,"a":2}})"), -32602);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"list.open","method":"list.close"})"), -32602);
  EXPECT_EQ(code_of(sample_call("list.open", R"({"a":)" + std::string(30, '[') + std::string(30, ']') + "}")), 0);
  EXPECT_EQ(code_of(sample_call("list.open", R"({"a":)" + std::string(31, '[') + std::string(31, ']') + "}")), -32600);
  EXPECT_EQ(code_of(std::string(60'000, '[')), -32600);
  EXPECT_EQ(code_of(sample_call("list.open", R"({"a":")" + std::string(64 * 1024, 'x') + "\"}")), -32600);
}

TEST(Session, lone_surrogates_and_bytes_that_are_no_utf8_are_refused) {
  for (const char* bad :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\xAF\""}) {
    EXPECT_EQ(code_of(sample_call("floor.deny", std::string(R"({"request":"r-1","reason":)") + bad + "}")), -32700)
        << bad;
  }
  EXPECT_EQ(act_of<act::Deny>(sample_call("floor.deny", R"({"request":"r-1","reason":"\ud83d\ude00"})")).reason,
            "\U0001F600");
}

// Fault F1.
TEST(Session, identity_in_a_message_has_no_place_to_go) {
  const auto act = act_of<act::Grant>(
      sample_call("floor.grant", R"({"participant":"p-1","role":"moderator","senderId":"p-2","request":"r-1"})"));
  EXPECT_EQ(act.request, RequestId{1});
}

TEST(Session, texts_are_capped_by_characters) {
  const std::string params = R"({"key":"k","kind":"statement","topic":")" + std::string(20'000, 'x') +
                             R"(","language":"en","beneficiary":")" + std::string(20'000, 'y') + "\"}";
  const auto act = act_of<act::RequestFloor>(sample_call("floor.request", params));
  EXPECT_EQ(act.topic.size(), kMaxTopic);
  EXPECT_EQ(act.beneficiary.size(), kMaxName);
}

TEST(Session, errors_carry_the_stable_word) {
  const Json error = Json::parse(encode_error("\"a\"", -32004, "no_return", "Say \"yes\"."));
  EXPECT_EQ(error, Json::parse(R"({"jsonrpc":"2.0","id":"a","error":{"code":-32004,"message":"Say \"yes\".",
                                   "data":{"code":"no_return"}}})"));
}

TEST(Session, a_client_that_sends_too_fast_is_slowed_and_then_closed) {
  RateLimit limit;
  const Instant start{};
  int allowed = 0;
  while (!limit.should_close()) allowed += limit.allow(start) ? 1 : 0;
  EXPECT_EQ(allowed, static_cast<int>(kMessageBurst));

  RateLimit honest;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(honest.allow(start + std::chrono::milliseconds(50 * i)));
}

TEST(Session, mutations_of_good_messages_never_crash_and_refusals_are_json) {
  std::mt19937_64 random(7);
  const std::string good =
      sample_call("floor.request", R"({"key":"k1","kind":"question","topic":"Ünïcode \ud83d\ude00","language":"fr"})");
  for (int i = 0; i < 5'000; ++i) {
    std::string text = good;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) text[random() % text.size()] = static_cast<char>(random());
    if (i % 4 == 0) text.resize(random() % text.size());
    const auto decoded = decode_message(text);
    if (decoded) continue;
    const auto& fault = decoded.error();
    ASSERT_TRUE(Json::accept(encode_error(fault.id, fault.code, fault.word, fault.sentence))) << text;
  }
}

// Finds a folder of test data beside or above the repository; empty: not there.
std::filesystem::path corpus(const std::filesystem::path& name) {
  for (std::filesystem::path at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path()) {
    if (std::filesystem::exists(at / "../shared/corpora" / name)) return at / "../shared/corpora" / name;
  }
  return {};
}

// Fault W2.
TEST(Session, the_json_test_suite_is_judged_as_it_says) {
  const std::filesystem::path folder = corpus("json");
  if (folder.empty()) GTEST_SKIP() << "no ../shared/corpora/json";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    Json tree;
    const JsonFault fault = parse_json(text.str(), tree);
    const std::string name = entry.path().filename();
    const bool twice = name.find("duplicated_key") != std::string::npos;
    const JsonFault good = twice ? JsonFault::duplicate_key : JsonFault::none;
    EXPECT_TRUE(!name.starts_with("y_") || fault == good) << name;
    EXPECT_TRUE(!name.starts_with("n_") || fault != JsonFault::none) << name;
    (void)decode_message(text.str());
    ++files;
  }
  EXPECT_GT(files, 280U);
}

}  // namespace
}  // namespace plenary::signaling::session_test
