// What is refused, with the status and the word that clients see; nothing is served in part.
#include <gtest/gtest.h>

#include "media/sdp/test_offers.h"

namespace plenary::sdp::refusal_test {
namespace {

using namespace testing;

std::string refused(const std::string& offer) { return verdict(viewer(offer)); }

TEST(Refusal, the_small_offer_is_fine) { EXPECT_EQ(refused(small_offer()), "200"); }

TEST(Refusal, plain_rtp_and_keys_in_the_description) {
  for (const char* protocol : {"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "UDP/RTP/AVP", "TCP/DTLS/RTP/SAVPF", "TCP/RTP/AVP"}) {
    EXPECT_EQ(refused(replaced(small_offer(), "UDP/TLS/RTP/SAVPF", protocol)), "422 protocol") << protocol;
  }
  const std::string key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\n";
  EXPECT_EQ(refused(small_offer() + key), "422 sdes");
  EXPECT_EQ(refused(replaced(small_offer(), "a=setup", key + "a=setup")), "422 sdes");
}

TEST(Refusal, missing_or_weak_fingerprints) {
  EXPECT_EQ(refused(without(small_offer(), "a=fingerprint")), "400 no_fingerprint");
  const std::string bare = without(small_offer(), "a=fingerprint");
  EXPECT_EQ(
      refused(replaced(bare, "a=setup",
                       "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\na=setup")),
      "422 weak_fingerprint");
  EXPECT_EQ(
      refused(replaced(bare, "a=setup", "a=fingerprint:md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\na=setup")),
      "422 weak_fingerprint");
  EXPECT_EQ(refused(replaced(bare, "a=setup", "a=fingerprint:sha-256 00:11:22\na=setup")), "422 weak_fingerprint");
  EXPECT_EQ(refused(replaced(bare, "a=setup", "a=fingerprint:\na=setup")), "422 weak_fingerprint");
}

TEST(Refusal, a_strong_fingerprint_beside_a_weak_one_is_the_one_that_counts) {
  const auto result =
      viewer(replaced(small_offer(), "a=setup",
                      "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\na=setup"));
  ASSERT_EQ(verdict(result), "200");
  EXPECT_EQ(result->remote_fingerprint.algorithm, "sha-256");
}

TEST(Refusal, ice_credentials_that_are_missing_short_long_or_not_of_ice_characters) {
  const auto with = [](const std::string& ufrag, const std::string& password) {
    return refused(replaced(replaced(small_offer(), "ufrag:abcd", "ufrag:" + ufrag), "pwd:0123456789abcdefghijkl",
                            "pwd:" + password));
  };
  const std::string good(22, 'p');
  EXPECT_EQ(refused(without(small_offer(), "a=ice-pwd")), "400 no_ice_credentials");
  EXPECT_EQ(refused(without(small_offer(), "a=ice-ufrag")), "400 no_ice_credentials");
  EXPECT_EQ(with("a", good), "400 ice_credentials");
  EXPECT_EQ(with(std::string(257, 'a'), good), "400 ice_credentials");
  EXPECT_EQ(with(std::string(256, 'a'), good), "200");
  EXPECT_EQ(with("ab/+", std::string(256, 'p')), "200");
  EXPECT_EQ(with("abcd", std::string(21, 'p')), "400 ice_credentials");
  EXPECT_EQ(with("abcd", std::string(257, 'p')), "400 ice_credentials");
  EXPECT_EQ(with("ab-d", good), "400 ice_credentials");
  EXPECT_EQ(with("abc:d", good), "400 ice_credentials");
  EXPECT_EQ(with("abc d", good), "400 ice_credentials");
}

TEST(Refusal, another_lite_agent) {
  EXPECT_EQ(refused(replaced(small_offer(), "a=setup", "a=ice-lite\na=setup")), "422 ice_lite");
}

// Conformance points 6, 7, 8, 10
TEST(Refusal, viewers_who_do_not_receive) {
  EXPECT_EQ(refused(replaced(small_offer(), "a=recvonly", "a=sendrecv")), "200");
  EXPECT_EQ(refused(replaced(small_offer(), "a=recvonly", "a=sendonly")), "422 direction");
  EXPECT_EQ(refused(replaced(small_offer(), "a=recvonly", "a=inactive")), "422 direction");
  EXPECT_EQ(refused(replaced(without(small_offer(), "a=recvonly"), "a=setup", "a=inactive\na=setup")), "422 direction")
      << "said at the session";
  EXPECT_EQ(refused(small_offer() + "a=inactive\n"), "422 direction") << "one of two sections";
}

TEST(Refusal, roles_of_dtls_that_we_do_not_take) {
  EXPECT_EQ(refused(replaced(small_offer(), "setup:actpass", "setup:active")), "200");
  EXPECT_EQ(refused(without(small_offer(), "a=setup")), "200") << "active is what nothing means";
  LocalParameters passive_only = local_parameters();
  passive_only.may_open_dtls = false;
  EXPECT_EQ(verdict(viewer(replaced(small_offer(), "setup:actpass", "setup:passive"), passive_only)), "422 setup");
  EXPECT_EQ(refused(replaced(small_offer(), "setup:actpass", "setup:holdconn")), "422 setup");
  EXPECT_EQ(refused(replaced(small_offer(), "setup:actpass", "setup:both")), "400 malformed_setup");
}

TEST(Refusal, sections_outside_the_bundle_or_without_rtcp_mux) {
  EXPECT_EQ(refused(without(small_offer(), "a=group")), "422 no_bundle");
  EXPECT_EQ(refused(replaced(small_offer(), "BUNDLE a v", "BUNDLE a")), "422 no_bundle");
  EXPECT_EQ(refused(replaced(small_offer(), "BUNDLE a v", "BUNDLE a x")), "422 no_bundle");
  EXPECT_EQ(refused(replaced(small_offer(), "BUNDLE a v", "BUNDLE a a")), "422 no_bundle");
  EXPECT_EQ(refused(replaced(small_offer(), "BUNDLE a v", "BUNDLE a v w")), "422 no_bundle");
  EXPECT_EQ(refused(without(session("a") + kAudio, "a=group")), "200") << "one section is its own bundle";
  EXPECT_EQ(refused(without(small_offer(), "a=rtcp-mux")), "422 no_rtcp_mux");
  EXPECT_EQ(refused(without(small_offer(), "a=mid:a")), "400 no_mid");
}

TEST(Refusal, disabled_sections_unless_they_are_bundle_only) {
  EXPECT_EQ(refused(replaced(small_offer(), "m=video 9", "m=video 0")), "422 disabled_section");
  EXPECT_EQ(refused(replaced(small_offer(), "m=video 9", "m=video 0") + "a=bundle-only\n"), "200");
}

TEST(Refusal, more_slots_than_a_viewer_has) {
  std::string offer = session("0 1 2 3 4 5");
  for (int i = 0; i < 2; ++i) offer += replaced(kAudio, "mid:a", "mid:" + std::to_string(i));
  for (int i = 2; i < 6; ++i) offer += replaced(kVideo, "mid:v", "mid:" + std::to_string(i));
  EXPECT_EQ(refused(offer), "200");
  EXPECT_EQ(refused(replaced(offer, "3 4 5\n", "3 4 5 6\n") + replaced(kVideo, "mid:v", "mid:6")),
            "422 too_many_slots");
  EXPECT_EQ(refused(replaced(offer, "3 4 5\n", "3 4 5 6\n") + replaced(kAudio, "mid:a", "mid:6")),
            "422 too_many_slots");
}

TEST(Refusal, data_channels_and_other_kinds) {
  const std::string data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:d\na=sctp-port:5000\n";
  EXPECT_EQ(refused(replaced(small_offer(), "BUNDLE a v", "BUNDLE a v d") + data), "422 data_channel");
  EXPECT_EQ(refused(small_offer() + "m=text 9 UDP/TLS/RTP/SAVPF 98\na=mid:t\n"), "422 media_kind");
  EXPECT_EQ(refused(session("a")), "400 no_media");
}

TEST(Refusal, one_payload_type_with_two_meanings) {
  const std::string audio = replaced(kAudio, "111", "96");
  EXPECT_EQ(refused(session("a v") + audio + kVideo), "400 payload_type_conflict");
  const std::string other = replaced(replaced(kVideo, "mid:v", "mid:w"), "102 96", "96 102");
  EXPECT_EQ(refused(session("v w") + kVideo + other), "200") << "the same meaning in another order";
  const std::string swapped =
      replaced(replaced(replaced(replaced(kVideo, "mid:v", "mid:w"), "102", "@"), "96", "102"), "@", "96");
  EXPECT_EQ(refused(session("v w") + kVideo + swapped), "400 payload_type_conflict");
}

TEST(Refusal, payload_types_that_look_like_rtcp_are_not_taken) {
  EXPECT_EQ(refused(replaced(session("a") + kAudio, "111", "72")), "406 no_opus");
  EXPECT_EQ(refused(replaced(session("a") + kAudio, "111", "95")), "406 no_opus");
  EXPECT_EQ(refused(replaced(session("a") + kAudio, "111", "63")), "200");
}

TEST(Refusal, says_what_to_change) {
  for (const std::string& offer : {std::string(), session("a"), replaced(small_offer(), "a=recvonly", "a=inactive"),
                                   small_offer() + "a=crypto:1\n"}) {
    const auto result = viewer(offer);
    ASSERT_FALSE(result);
    EXPECT_GE(result.error().status, 400);
    EXPECT_LT(result.error().status, 500);
    EXPECT_TRUE(result.error().message.ends_with('.')) << result.error().message;
  }
}

}  // namespace
}  // namespace plenary::sdp::refusal_test
