#include "media/rtp/feed_wire.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::feed_wire_test {
namespace {

Frame frame_of(std::size_t payloads, std::size_t size) {
  Frame frame;
  frame.track = 7;
  frame.codec = Codec::h264;
  frame.key_frame = true;
  frame.rtp_timestamp = 0xfffffff0;
  frame.captured = instant_from_nanoseconds(123'456'789'012);
  for (std::size_t i = 0; i < payloads; ++i) frame.payloads.emplace_back(size, static_cast<std::uint8_t>(i));
  return frame;
}

void expect_same(const Frame& a, const Frame& b) {
  EXPECT_EQ(a.track, b.track);
  EXPECT_EQ(a.codec, b.codec);
  EXPECT_EQ(a.key_frame, b.key_frame);
  EXPECT_EQ(a.slate, b.slate);
  EXPECT_EQ(a.rtp_timestamp, b.rtp_timestamp);
  EXPECT_EQ(a.captured, b.captured);
  EXPECT_EQ(a.audio_level, b.audio_level);
  EXPECT_EQ(a.payloads, b.payloads);
}

TEST(FeedWireTest, a_small_frame_is_one_message_and_comes_back) {
  Frame frame = frame_of(1, 80);
  frame.codec = Codec::opus;
  frame.key_frame = false;
  frame.slate = true;
  frame.audio_level = 30;
  const auto messages = write_feed_messages(frame);
  ASSERT_EQ(messages.size(), 1u);
  FeedAssembler assembler;
  const auto back = assembler.add(messages[0]);
  ASSERT_TRUE(back);
  expect_same(*back, frame);
}

TEST(FeedWireTest, a_large_key_frame_is_cut_into_chunks_that_fit_and_comes_back_whole) {
  const Frame frame = frame_of(200, 1'150);
  const auto messages = write_feed_messages(frame);
  EXPECT_EQ(messages.size(), 4u);
  FeedAssembler assembler;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    EXPECT_LE(messages[i].size(), kMaxFeedMessage);
    const auto back = assembler.add(messages[i]);
    ASSERT_EQ(back.has_value(), i + 1 == messages.size());
    if (back) expect_same(*back, frame);
  }
  EXPECT_EQ(assembler.dropped_frames(), 0u);
}

TEST(FeedWireTest, a_frame_beyond_its_limits_is_not_written) {
  EXPECT_TRUE(write_feed_messages(frame_of(0, 0)).empty());
  EXPECT_TRUE(write_feed_messages(frame_of(1, 0)).empty());
  EXPECT_TRUE(write_feed_messages(frame_of(1, kMaxFeedPayload + 1)).empty());
  EXPECT_TRUE(write_feed_messages(frame_of(kMaxFramePayloads + 1, 1)).empty());
  EXPECT_TRUE(write_feed_messages(frame_of(2'000, 1'150)).empty());
}

TEST(FeedWireTest, a_frame_whose_end_never_came_is_counted_and_the_next_one_is_whole) {
  FeedAssembler assembler;
  const auto large = write_feed_messages(frame_of(100, 1'150));
  ASSERT_EQ(large.size(), 2u);
  EXPECT_FALSE(assembler.add(large[0]));
  EXPECT_TRUE(assembler.add(write_feed_messages(frame_of(1, 10))[0]));
  EXPECT_EQ(assembler.dropped_frames(), 1u);
}

TEST(FeedWireTest, a_frame_without_its_middle_is_dropped_once) {
  FeedAssembler assembler;
  const auto messages = write_feed_messages(frame_of(200, 1'150));
  EXPECT_FALSE(assembler.add(messages[0]));
  EXPECT_FALSE(assembler.add(messages[2]));
  EXPECT_FALSE(assembler.add(messages[3]));
  EXPECT_EQ(assembler.dropped_frames(), 1u);
  EXPECT_TRUE(assembler.add(write_feed_messages(frame_of(1, 10))[0]));
  EXPECT_EQ(assembler.dropped_frames(), 1u);
}

TEST(FeedWireTest, a_chunk_of_another_frame_does_not_join) {
  FeedAssembler assembler;
  Frame other = frame_of(100, 1'150);
  other.rtp_timestamp = 1;
  EXPECT_FALSE(assembler.add(write_feed_messages(frame_of(100, 1'150))[0]));
  EXPECT_FALSE(assembler.add(write_feed_messages(other)[1]));
  EXPECT_EQ(assembler.dropped_frames(), 1u);
}

TEST(FeedWireTest, an_endless_frame_stops_at_its_limit) {
  FeedAssembler assembler;
  auto messages = write_feed_messages(frame_of(1'800, 1'150));
  ASSERT_FALSE(messages.empty());
  messages.back()[1] &= static_cast<std::uint8_t>(~0x02);  // no end
  for (const auto& message : messages) EXPECT_FALSE(assembler.add(message));
  ByteVector more = messages.back();
  for (std::size_t chunk = messages.size(); chunk < messages.size() + 5; ++chunk) {
    store_u16(more.data() + 6, static_cast<std::uint16_t>(chunk));
    EXPECT_FALSE(assembler.add(more));
  }
  EXPECT_EQ(assembler.dropped_frames(), 1u);
}

TEST(FeedWireTest, another_version_is_refused) {
  auto message = write_feed_messages(frame_of(1, 10))[0];
  message[0] = kFeedVersion + 1;
  FeedAssembler assembler;
  EXPECT_FALSE(assembler.add(message));
  EXPECT_EQ(assembler.dropped_frames(), 1u);
}

TEST(FeedWireTest, truncations_and_mutations_are_harmless) {
  SeededRandom random(6);
  const ByteVector good = write_feed_messages(frame_of(3, 40))[0];
  FeedAssembler assembler;
  const auto survive = [&](const ByteVector& bytes) {
    const auto frame = assembler.add(bytes);
    if (frame) {
      ASSERT_FALSE(frame->payloads.empty());
      ASSERT_LE(frame->payloads.size(), kMaxFramePayloads);
    }
  };
  for_each_truncation(good, survive);
  for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
}

}  // namespace
}  // namespace plenary::rtp::feed_wire_test
