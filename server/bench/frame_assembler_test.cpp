#include "server/bench/frame_assembler.h"

#include <gtest/gtest.h>

namespace plenary::bench::frame_assembler_test {
namespace {

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

FramePacket packet(std::uint16_t sequence, std::uint32_t timestamp, bool marker, std::int64_t received = 0) {
  return {.sequence = sequence,
          .timestamp = timestamp,
          .marker = marker,
          .padding_only = false,
          .starts_key_frame = false,
          .received = at(received),
          .payload = {static_cast<std::uint8_t>(sequence)}};
}

FrameAssembler video() { return FrameAssembler(MediaKind::video, true); }

TEST(FrameAssembler, a_video_frame_ends_with_its_marker) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, false));
  EXPECT_FALSE(frames.poll_frame());
  frames.add(packet(2, 100, true, 3));
  const auto frame = frames.poll_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->timestamp, 100U);
  EXPECT_EQ(frame->payloads, (std::vector<ByteVector>{{1}, {2}}));
  EXPECT_EQ(frame->first, at(0));
  EXPECT_EQ(frame->completed, at(3));
}

TEST(FrameAssembler, an_audio_packet_is_a_frame) {
  FrameAssembler frames(MediaKind::audio, true);
  for (std::uint16_t i = 0; i < 5; ++i) frames.add(packet(i, 960U * i, false));
  EXPECT_EQ(frames.complete(), 5U);
}

TEST(FrameAssembler, packets_out_of_order_and_twice_make_the_same_frames) {
  FrameAssembler frames = video();
  frames.add(packet(65'535, 100, true));
  frames.add(packet(2, 200, true));
  frames.add(packet(2, 200, true));
  frames.add(packet(1, 200, false));
  EXPECT_EQ(frames.complete(), 1U);
  frames.add(packet(0, 200, false));
  EXPECT_EQ(frames.complete(), 2U);
  frames.add(packet(1, 200, false));
  EXPECT_EQ(frames.complete(), 2U);
  EXPECT_EQ(frames.broken(), 0U);
}

TEST(FrameAssembler, a_gap_breaks_its_frame_after_half_a_second_and_no_other) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, true));
  frames.add(packet(2, 200, false));
  frames.add(packet(4, 200, true, 10));
  frames.add(packet(5, 300, true, 40));
  EXPECT_EQ(frames.next_timeout(), at(510));
  frames.handle_timeout(at(509));
  EXPECT_EQ(frames.complete(), 1U);
  frames.handle_timeout(at(510));
  EXPECT_EQ(frames.complete(), 2U);
  EXPECT_EQ(frames.broken(), 1U);
  EXPECT_FALSE(frames.next_timeout());
}

TEST(FrameAssembler, a_lost_last_packet_breaks_the_frame_that_lacks_it) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, false));
  frames.add(packet(3, 200, false, 5));
  frames.add(packet(4, 200, true, 6));
  frames.handle_timeout(at(600));
  // What was lost may have been the second frame's first packet: neither is trusted.
  EXPECT_EQ(frames.broken(), 2U);
  EXPECT_EQ(frames.complete(), 0U);
}

TEST(FrameAssembler, a_key_frame_behind_a_gap_is_trusted) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, false));
  FramePacket key = packet(3, 200, true, 5);
  key.starts_key_frame = true;
  frames.add(key);
  frames.handle_timeout(at(600));
  EXPECT_EQ(frames.key_frames(), 1U);
  EXPECT_EQ(frames.broken(), 1U);
}

TEST(FrameAssembler, padding_closes_a_gap_without_being_a_frame) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, true));
  FramePacket padding = packet(2, 100, false);
  padding.padding_only = true;
  frames.add(padding);
  frames.add(packet(3, 200, true));
  EXPECT_EQ(frames.complete(), 2U);
}

TEST(FrameAssembler, a_frame_whose_sender_sets_no_marker_ends_with_the_next) {
  FrameAssembler frames = video();
  frames.add(packet(1, 100, false));
  frames.add(packet(2, 200, false));
  EXPECT_EQ(frames.complete(), 1U);
}

TEST(FrameAssembler, waits_for_a_bounded_number_of_packets) {
  FrameAssembler frames = video();
  frames.add(packet(0, 0, true));
  for (std::uint16_t i = 2; i < 3'000; ++i) frames.add(packet(i, i, true));
  EXPECT_GT(frames.complete(), 2'000U);
}

}  // namespace
}  // namespace plenary::bench::frame_assembler_test
