#include "media/peer/speaker.h"

#include <gtest/gtest.h>

namespace plenary::peer::speaker_test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kH264 = 102, kRtx = 103;
constexpr std::uint32_t kHighSsrc = 1'000, kHighRtx = 1'001, kLowSsrc = 2'000, kLowRtx = 2'001;

// A camera in two layers, "h" and "l".
class SpeakerTest : public testing::Test {
 protected:
  static sdp::Negotiated negotiated() {
    const sdp::CodecChoice h264{.codec = Codec::h264, .payload_type = kH264, .rtx_payload_type = kRtx};
    return {.media = {{.mid = "1",
                       .kind = MediaKind::video,
                       .codecs = {h264},
                       .extensions = {.rid = 10, .repaired_rid = 11},
                       .layers = {"h", "l"}}},
            .remote_ice = {},
            .remote_fingerprint = {}};
  }
  // Of which layer it is taken to be; nothing when it is dropped.
  std::optional<std::size_t> take(std::uint32_t ssrc, const std::string& rid, std::uint8_t payload_type = kH264) {
    const bool repair = payload_type == kRtx;
    const rtp::HeaderWriter header(ssrc, {.rid = static_cast<std::uint8_t>(repair ? 11 : 10)}, {}, rid);
    ByteVector packet(header.size());
    ++sequence_;
    header.write(packet.data(), {.payload_type = payload_type, .sequence = sequence_, .timestamp = 3'600u * sequence_});
    ByteWriter writer(packet);
    if (repair) writer.u16(static_cast<std::uint16_t>(1'000 + sequence_));
    writer.bytes(ByteVector{0x65, 0x88, 0x80, 1});
    const auto received = speaker_.handle_rtp(packet, now_ += 10ms);
    return received ? received->layer : std::nullopt;
  }
  [[nodiscard]] std::uint64_t dropped() const { return counters_.get(Count::rtp_unknown_layer); }

  SeededRandom random_{1};
  Counters counters_;
  Speaker speaker_{negotiated(), "us", random_, counters_};
  Instant now_{1h};
  std::uint16_t sequence_ = 0;
};

TEST_F(SpeakerTest, a_layer_is_named_by_its_rid_and_known_by_its_ssrc_from_then_on) {
  EXPECT_EQ(take(kHighSsrc, ""), std::nullopt);
  EXPECT_EQ(take(kHighSsrc, "h"), 0u);
  EXPECT_EQ(take(kLowSsrc, "l"), 1u);
  EXPECT_EQ(take(kHighSsrc, ""), 0u);
  EXPECT_EQ(take(kLowSsrc, ""), 1u);
  EXPECT_EQ(dropped(), 1u);
}

TEST_F(SpeakerTest, an_ssrc_under_the_name_of_another_layer_is_dropped_and_stays_what_it_was) {
  EXPECT_EQ(take(kHighSsrc, "h"), 0u);
  EXPECT_EQ(take(kHighSsrc, "l"), std::nullopt) << "of a layer that did not come yet";
  EXPECT_EQ(take(kLowSsrc, "l"), 1u) << "which is still to be had";
  EXPECT_EQ(take(kHighSsrc, "l"), std::nullopt);
  EXPECT_EQ(take(kLowSsrc, "h"), std::nullopt);
  now_ += 10min;
  EXPECT_EQ(take(kLowSsrc, "h"), std::nullopt) << "however long it was silent";
  EXPECT_EQ(take(kHighSsrc, "z"), std::nullopt) << "nor under a name that nobody has";
  EXPECT_EQ(take(kLowSsrc, ""), 1u);
  EXPECT_EQ(take(kHighSsrc, "h"), 0u);
  EXPECT_EQ(dropped(), 5u);
}

TEST_F(SpeakerTest, repair_under_the_name_of_another_layer_restores_nothing) {
  take(kHighSsrc, "h");
  take(kLowSsrc, "l");
  EXPECT_EQ(take(kHighRtx, "h", kRtx), 0u);
  EXPECT_EQ(take(kHighRtx, "l", kRtx), std::nullopt);
  EXPECT_EQ(take(kLowRtx, "l", kRtx), 1u);
  EXPECT_EQ(take(kLowRtx, "h", kRtx), std::nullopt);
  EXPECT_EQ(take(kHighRtx, "", kRtx), 0u);
  EXPECT_EQ(dropped(), 2u);
}

}  // namespace
}  // namespace plenary::peer::speaker_test
