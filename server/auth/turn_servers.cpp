#include "server/auth/turn_servers.h"

#include <nlohmann/json.hpp>

#include "media/crypto/base64.h"
#include "media/crypto/hash.h"

namespace plenary::server {

TurnCredentials make_turn_credentials(std::string_view secret, std::string_view user, WallTime now) {
  const auto end = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch() + kTurnLifetime);
  std::string username = std::to_string(end.count()) + ":" + std::string(user);
  const auto bytes = [](std::string_view text) {
    return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  const auto code = crypto::hmac_sha1(bytes(secret), bytes(username));
  return {.username = std::move(username), .password = crypto::encode_base64(code)};
}

std::string TurnServers::ice_servers(std::string_view user, WallTime now) const {
  const TurnCredentials credentials = make_turn_credentials(secret_, user, now);
  return nlohmann::json::array(
             {{{"urls", urls_}, {"username", credentials.username}, {"credential", credentials.password}}})
      .dump();
}

std::vector<std::string> TurnServers::links(std::string_view user, WallTime now) const {
  const TurnCredentials credentials = make_turn_credentials(secret_, user, now);
  std::vector<std::string> links;
  for (const std::string& url : urls_) {
    links.push_back("<" + url + ">; rel=\"ice-server\"; username=\"" + credentials.username + "\"; credential=\"" +
                    credentials.password + "\"; credential-type=\"password\"");
  }
  return links;
}

}  // namespace plenary::server
