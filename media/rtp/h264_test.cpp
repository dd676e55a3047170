#include "media/rtp/h264.h"

#include <gtest/gtest.h>

#include <deque>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::h264_test {
namespace {

ByteVector nal_of(NalType type, std::size_t size, std::uint8_t importance = 0x60) {
  ByteVector nal(size);
  for (std::size_t i = 0; i < size; ++i) nal[i] = static_cast<std::uint8_t>(i * 7 + size + 1);
  nal[0] = static_cast<std::uint8_t>(importance | static_cast<std::uint8_t>(type));
  return nal;
}

std::vector<Bytes> views(const std::vector<ByteVector>& nals) { return {nals.begin(), nals.end()}; }

std::vector<ByteVector> key_frame(std::size_t slice) {
  return {nal_of(NalType::sps, 25), nal_of(NalType::pps, 5), nal_of(NalType::idr, slice)};
}

// A stream of packets as a sender numbers them.
class Stream {
 public:
  std::vector<Packet> frame(const std::vector<ByteVector>& payloads, bool with_marker = true) {
    std::vector<Packet> packets;
    timestamp_ += 3'000;
    for (const ByteVector& payload : payloads) {
      kept_.push_back(payload);
      Packet packet;
      packet.sequence = ++sequence_;
      packet.timestamp = timestamp_;
      packet.payload = kept_.back();
      packets.push_back(packet);
    }
    packets.back().marker = with_marker;
    return packets;
  }
  std::vector<Packet> frame_of(const std::vector<ByteVector>& nals) { return frame(packetize_h264(views(nals))); }

