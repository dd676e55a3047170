#include "server/auth/turn_servers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::server::turn_servers_test {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
const TurnServers kServers({"turns:turn.example.org:443?transport=tcp", "turn:192.0.2.1:3478"}, "north");

TEST(turn_servers, the_password_is_what_coturn_computes_from_the_user_name) {
  const TurnCredentials made = make_turn_credentials("north", "p-7", kNow);
  EXPECT_EQ(made.username, "1700043200:p-7");
  // printf 1700043200:p-7 | openssl dgst -sha1 -hmac north -binary | base64
  EXPECT_EQ(made.password, "+sDnAan/E2gT0KF9Qm1dEkiowIw=");
}

TEST(turn_servers, a_page_gets_them_as_the_browser_wants_them) {
  const auto list = nlohmann::json::parse(kServers.ice_servers("p-7", kNow));
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["urls"].size(), 2u);
  EXPECT_EQ(list[0]["username"].get<std::string>(), "1700043200:p-7");
  EXPECT_EQ(list[0]["credential"].get<std::string>(), make_turn_credentials("north", "p-7", kNow).password);
}

TEST(turn_servers, a_player_gets_a_link_for_each) {
  const std::vector<std::string> links = kServers.links("guest", kNow);
  ASSERT_EQ(links.size(), 2u);
  EXPECT_TRUE(links[0].starts_with(
      "<turns:turn.example.org:443?transport=tcp>; rel=\"ice-server\"; username=\"1700043200:guest\"; credential=\""));
  EXPECT_TRUE(links[1].ends_with("\"; credential-type=\"password\""));
}

}  // namespace
}  // namespace plenary::server::turn_servers_test
