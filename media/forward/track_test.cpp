#include "media/forward/track.h"

#include <gtest/gtest.h>

#include <cstring>

#include "media/rtp/dependency_descriptor.h"

namespace plenary::forward::track_test {
namespace {

using namespace std::chrono_literals;

Instant at(int ms) { return Instant(std::chrono::milliseconds(1'000'000 + ms)); }

rtp::Frame frame_of(Codec codec, bool key_frame, std::uint32_t timestamp, Instant captured, std::size_t parts = 2) {
  rtp::Frame frame;
  frame.codec = codec;
  frame.key_frame = key_frame;
  frame.rtp_timestamp = timestamp;
  frame.captured = captured;
  frame.payloads.assign(parts, ByteVector{0x41, 1, 2, 3});
  return frame;
}

// A packet of a speaker; the bytes live as long as the program.
rtp::Packet packet_of(std::uint16_t sequence, std::uint32_t timestamp, Bytes payload, bool marker = true) {
  rtp::Packet packet;
  packet.sequence = sequence;
  packet.timestamp = timestamp;
  packet.payload = payload;
  packet.marker = marker;
  return packet;
}
const ByteVector kIdr = {0x65, 1, 2, 3};
const ByteVector kSlice = {0x41, 1, 2, 3};

struct TrackTest : testing::Test {
  Track make(Codec codec) { return Track({.codec = codec, .first_timestamp = 5'000}, counters, at(0)); }
  Counters counters;
};

TEST_F(TrackTest, a_picture_begins_with_a_key_frame_and_asks_for_it) {
  Track track = make(Codec::h264);
  EXPECT_FALSE(track.handle_frame(frame_of(Codec::h264, false, 0, at(0)), at(0)));
  EXPECT_TRUE(track.key_frame_requests().wanted());
  EXPECT_FALSE(track.live());
  EXPECT_TRUE(track.handle_frame(frame_of(Codec::h264, true, 3'000, at(33)), at(33)));
  EXPECT_FALSE(track.key_frame_requests().wanted());
  EXPECT_TRUE(track.live());
  EXPECT_EQ(track.key_frame(), 1u);
  EXPECT_EQ(track.head(), 3u);
}

TEST_F(TrackTest, packets_of_a_frame_are_neighbours_with_one_timestamp_and_a_marker_at_the_end) {
  Track track = make(Codec::h264);
  track.handle_frame(frame_of(Codec::h264, true, 0, at(0), 3), at(0));
  for (std::uint64_t index = 1; index <= 3; ++index) {
    const TrackPacket* packet = track.find(index);
    ASSERT_NE(packet, nullptr);
    EXPECT_EQ(packet->timestamp, track.find(1)->timestamp);
    EXPECT_EQ(packet->marker, index == 3);
    EXPECT_EQ(packet->begins_frame, index == 1);
    EXPECT_EQ(packet->begins_key_frame, index == 1);
  }
}

TEST_F(TrackTest, the_ring_forgets_the_oldest) {
  Track track = make(Codec::opus);
  for (std::size_t i = 0; i < kAudioRingPackets + 1; ++i) {
    const int ms = static_cast<int>(20 * i);
    track.handle_frame(frame_of(Codec::opus, false, static_cast<std::uint32_t>(960 * i), at(ms), 1), at(ms));
  }
  EXPECT_EQ(track.find(1), nullptr);
  EXPECT_NE(track.find(2), nullptr);
}

TEST_F(TrackTest, a_slate_that_shows_for_long_does_not_fill_the_ring) {
  Track track = make(Codec::h264);
  track.set_slate(std::make_shared<const rtp::Frame>(frame_of(Codec::h264, true, 0, at(0), 5)), at(0));
  for (int second = 0; second < 60; ++second) track.handle_timeout(at(1'000 * second));
  std::uint64_t kept = 0;
  for (std::uint64_t index = 1; index < track.head(); ++index) kept += track.find(index) != nullptr ? 1 : 0;
  EXPECT_EQ(track.head() - 1, 300u);
  EXPECT_EQ(kept, 35u) << "of six seconds, and of the second that begins";
}

TEST_F(TrackTest, the_slate_comes_after_half_a_second_of_silence_and_goes_on_in_time) {
  Track track = make(Codec::opus);
  track.set_slate(std::make_shared<rtp::Frame>(frame_of(Codec::opus, false, 0, at(0), 1)), at(0));
  track.handle_frame(frame_of(Codec::opus, false, 96'000, at(0), 1), at(0));
  const std::uint32_t first = track.find(track.head() - 1)->timestamp;
  track.handle_timeout(at(499));
  EXPECT_TRUE(track.live());
  EXPECT_EQ(track.next_timeout(), at(500));
  track.handle_timeout(at(500));
  EXPECT_FALSE(track.live());
  for (int ms = 520; ms <= 600; ms += 20) track.handle_timeout(at(ms));
  EXPECT_EQ(counters.get(Count::slate_frames), 6u);
  const TrackPacket* last = track.find(track.head() - 1);
  EXPECT_EQ(last->timestamp - track.find(track.head() - 2)->timestamp, 960u);
  EXPECT_EQ(last->timestamp - first, 600u * 48u);
}

TEST_F(TrackTest, after_a_picture_slate_only_a_key_frame_goes_on) {
  Track track = make(Codec::h264);
  track.set_slate(std::make_shared<rtp::Frame>(frame_of(Codec::h264, true, 0, at(0), 1)), at(0));
  track.handle_timeout(at(0));
  EXPECT_EQ(track.head(), 2u);
  EXPECT_EQ(track.key_frame(), 1u);
  EXPECT_FALSE(track.handle_frame(frame_of(Codec::h264, false, 0, at(100)), at(100)));
  EXPECT_TRUE(track.handle_frame(frame_of(Codec::h264, true, 9'000, at(200)), at(200)));
  EXPECT_EQ(track.find(2)->timestamp - track.find(1)->timestamp, 200u * 90u);
}

TEST_F(TrackTest, a_source_that_takes_over_continues_the_line) {
  Track track = make(Codec::opus);
  track.handle_frame(frame_of(Codec::opus, false, 1'000'000, at(0), 1), at(0));
  track.switch_source(at(10));
  track.handle_frame(frame_of(Codec::opus, false, 7, at(40), 1), at(40));
  EXPECT_EQ(track.find(2)->timestamp - track.find(1)->timestamp, 40u * 48u);
  track.handle_frame(frame_of(Codec::opus, false, 967, at(60), 1), at(60));
  EXPECT_EQ(track.find(3)->timestamp - track.find(2)->timestamp, 960u);
}

TEST_F(TrackTest, a_source_known_to_be_gone_is_replaced_by_the_slate_at_once) {
  Track track = make(Codec::h264);
  track.handle_frame(frame_of(Codec::h264, true, 0, at(0)), at(0));
  track.set_slate(std::make_shared<rtp::Frame>(frame_of(Codec::h264, true, 0, at(0), 1)), at(0));
  track.source_gone(at(10));
  EXPECT_FALSE(track.live());
  EXPECT_EQ(track.head(), 4u);
}

TEST_F(TrackTest, a_slate_that_could_not_be_made_in_time_is_not_made_up_for) {
  Track track = make(Codec::opus);
  track.set_slate(std::make_shared<rtp::Frame>(frame_of(Codec::opus, false, 0, at(0), 1)), at(0));
  track.handle_timeout(at(0));
  track.handle_timeout(at(5'000));
  EXPECT_EQ(counters.get(Count::slate_frames), 2u);
}

TEST_F(TrackTest, a_speakers_packets_keep_their_gaps_and_late_ones_are_remembered) {
  Track track = make(Codec::h264);
  EXPECT_TRUE(track.handle_packet(packet_of(100, 0, kIdr), at(0), {}, at(0)));
  EXPECT_TRUE(track.handle_packet(packet_of(102, 3'000, kSlice), at(33), {}, at(33)));
  EXPECT_EQ(track.head(), 4u);
  EXPECT_EQ(track.find(2), nullptr);
  EXPECT_TRUE(track.handle_packet(packet_of(101, 1'500, kSlice), at(20), {}, at(50)));
  ASSERT_NE(track.find(2), nullptr);
  EXPECT_EQ(track.find(2)->timestamp - track.find(1)->timestamp, 1'500u);
  EXPECT_EQ(track.late_count(), 1u);
  EXPECT_EQ(track.late(0), 2u);
  EXPECT_FALSE(track.handle_packet(packet_of(101, 1'500, kSlice), at(20), {}, at(60)));
  EXPECT_EQ(counters.get(Count::rtp_duplicate), 1u);
}

TEST_F(TrackTest, a_speakers_key_frame_is_found_at_its_first_packet) {
  Track track = make(Codec::h264);
  EXPECT_FALSE(track.handle_packet(packet_of(99, 0, kSlice), at(0), {}, at(0)));
  const ByteVector sps = {0x67, 0x42, 0xe0, 0x1f};
  track.handle_packet(packet_of(100, 3'000, sps, false), at(33), {}, at(33));
  track.handle_packet(packet_of(101, 3'000, kIdr), at(33), {}, at(33));
  EXPECT_EQ(track.key_frame(), 1u);
  EXPECT_TRUE(track.find(1)->begins_key_frame);
  EXPECT_FALSE(track.find(2)->begins_key_frame);
  EXPECT_FALSE(track.find(2)->begins_frame);
}

TEST_F(TrackTest, padding_only_is_dropped_and_leaves_no_gap) {
  Track track = make(Codec::h264);
  track.handle_packet(packet_of(100, 0, kIdr), at(0), {}, at(0));
  EXPECT_FALSE(track.handle_packet(packet_of(101, 0, {}), at(1), {}, at(1)));
  track.handle_packet(packet_of(102, 3'000, kSlice), at(33), {}, at(33));
  EXPECT_EQ(track.head(), 3u);
  EXPECT_EQ(counters.get(Count::rtp_padding_only), 1u);
}

TEST_F(TrackTest, vp8_picture_numbers_go_on_when_the_speaker_changes) {
  Track track = make(Codec::vp8);
  const auto key = [](std::uint16_t id) {
    ByteVector payload = {0x90,
                          0x80,
                          static_cast<std::uint8_t>(0x80 | id >> 8),
                          static_cast<std::uint8_t>(id),
                          0x10,
                          0,
                          0,
                          0x9d,
                          0x01,
                          0x2a,
                          0,
                          1,
                          0,
                          1};
    return payload;
  };
  const ByteVector first = key(500);
  const ByteVector second = key(9'000);
  track.handle_packet(packet_of(1, 0, first), at(0), {}, at(0));
  track.switch_source(at(10));
  track.handle_packet(packet_of(700, 0, second), at(40), {}, at(40));
  ASSERT_TRUE(track.find(1)->numbers.picture_id && track.find(2)->numbers.picture_id);
  EXPECT_EQ(*track.find(2)->numbers.picture_id, *track.find(1)->numbers.picture_id + 1);
}

TEST_F(TrackTest, an_empty_frame_is_dropped) {
  Track track = make(Codec::opus);
  EXPECT_FALSE(track.handle_frame(frame_of(Codec::opus, false, 0, at(0), 0), at(0)));
  EXPECT_EQ(track.head(), 1u);
}

TEST_F(TrackTest, frame_numbers_of_av1_go_on_where_another_source_takes_over) {
  Track track = make(Codec::av1);
  const ByteVector key_frame = {0x18, 0x08, 1};
  const ByteVector frame = {0x10, 0x30, 1};
  const auto numbered = [](std::uint16_t number) {
    ByteVector descriptor = {0xc0, 0, 0};
    rtp::set_frame_number(descriptor, number);
    return descriptor;
  };
  const auto number = [&](std::uint64_t index) { return rtp::frame_number(track.find(index)->descriptor); };
  track.handle_packet(packet_of(1, 0, key_frame), at(0), {}, at(0), numbered(500));
  track.handle_packet(packet_of(3, 6'000, frame), at(66), {}, at(66), numbered(502));
  track.handle_packet(packet_of(2, 3'000, frame), at(33), {}, at(70), numbered(501));
  EXPECT_EQ(number(2) - number(1), 1);
  EXPECT_EQ(number(3) - number(1), 2);
  track.switch_source(at(80));
  track.handle_packet(packet_of(700, 0, key_frame), at(99), {}, at(99), numbered(7));
  track.handle_packet(packet_of(701, 3'000, frame), at(132), {}, at(132), numbered(9));
  EXPECT_EQ(number(4) - number(1), 3);
  EXPECT_EQ(number(5) - number(1), 5) << "a step of the source's own stays";
  track.handle_packet(packet_of(702, 6'000, frame), at(165), {}, at(165));
  EXPECT_TRUE(track.find(6)->descriptor.empty());
  EXPECT_FALSE(track.find(6)->numbers.frame_number);
  track.handle_packet(packet_of(703, 9'000, frame), at(198), {}, at(198), ByteVector(2, 0));
  EXPECT_TRUE(track.find(7)->descriptor.empty()) << "too short to be one";
}

}  // namespace
}  // namespace plenary::forward::track_test
