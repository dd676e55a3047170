#include <gtest/gtest.h>

#include "media/sdp/test_offers.h"

namespace plenary::sdp::viewer_client_test {
namespace {

using namespace testing;

ViewerOffer our_viewer(unsigned audio, unsigned video) {
  return {.ice = {.ufrag = "bench", .password = "benchpasswordislongenough"},
          .fingerprint = local_parameters().fingerprint,
          .audio = audio,
          .video = video};
}
TEST(ViewerClient, its_offer_is_accepted_and_the_answer_tells_what_it_needs) {
  const LocalParameters local = local_parameters();
  const auto negotiated = viewer(write_viewer_offer(our_viewer(2, 4)), local);
  ASSERT_EQ(verdict(negotiated), "200");
  EXPECT_EQ(negotiated->remote_ice.ufrag, "bench");
  const auto answer = parse_answer(negotiated->answer);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->ice, local.ice);
  EXPECT_EQ(answer->fingerprint, local.fingerprint);
  EXPECT_EQ(answer->candidates, local.candidates);
  ASSERT_EQ(answer->media.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    const NegotiatedMedia& sent = negotiated->media[i];
    const NegotiatedMedia& read = answer->media[i];
    EXPECT_EQ(read.mid, sent.mid);
    EXPECT_EQ(read.kind, sent.kind);
    EXPECT_EQ(read.ssrc, sent.ssrc);
    EXPECT_EQ(read.rtx_ssrc, sent.rtx_ssrc);
    EXPECT_EQ(read.extensions.transport_cc, sent.extensions.transport_cc);
    ASSERT_EQ(read.codecs.size(), sent.codecs.size());
    EXPECT_EQ(read.codecs[0].payload_type, sent.codecs[0].payload_type);
    EXPECT_EQ(read.codecs[0].profile_level_id, sent.codecs[0].profile_level_id);
    EXPECT_EQ(read.codecs[0].rtx_payload_type, sent.codecs[0].rtx_payload_type);
    EXPECT_EQ(read.codecs[0].nack, sent.codecs[0].nack);
  }
}

TEST(ViewerClient, a_section_that_another_server_rejects_keeps_its_place_without_codecs) {
  std::string text = viewer(write_viewer_offer(our_viewer(1, 1)), local_parameters())->answer;
  text = replaced(text, "m=audio 7000", "m=audio 0");
  const auto answer = parse_answer(text);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->media[0].codecs.empty());
  EXPECT_FALSE(answer->media[1].codecs.empty());
}

TEST(ViewerClient, candidates_repeated_in_every_section_count_once) {
  std::string text = viewer(write_viewer_offer(our_viewer(1, 1)), local_parameters())->answer;
  text += "a=candidate:1 1 udp 1 192.0.2.1 7000 typ host\r\n";
  EXPECT_EQ(parse_answer(text)->candidates.size(), 3U);
}

TEST(ViewerClient, answers_without_media_fingerprint_or_credentials_are_refused) {
  const std::string text = viewer(write_viewer_offer(our_viewer(1, 1)), local_parameters())->answer;
  EXPECT_FALSE(parse_answer(""));
  EXPECT_FALSE(parse_answer("v=0\r\n"));
  EXPECT_FALSE(parse_answer(without(text, "a=fingerprint")));
  EXPECT_FALSE(parse_answer(without(text, "a=ice-pwd")));
}

}  // namespace
}  // namespace plenary::sdp::viewer_client_test
