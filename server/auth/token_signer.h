// Join tokens: JWT (RFC 7519) signed with HS256, and nothing else (RFC 8725 §3.1). Any thread.
#pragma once

#include <string>
#include <string_view>

#include "media/base/random.h"
#include "media/base/result.h"
#include "media/base/time.h"
#include "server/auth/claims.h"

namespace plenary::server {

constexpr std::size_t kMaxToken = 4096;                    // bytes; a long one of ours has 700
constexpr std::size_t kMinSecret = 32;                     // bytes (RFC 7518 §3.2)
constexpr Duration kClockSkew = std::chrono::seconds(60);  // allowed on exp and nbf

class TokenSigner {
 public:
  // `secret`: at least kMinSecret bytes, checked by read_secret_file().
  explicit TokenSigner(std::string secret);

  // Gives the token a random jti when it has none. `now` becomes iat.
  [[nodiscard]] std::string sign(Claims claims, WallTime now, RandomSource& random) const;

  // Error.code: bad_token (form, algorithm, header, signature), expired, not_yet_valid, bad_claims. All are answered
  // with 401; the message never repeats any part of the token.
  [[nodiscard]] Result<Claims> verify(std::string_view token, WallTime now) const;

 private:
  std::string secret_;
};

// The id of a token as verify() gives it. What was kept of a token without `jti` may be its signature but for the last
// character, which its id once was; every other id is itself.
std::string current_token_id(std::string_view kept);

}  // namespace plenary::server
