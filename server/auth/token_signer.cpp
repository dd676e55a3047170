#include "server/auth/token_signer.h"

#include <jwt.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "media/crypto/hash.h"

namespace plenary::server {
namespace {

using nlohmann::json;

constexpr std::size_t kTokenIdLength = 22;  // 130 bits
constexpr std::string_view kSignatureId = "sig:";
constexpr std::size_t kSignatureLength = 43;  // of HS256 in base64url

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;
using JwtText = std::unique_ptr<char, FreeText>;

Error bad(const char* code, const char* message) { return {code, message}; }

// Three parts of base64url without padding: what libjwt is lenient about is refused before it sees it.
bool has_compact_form(std::string_view token) {
  if (token.size() > kMaxToken || std::count(token.begin(), token.end(), '.') != 2) return false;
  if (token.starts_with('.') || token.ends_with('.') || token.find("..") != std::string_view::npos) return false;
  return std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

// RFC 8725 §3.1 and §3.8: only the headers that we write; kid, jku, x5u, jwk and crit name keys or rules of a stranger.
bool has_plain_header(const json& header) {
  if (!header.is_object() || header.value("alg", json()) != "HS256") return false;
  for (const auto& [name, value] : header.items()) {
    if (name != "alg" && name != "typ") return false;
    if (!value.is_string()) return false;
  }
  return true;
}

// So that a token without `jti` can be revoked, too. Without the last character, some of whose bits nobody reads: with
// another one there the token would be as good, and not the one that was revoked. A digest, because ids are kept and
// shown, and nobody who sees one may have the token.
std::string id_of(std::string_view signature_but_one) {
  std::string id(kSignatureId);
  for (const std::uint8_t byte : crypto::sha256(as_bytes(signature_but_one))) {
    constexpr std::string_view kHex = "0123456789abcdef";
    id += kHex[byte >> 4];
    id += kHex[byte & 15];
  }
  return id;
}

std::string id_from_signature(std::string_view token) {
  const std::string_view signature = token.substr(token.rfind('.') + 1);
  return id_of(signature.substr(0, signature.size() - 1));
}

bool read_text(const json& grants, const char* name, std::string& into) {
  const auto found = grants.find(name);
  if (found == grants.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return into.size() <= kMaxClaim;
}

bool read_time(const json& grants, const char* name, std::optional<WallTime>& into) {
  const auto found = grants.find(name);
  if (found == grants.end()) return true;
  if (!found->is_number()) return false;
  const double seconds = found->get<double>();
  constexpr double kLatest = 253'402'300'799;  // end of the year 9999
  if (!(seconds >= 0 && seconds <= kLatest)) return false;
  into = WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
  return true;
}

bool read_claims(const json& grants, Claims& claims) {
  const bool texts = read_text(grants, "sub", claims.subject) && read_text(grants, "jti", claims.token_id) &&
                     read_text(grants, "name", claims.name) && read_text(grants, "title", claims.title) &&
                     read_text(grants, "role", claims.role) && read_text(grants, "meeting", claims.meeting) &&
                     read_text(grants, "room", claims.room) && read_text(grants, "organisation", claims.organisation) &&
                     read_text(grants, "delegation", claims.delegation) &&
                     read_text(grants, "category", claims.category) && read_text(grants, "country", claims.country) &&
                     read_text(grants, "where", claims.where);
  if (!texts || !read_time(grants, "exp", claims.expires) || !read_time(grants, "nbf", claims.not_before)) return false;
  const json rank = grants.value("rank", json(0U));
  if (!rank.is_number_unsigned() || rank.get<std::uint64_t>() > kMaxRank) return false;
  claims.rank = rank.get<std::int64_t>();
  if (!is_role(claims.role)) return false;
  if (!claims.category.empty() && !is_category(claims.category)) return false;
  if (!claims.where.empty() && !is_where(claims.where)) return false;
  return claims.room.empty() != claims.meeting.empty();
}

json claims_json(const Claims& claims, WallTime now) {
  const auto seconds = [](WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  json grants = {{"jti", claims.token_id}, {"iat", seconds(now)}, {"role", claims.role}};
  const std::array<std::pair<const char*, const std::string*>, 10> texts = {{{"sub", &claims.subject},
                                                                             {"name", &claims.name},
                                                                             {"title", &claims.title},
                                                                             {"meeting", &claims.meeting},
                                                                             {"room", &claims.room},
                                                                             {"organisation", &claims.organisation},
                                                                             {"delegation", &claims.delegation},
                                                                             {"category", &claims.category},
                                                                             {"country", &claims.country},
                                                                             {"where", &claims.where}}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) grants[name] = *text;
  }
  if (claims.rank != 0) grants["rank"] = claims.rank;
  if (claims.expires) grants["exp"] = seconds(*claims.expires);
  if (claims.not_before) grants["nbf"] = seconds(*claims.not_before);
  return grants;
}

}  // namespace

TokenSigner::TokenSigner(std::string secret) : secret_(std::move(secret)) {}

std::string TokenSigner::sign(Claims claims, WallTime now, RandomSource& random) const {
  if (claims.token_id.empty()) claims.token_id = random.token(kTokenIdLength);
  jwt_t* made = nullptr;
  PLENARY_CHECK(jwt_new(&made) == 0);
  const Jwt jwt(made);
  const std::string grants = claims_json(claims, now).dump(-1, ' ', false, json::error_handler_t::replace);
  PLENARY_CHECK(jwt_add_grants_json(jwt.get(), grants.c_str()) == 0);
  PLENARY_CHECK(jwt_set_alg(jwt.get(), JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(secret_.data()),
                            static_cast<int>(secret_.size())) == 0);
  const JwtText text(jwt_encode_str(jwt.get()));
  PLENARY_CHECK(text != nullptr);
  return text.get();
}

std::string current_token_id(std::string_view kept) {
  const bool is_signature = kept.starts_with(kSignatureId) && kept.size() == kSignatureId.size() + kSignatureLength - 1;
  return is_signature ? id_of(kept.substr(kSignatureId.size())) : std::string(kept);
}

Result<Claims> TokenSigner::verify(std::string_view token, WallTime now) const {
  const Error refused = bad("bad_token", "This link is not valid; ask the organisers for a new one.");
  if (!has_compact_form(token)) return refused;
  jwt_t* decoded = nullptr;
  const std::string text(token);
  if (jwt_decode(&decoded, text.c_str(), reinterpret_cast<const unsigned char*>(secret_.data()),
                 static_cast<int>(secret_.size())) != 0) {
    return refused;
  }
  const Jwt jwt(decoded);
  if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return refused;
  const JwtText header(jwt_get_headers_json(jwt.get(), nullptr));
  const JwtText grants(jwt_get_grants_json(jwt.get(), nullptr));
  if (header == nullptr || grants == nullptr) return refused;
  if (!has_plain_header(json::parse(header.get(), nullptr, false))) return refused;
  const json parsed = json::parse(grants.get(), nullptr, false);
  Claims claims;
  if (!parsed.is_object() || !read_claims(parsed, claims)) {
    return bad("bad_claims", "This link misses or misstates what it is for; ask the organisers for a new one.");
  }
  if (claims.token_id.empty()) claims.token_id = id_from_signature(token);
  const auto skew = std::chrono::duration_cast<std::chrono::milliseconds>(kClockSkew);
  if (claims.expires && now >= *claims.expires + skew) {
    return bad("expired", "This link has expired; ask the organisers for a new one.");
  }
  if (claims.not_before && now + skew < *claims.not_before) {
    return bad("not_yet_valid", "This link is not valid yet; come back later.");
  }
  return claims;
}

}  // namespace plenary::server