 private:
  std::deque<ByteVector> kept_;
  std::uint16_t sequence_ = 65'530;
  std::uint32_t timestamp_ = 0xfffff000;
};

using Unit = std::optional<H264Depacketizer::AccessUnit>;

Unit add_all(H264Depacketizer& depacketizer, const std::vector<Packet>& packets) {
  Unit last;
  for (const Packet& packet : packets) {
    if (auto unit = depacketizer.add(packet)) last = std::move(unit);
  }
  return last;
}

TEST(H264SplitTest, annex_b_with_short_and_long_start_codes_and_trailing_zeros) {
  const ByteVector bytes = {0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 0, 0, 3, 9, 0, 0, 0};
  const auto nals = split_annex_b(bytes);
  ASSERT_EQ(nals.size(), 3u);
  EXPECT_EQ(ByteVector(nals[0].begin(), nals[0].end()), (ByteVector{0x67, 1, 2}));
  EXPECT_EQ(ByteVector(nals[1].begin(), nals[1].end()), (ByteVector{0x68, 3}));
  EXPECT_EQ(ByteVector(nals[2].begin(), nals[2].end()), (ByteVector{0x65, 0, 0, 3, 9}));
  EXPECT_TRUE(is_idr(nals));
  EXPECT_EQ(nal_type(*find_nal(nals, NalType::pps)), NalType::pps);
}

TEST(H264SplitTest, bytes_without_a_start_code_hold_nothing) {
  EXPECT_TRUE(split_annex_b(ByteVector{1, 2, 3, 4}).empty());
  EXPECT_TRUE(split_annex_b(ByteVector{0, 0, 1}).empty());
  EXPECT_TRUE(split_annex_b(ByteVector{}).empty());
}

TEST(H264SplitTest, more_nal_units_than_the_limit_are_left_out) {
  ByteVector bytes;
  for (int i = 0; i < 1'000; ++i) bytes.insert(bytes.end(), {0, 0, 1, 0x41});
  EXPECT_EQ(split_annex_b(bytes).size(), kMaxNalsPerFrame);
}

TEST(H264SplitTest, annex_b_comes_back) {
  const auto nals = key_frame(100);
  const ByteVector bytes = write_annex_b(views(nals));
  const auto back = split_annex_b(bytes);
  ASSERT_EQ(back.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ByteVector(back[i].begin(), back[i].end()), nals[i]);
}

TEST(H264SplitTest, avcc_lengths_of_one_two_and_four_bytes) {
  EXPECT_EQ(split_avcc(ByteVector{0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x68})->size(), 2u);
  EXPECT_EQ(split_avcc(ByteVector{0, 2, 0x67, 1}, 2)->size(), 1u);
  EXPECT_EQ(split_avcc(ByteVector{2, 0x67, 1, 0}, 1)->size(), 1u);
  EXPECT_FALSE(split_avcc(ByteVector{0, 0, 0, 3, 0x67, 1}));
  EXPECT_FALSE(split_avcc(ByteVector{0, 0, 0}));
  EXPECT_FALSE(split_avcc(ByteVector{0, 0, 0, 0}, 3));
}

TEST(H264PacketizeTest, a_frame_that_fits_is_one_payload) {
  const auto single = packetize_h264(views({nal_of(NalType::slice, 900)}));
  ASSERT_EQ(single.size(), 1u);
  EXPECT_EQ(single[0], nal_of(NalType::slice, 900));
  const auto together = packetize_h264(views(key_frame(500)));
  ASSERT_EQ(together.size(), 1u);
  EXPECT_EQ(nal_type(together[0]), NalType::stap_a);
}

TEST(H264PacketizeTest, parameter_sets_share_a_packet_and_the_slice_is_one_run_of_equal_size) {
  for (std::size_t slice = 1'151; slice < 20'000; slice += 97) {
    const auto payloads = packetize_h264(views(key_frame(slice)));
    ASSERT_GE(payloads.size(), 3u);
    EXPECT_EQ(nal_type(payloads[0]), NalType::stap_a);
    for (std::size_t i = 1; i < payloads.size(); ++i) {
      EXPECT_EQ(nal_type(payloads[i]), NalType::fu_a);
      EXPECT_LE(payloads[i].size(), kMaxPayload);
      if (i + 1 < payloads.size()) {
        EXPECT_EQ(payloads[i].size(), payloads[1].size());
      } else {
        EXPECT_LE(payloads[i].size(), payloads[1].size());
        // Shorter by rounding only: no crumb of a packet at the end.
        EXPECT_LT(payloads[1].size() - payloads[i].size(), payloads.size());
      }
    }
  }
}

TEST(H264PacketizeTest, delimiters_filler_and_what_rtp_would_misread_stay_out) {
  const auto payloads = packetize_h264(
      views({nal_of(NalType::access_unit_delimiter, 2), nal_of(NalType::slice, 50), nal_of(NalType::filler, 500),
             nal_of(NalType::fu_a, 50), nal_of(NalType::end_of_sequence, 1), ByteVector{}}));
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_EQ(payloads[0], nal_of(NalType::slice, 50));
}

TEST(H264PacketizeTest, a_stap_a_is_as_important_as_its_most_important_part) {
  const auto payloads = packetize_h264(views({nal_of(NalType::sei, 10, 0), nal_of(NalType::slice, 20, 0x40)}));
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_EQ(payloads[0][0] & 0x60, 0x40);
}

TEST(H264KeyFrameTest, is_seen_in_every_kind_of_payload) {
  EXPECT_TRUE(h264_payload_starts_key_frame(nal_of(NalType::sps, 20)));
  EXPECT_TRUE(h264_payload_starts_key_frame(nal_of(NalType::idr, 20)));
  EXPECT_FALSE(h264_payload_starts_key_frame(nal_of(NalType::pps, 20)));
  EXPECT_FALSE(h264_payload_starts_key_frame(nal_of(NalType::slice, 20)));
  const auto key = packetize_h264(views(key_frame(5'000)));
  EXPECT_TRUE(h264_payload_starts_key_frame(key[0]));
  EXPECT_TRUE(h264_payload_starts_key_frame(key[1]));
  EXPECT_FALSE(h264_payload_starts_key_frame(key[2]));
  const auto delta = packetize_h264(views({nal_of(NalType::sei, 9), nal_of(NalType::slice, 30)}));
  EXPECT_FALSE(h264_payload_starts_key_frame(delta[0]));
  EXPECT_FALSE(h264_payload_starts_key_frame(ByteVector{}));
  EXPECT_FALSE(h264_payload_starts_key_frame(ByteVector{0x7c, 0x85}));
}

TEST(H264DepacketizeTest, frames_of_every_size_come_back) {
  Stream stream;
  H264Depacketizer depacketizer;
  for (std::size_t slice = 2; slice < 12'000; slice += 131) {
    const auto nals = key_frame(slice);
    const Unit unit = add_all(depacketizer, stream.frame_of(nals));
    ASSERT_TRUE(unit) << slice;
    EXPECT_EQ(unit->nals, nals);
    EXPECT_TRUE(unit->key_frame);
  }
  EXPECT_EQ(depacketizer.dropped_frames(), 0u);
}

TEST(H264DepacketizeTest, a_lost_marker_ends_the_frame_at_the_next_timestamp) {
  Stream stream;
  H264Depacketizer depacketizer;
  const auto nals = std::vector<ByteVector>{nal_of(NalType::slice, 3'000)};
  EXPECT_FALSE(add_all(depacketizer, stream.frame(packetize_h264(views(nals)), false)));
  const Unit unit = add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 3'000)}));
  ASSERT_TRUE(unit);
}

TEST(H264DepacketizeTest, any_lost_packet_drops_its_frame_and_the_next_key_frame_comes_through) {
  const auto count = packetize_h264(views(key_frame(5'000))).size();
  for (std::size_t lost = 0; lost < count; ++lost) {
    Stream stream;
    H264Depacketizer depacketizer;
    ASSERT_TRUE(add_all(depacketizer, stream.frame_of(key_frame(5'000))));
    auto packets = stream.frame_of({nal_of(NalType::sei, 1'000), nal_of(NalType::slice, 4'000)});
    if (lost >= packets.size()) break;
    packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(lost));
    EXPECT_FALSE(add_all(depacketizer, packets)) << lost;
    EXPECT_TRUE(add_all(depacketizer, stream.frame_of(key_frame(5'000)))) << lost;
    EXPECT_GE(depacketizer.dropped_frames(), 1u);
  }
}

TEST(H264DepacketizeTest, after_a_gap_a_frame_that_is_no_key_frame_is_not_trusted) {
  Stream stream;
  H264Depacketizer depacketizer;
  ASSERT_TRUE(add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 100)})));
  stream.frame_of({nal_of(NalType::slice, 100)});
  EXPECT_FALSE(add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 100)})));
  EXPECT_TRUE(add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 100)})));
}

TEST(H264DepacketizeTest, duplicates_and_late_packets_change_nothing) {
  Stream stream;
  H264Depacketizer depacketizer;
  const auto packets = stream.frame_of(key_frame(3'000));
  for (const Packet& packet : packets) {
    depacketizer.add(packet);
    EXPECT_FALSE(depacketizer.add(packet));
  }
  EXPECT_TRUE(add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 100)})));
  EXPECT_FALSE(depacketizer.add(packets[0]));
  EXPECT_EQ(depacketizer.dropped_frames(), 0u);
}

// Lies of STAP-A and FU-A.
TEST(H264DepacketizeTest, every_lie_drops_the_frame) {
  const std::vector<std::vector<ByteVector>> lies = {
      {{0x78}},                            // STAP-A without content
      {{0x78, 0, 9, 0x67, 1}},             // length past end
      {{0x78, 0, 0}},                      // empty NAL unit
      {{0x78, 0, 2, 0x67, 1, 0}},          // half a length
      {{0x78, 0, 2, 0x7c, 0x85}},          // FU-A inside
      {{0x7c, 0xc5, 1, 2}},                // start and end
      {{0x7c, 0x05, 1, 2}},                // middle without start
      {{0x7c, 0x85}},                      // no fragment
      {{0x7c, 0x85, 1}, {0x7c, 0x85, 2}},  // start twice
      {{0x7c, 0x85, 1}, {0x7c, 0x41, 2}},  // another type ends it
      {{0x7c, 0x85, 1}, {0x41, 2, 3}},     // a single NAL unit in the middle
      {{0x7c, 0x85, 1}, {0x7c, 0x05, 2}},  // never ends
      {{0x7c, 0x9c, 1}, {0x7c, 0x5c, 2}},  // FU-A of FU-A
      {{0x79, 0, 0, 0, 2, 0x67, 1}},
      {{0x60, 1}},  // STAP-B, type 0
  };
  for (const auto& lie : lies) {
    Stream stream;
    H264Depacketizer depacketizer;
    EXPECT_FALSE(add_all(depacketizer, stream.frame(lie)));
    EXPECT_EQ(depacketizer.dropped_frames(), 1u);
    EXPECT_TRUE(add_all(depacketizer, stream.frame_of({nal_of(NalType::slice, 100)})));
  }
}

TEST(H264DepacketizeTest, an_endless_frame_stops_at_its_limit) {
  Stream stream;
  H264Depacketizer depacketizer;
  std::vector<ByteVector> payloads = {ByteVector(1'400, 0x00)};
  payloads[0][0] = 0x7c;
  payloads[0][1] = 0x85;
  for (std::size_t i = 0; i < kMaxAccessUnit / 1'400 + 2; ++i) {
    payloads.push_back(payloads[0]);
    payloads.back()[1] = 0x05;
  }
  EXPECT_FALSE(add_all(depacketizer, stream.frame(payloads)));
  EXPECT_EQ(depacketizer.dropped_frames(), 1u);
}

TEST(HostileH264Test, truncations_and_mutations_are_harmless) {
  SeededRandom random(8);
  std::vector<ByteVector> good = packetize_h264(views(key_frame(300)), 100);
  good.push_back(packetize_h264(views({nal_of(NalType::sei, 10), nal_of(NalType::slice, 20)}))[0]);
  Stream stream;
  H264Depacketizer depacketizer;
  const auto survive = [&](const ByteVector& bytes) {
    h264_payload_starts_key_frame(bytes);
    Packet packet;
    packet.sequence = static_cast<std::uint16_t>(random.u32() % 16 == 0 ? random.u32() : 0);
    packet.timestamp = random.u32() % 4;
    packet.marker = random.u32() % 4 == 0;
    packet.payload = bytes;
    const auto unit = depacketizer.add(packet);
    if (unit) {
      ASSERT_LE(unit->nals.size(), kMaxNalsPerFrame);
      for (const ByteVector& nal : unit->nals) ASSERT_FALSE(nal.empty());
    }
    for (const Bytes nal : split_annex_b(bytes)) ASSERT_FALSE(nal.empty());
    (void)split_avcc(bytes);
  };
  for (const ByteVector& payload : good) {
    for_each_truncation(payload, survive);
    for (int i = 0; i < 20'000; ++i) survive(mutate(payload, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::h264_test
