#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/sdp/test_offers.h"

namespace plenary::sdp::ice_fragment_test {
namespace {

std::string refused(std::string_view body) {
  const auto result = parse_ice_fragment(body);
  return result ? "200" : std::to_string(result.error().status) + " " + result.error().code;
}
constexpr const char* kTrickle =
    "a=ice-ufrag:EsAw\r\n"
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:audio-7\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
    "a=candidate:3471623853 1 udp 2122194687 abcdef.local 61765 typ host\r\n"
    "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0\r\n"
    "a=end-of-candidates\r\n";

TEST(IceFragment, trickled_candidates_are_counted_whether_usable_or_not) {
  const auto fragment = parse_ice_fragment(kTrickle);
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->candidates, 3U);
  EXPECT_EQ(fragment->mid, "audio-7");
  EXPECT_EQ(fragment->credentials, (ice::Credentials{.ufrag = "EsAw", .password = "P2uYro0UCOQ4zxjKXaWCBui1"}));
}

TEST(IceFragment, without_credentials_there_is_no_restart) {
  const auto fragment = parse_ice_fragment("m=audio 9 RTP/AVP 0\na=mid:0\na=end-of-candidates\n");
  ASSERT_TRUE(fragment);
  EXPECT_FALSE(fragment->credentials);
}

TEST(IceFragment, the_first_credentials_are_those_of_the_bundle) {
  const auto fragment = parse_ice_fragment(
      std::string(kTrickle) +
      "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:v\r\na=ice-ufrag:other\r\na=ice-pwd:0123456789012345678901\r\n");
  EXPECT_EQ(fragment->credentials->ufrag, "EsAw");
  EXPECT_EQ(fragment->mid, "audio-7");
}

TEST(IceFragment, malformed_ones_are_refused) {
  for (const char* body : {"", "\r\n", "hello", "{}", "a=mid:0\r\n", "v=0\r\na=end-of-candidates\r\n",
                           "a=mid:\x80 x\r\na=end-of-candidates\r\n"}) {
    EXPECT_EQ(refused(body), "400 malformed_fragment") << body;
  }
  EXPECT_EQ(refused("a=ice-ufrag:EsAw\r\n"), "400 no_ice_credentials");
  EXPECT_EQ(refused("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"), "400 no_ice_credentials");
  EXPECT_EQ(refused("a=ice-ufrag:Es\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"), "400 ice_credentials");
  EXPECT_EQ(refused("a=ice-ufrag:EsAw\r\na=ice-pwd:short\r\n"), "400 ice_credentials");
  EXPECT_EQ(refused(std::string("a=end-of-candidates\r\na=x\0", 25)), "400 control_character");
}

TEST(IceFragment, ten_thousand_candidates_are_too_many) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "a=candidate:1 1 udp 1 169.254.169.254 80 typ host\n";
  EXPECT_EQ(refused(body), "413 too_large");
  body.resize(50 * 1'200);
  EXPECT_EQ(parse_ice_fragment(body)->candidates, 1'200U);
}

TEST(IceFragment, ours_is_read_back_and_carries_all_candidates) {
  const LocalParameters local = testing::local_parameters();
  const std::string text = write_ice_fragment(local, "mid0");
  const auto fragment = parse_ice_fragment(text);
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->credentials, local.ice);
  EXPECT_EQ(fragment->candidates, 3U);
  EXPECT_EQ(fragment->mid, "mid0");
  EXPECT_THAT(text, ::testing::HasSubstr("a=ice-lite\r\n"));
  EXPECT_THAT(text, ::testing::EndsWith("a=end-of-candidates\r\n"));
}

}  // namespace
}  // namespace plenary::sdp::ice_fragment_test
