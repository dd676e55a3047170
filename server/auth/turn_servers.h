// TURN servers that a page or player may use where nothing else gets through, with credentials that the server makes and
// the TURN server checks by a secret that both have (draft-uberti-behave-turn-rest-00; coturn: use-auth-secret). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/base/time.h"

namespace plenary::server {

// A day of a conference. A page that joins again gets new ones.
constexpr Duration kTurnLifetime = std::chrono::hours(12);

struct TurnCredentials {
  std::string username;  // "end:user", the end in seconds since 1970
  std::string password;  // base64 of HMAC-SHA1
};
TurnCredentials make_turn_credentials(std::string_view secret, std::string_view user, WallTime now);

class TurnServers {
 public:
  TurnServers(std::vector<std::string> urls, std::string secret) : urls_(std::move(urls)), secret_(std::move(secret)) {}

  // A JSON array of RTCIceServer, for a page.
  [[nodiscard]] std::string ice_servers(std::string_view user, WallTime now) const;
  // Values of `Link` headers, for players (RFC 9725 §4.6).
  [[nodiscard]] std::vector<std::string> links(std::string_view user, WallTime now) const;

 private:
  std::vector<std::string> urls_;
  std::string secret_;
};

}  // namespace plenary::server
