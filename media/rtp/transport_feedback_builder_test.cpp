#include "media/rtp/transport_feedback_builder.h"

#include <gtest/gtest.h>

#include "media/base/random.h"
#include "media/rtp/transport_feedback.h"

namespace plenary::rtp::transport_feedback_builder_test {
namespace {

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

std::size_t lost_in(const TransportFeedback& feedback) {
  return static_cast<std::size_t>(std::count_if(feedback.packets.begin(), feedback.packets.end(),
                                                [](const auto& status) { return !status.received; }));
}

TEST(TransportFeedbackBuilderTest, tells_about_every_hundred_milliseconds_while_packets_come) {
  TransportFeedbackBuilder builder(1);
  EXPECT_FALSE(builder.next_timeout());
  builder.handle_packet(65'535, 9, at(1'000));
  builder.handle_packet(0, 9, at(1'010));
  EXPECT_EQ(builder.next_timeout(), at(1'100));
  EXPECT_FALSE(builder.poll_feedback(at(1'099)));
  const auto feedback = builder.poll_feedback(at(1'100));
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->sender_ssrc, 1u);
  EXPECT_EQ(feedback->media_ssrc, 9u);
  ASSERT_EQ(feedback->packets.size(), 2u);
  EXPECT_EQ(feedback->packets[0].sequence, 65'535);
  EXPECT_EQ(feedback->packets[1].received, at(1'010));
  EXPECT_FALSE(builder.poll_feedback(at(1'100)));
  EXPECT_FALSE(builder.next_timeout());
}

TEST(TransportFeedbackBuilderTest, names_what_was_lost_between_two_messages_too) {
  TransportFeedbackBuilder builder(1);
  builder.handle_packet(10, 9, at(0));
  builder.handle_packet(13, 9, at(1));
  const auto first = builder.poll_feedback(at(100));
  ASSERT_TRUE(first);
  EXPECT_EQ(lost_in(*first), 2u);
  builder.handle_packet(16, 9, at(101));
  const auto second = builder.poll_feedback(at(201));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->packets.front().sequence, 14);
  EXPECT_EQ(lost_in(*second), 2u);
  EXPECT_EQ(second->feedback_count, 1);
}

TEST(TransportFeedbackBuilderTest, what_was_told_lost_is_not_told_again) {
  TransportFeedbackBuilder builder(1);
  builder.handle_packet(10, 9, at(0));
  builder.handle_packet(12, 9, at(1));
  EXPECT_TRUE(builder.poll_feedback(at(100)));
  builder.handle_packet(11, 9, at(101));
  EXPECT_EQ(builder.dropped(), 1u);
  EXPECT_FALSE(builder.next_timeout());
}

TEST(TransportFeedbackBuilderTest, reordered_packets_stand_in_order_of_sequence) {
  TransportFeedbackBuilder builder(1);
  builder.handle_packet(2, 9, at(10));
  builder.handle_packet(1, 9, at(12));
  const auto feedback = builder.poll_feedback(at(200));
  ASSERT_EQ(feedback->packets.size(), 2u);
  EXPECT_EQ(feedback->packets[0].received, at(12));
  EXPECT_EQ(feedback->packets[1].received, at(10));
}

TEST(TransportFeedbackBuilderTest, a_pause_longer_than_a_delta_can_say_begins_a_new_message) {
  TransportFeedbackBuilder builder(1);
  builder.handle_packet(1, 9, at(0));
  builder.handle_packet(2, 9, at(9'000));
  EXPECT_EQ(builder.poll_feedback(at(9'000))->packets.size(), 1u);
  EXPECT_EQ(builder.poll_feedback(at(9'000))->packets.size(), 1u);
}

TEST(TransportFeedbackBuilderTest, a_jump_of_sequences_is_not_filled_with_losses) {
  TransportFeedbackBuilder builder(1);
  builder.handle_packet(1, 9, at(0));
  builder.handle_packet(20'000, 9, at(1));
  EXPECT_EQ(builder.poll_feedback(at(100))->packets.size(), 1u);
  const auto second = builder.poll_feedback(at(100));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->packets.size(), 1u);
  EXPECT_EQ(second->packets[0].sequence, 20'000);
}

TEST(TransportFeedbackBuilderTest, every_message_fits_a_datagram_and_reads_back_whatever_came) {
  TransportFeedbackBuilder builder(1);
  SeededRandom random(13);
  std::uint16_t sequence = 0;
  std::int64_t now = 1'000;
  for (int i = 0; i < 50'000; ++i) {
    sequence =
        static_cast<std::uint16_t>(sequence + (random.u32() % 50 == 0 ? random.u32() % 2'000 : 1 + random.u32() % 2));
    now += random.u32() % 1'000 == 0 ? 10'000 : random.u32() % 2;
    builder.handle_packet(static_cast<std::uint16_t>(sequence - random.u32() % 3), 9, at(now));
    while (const auto feedback = builder.poll_feedback(at(now))) {
      ByteVector out;
      write_rtcp(*feedback, out);
      ASSERT_LE(out.size(), 1'150u);
      const auto compound = parse_rtcp(out);
      ASSERT_FALSE(compound.fault);
      const auto& back = std::get<TransportFeedback>(compound.packets.at(0));
      ASSERT_EQ(back.packets.size(), feedback->packets.size());
      for (std::size_t k = 0; k < back.packets.size(); ++k) {
        ASSERT_EQ(back.packets[k].received.has_value(), feedback->packets[k].received.has_value());
        if (back.packets[k].received) {
          ASSERT_EQ(feedback_ticks(*back.packets[k].received), feedback_ticks(*feedback->packets[k].received));
        }
      }
    }
  }
}

}  // namespace
}  // namespace plenary::rtp::transport_feedback_builder_test
