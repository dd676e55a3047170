#include <gtest/gtest.h>

#include "server/http/http_server.h"

namespace plenary::server::http_message_test {
namespace {

HttpRequest from(const char* ip, const char* forwarded_for = "") {
  HttpRequest request;
  request.remote = *Address::from_ip(ip, 40'000);
  if (*forwarded_for != '\0') request.headers["x-forwarded-for"] = forwarded_for;
  return request;
}

TEST(HttpRequest, is_local_only_when_nobody_else_stands_behind_it) {
  EXPECT_TRUE(from("127.0.0.1").is_local());
  EXPECT_TRUE(from("::1").is_local());
  EXPECT_FALSE(from("192.0.2.7").is_local());
  EXPECT_FALSE(from("127.0.0.1", "192.0.2.7").is_local());
  EXPECT_FALSE(from("127.0.0.1", "127.0.0.1").is_local()) << "anybody can write that";
  HttpRequest proxied = from("127.0.0.1");
  proxied.headers["via"] = "1.1 proxy";
  EXPECT_FALSE(proxied.is_local());
}

TEST(HttpRequest, comes_from_an_ipv4_address_or_half_an_ipv6_one) {
  EXPECT_EQ(from("192.0.2.7").network(), "192.0.2.7");
  EXPECT_EQ(from("2001:db8:1:2:3:4:5:6").network(), "2001:db8:1:2::");
  EXPECT_EQ(from("2001:db8:1:2:ffff::9").network(), "2001:db8:1:2::");
}

TEST(HttpRequest, comes_from_whom_a_proxy_on_this_machine_names_last) {
  EXPECT_EQ(from("127.0.0.1", "10.9.9.9, 192.0.2.7").network(), "192.0.2.7");
  EXPECT_EQ(from("::1", "2001:db8::1").network(), "2001:db8::");
  EXPECT_EQ(from("127.0.0.1", "nonsense").network(), "127.0.0.1");
  EXPECT_EQ(from("198.51.100.1", "192.0.2.7").network(), "198.51.100.1") << "strangers name whom they like";
}

}  // namespace
}  // namespace plenary::server::http_message_test
