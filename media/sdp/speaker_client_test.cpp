#include "media/sdp/speaker_client.h"

#include <gtest/gtest.h>

#include "media/sdp/test_offers.h"

namespace plenary::sdp::speaker_client_test {
namespace {

using namespace testing;

SpeakerOffer our_speaker() {
  return {.ice = {.ufrag = "guest", .password = "guestpasswordislongenough"},
          .fingerprint = local_parameters().fingerprint,
          .audio_ssrc = 11,
          .video_ssrc = 12,
          .rtx_ssrc = 13,
          .cname = "guest"};
}

TEST(SpeakerClient, its_offer_is_accepted_with_sound_picture_repair_and_feedback) {
  const auto negotiated = speaker(write_speaker_offer(our_speaker()), local_parameters());
  ASSERT_EQ(verdict(negotiated), "200");
  EXPECT_EQ(negotiated->remote_ice.ufrag, "guest");
  ASSERT_EQ(negotiated->media.size(), 2U);
  EXPECT_EQ(negotiated->media[0].kind, MediaKind::audio);
  EXPECT_EQ(negotiated->media[0].remote_ssrcs, std::vector<std::uint32_t>{11});
  const CodecChoice& h264 = negotiated->media[1].codecs.at(0);
  EXPECT_EQ(h264.codec, Codec::h264);
  EXPECT_EQ(h264.rtx_payload_type, 103);
  EXPECT_TRUE(h264.nack && h264.pli && h264.transport_cc);
}

TEST(SpeakerClient, the_answer_tells_it_payload_types_and_extensions) {
  const LocalParameters local = local_parameters();
  const auto answer = parse_answer(speaker(write_speaker_offer(our_speaker()), local)->answer);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->ice, local.ice);
  EXPECT_EQ(answer->candidates, local.candidates);
  ASSERT_EQ(answer->media.size(), 2U);
  EXPECT_EQ(answer->media[0].codecs.at(0).payload_type, 111);
  EXPECT_EQ(answer->media[1].codecs.at(0).payload_type, 102);
  EXPECT_EQ(answer->media[1].codecs.at(0).rtx_payload_type, 103);
  EXPECT_EQ(answer->media[1].extensions.transport_cc, 3);
}

}  // namespace
}  // namespace plenary::sdp::speaker_client_test
