#include "media/rtp/receive_statistics.h"

#include <gtest/gtest.h>

namespace plenary::rtp::receive_statistics_test {
namespace {

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

void receive(ReceiveStatistics& statistics, std::uint16_t sequence, std::int64_t ms) {
  statistics.handle_packet(sequence, sequence * 960u, 100, at(ms));
}

TEST(ReceiveStatisticsTest, says_nothing_before_the_first_packet) {
  ReceiveStatistics statistics(5, 48'000);
  EXPECT_FALSE(statistics.make_block(at(0)));
}

TEST(ReceiveStatisticsTest, an_even_stream_has_no_loss_and_no_jitter) {
  ReceiveStatistics statistics(5, 48'000);
  for (int i = 0; i < 500; ++i) receive(statistics, static_cast<std::uint16_t>(i), i * 20);
  const auto block = statistics.make_block(at(10'000));
  ASSERT_TRUE(block);
  EXPECT_EQ(block->ssrc, 5u);
  EXPECT_EQ(block->fraction_lost, 0);
  EXPECT_EQ(block->cumulative_lost, 0);
  EXPECT_EQ(block->highest_sequence, 499u);
  EXPECT_EQ(block->jitter, 0u);
  EXPECT_EQ(block->last_sender_report, 0u);
}

TEST(ReceiveStatisticsTest, the_fraction_is_since_the_block_before_and_the_sum_since_the_beginning) {
  ReceiveStatistics statistics(5, 48'000);
  for (int i = 0; i < 100; ++i) {
    if (i % 4 != 1) receive(statistics, static_cast<std::uint16_t>(i), i * 20);
  }
  const auto first = statistics.make_block(at(2'000));
  EXPECT_EQ(first->fraction_lost, 64);
  EXPECT_EQ(statistics.interval().lost, 25u);
  EXPECT_EQ(first->cumulative_lost, 25);
  for (int i = 100; i < 200; ++i) receive(statistics, static_cast<std::uint16_t>(i), i * 20);
  const auto second = statistics.make_block(at(4'000));
  EXPECT_EQ(statistics.interval().expected, 100u);
  EXPECT_EQ(statistics.interval().lost, 0u);
  EXPECT_EQ(second->fraction_lost, 0);
  EXPECT_EQ(second->cumulative_lost, 25);
}

TEST(ReceiveStatisticsTest, the_highest_sequence_counts_its_cycles) {
  ReceiveStatistics statistics(5, 48'000);
  for (unsigned i = 65'000; i < 66'000; ++i) receive(statistics, static_cast<std::uint16_t>(i), i);
  EXPECT_EQ(statistics.make_block(at(0))->highest_sequence, 65'999u);
  EXPECT_EQ(statistics.cumulative_lost(), 0);
}

TEST(ReceiveStatisticsTest, duplicates_make_the_loss_negative_as_rfc_3550_says) {
  ReceiveStatistics statistics(5, 48'000);
  for (int i = 0; i < 10; ++i) {
    receive(statistics, static_cast<std::uint16_t>(i), i * 20);
    receive(statistics, static_cast<std::uint16_t>(i), i * 20);
  }
  const auto block = statistics.make_block(at(300));
  EXPECT_EQ(block->cumulative_lost, -10);
  EXPECT_EQ(block->fraction_lost, 0);
}

TEST(ReceiveStatisticsTest, jitter_settles_at_the_mean_deviation) {
  ReceiveStatistics statistics(5, 48'000);
  for (int i = 0; i < 1'000; ++i) receive(statistics, static_cast<std::uint16_t>(i), i * 20 + (i % 2) * 10);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(statistics.jitter())), 10, 1);
  EXPECT_NEAR(statistics.make_block(at(20'000))->jitter, 480, 40);
}

TEST(ReceiveStatisticsTest, packets_of_one_frame_and_a_new_line_of_timestamps_are_no_jitter) {
  ReceiveStatistics statistics(5, 90'000);
  std::uint16_t sequence = 0;
  for (std::uint32_t frame = 0; frame < 100; ++frame) {
    const std::uint32_t timestamp = frame * 3'600 + (frame >= 50 ? 0x70000000 : 0);
    for (int part = 0; part < 5; ++part)
      statistics.handle_packet(sequence++, timestamp, 1'000, at(frame * 40 + part * 3));
  }
  EXPECT_EQ(to_milliseconds(statistics.jitter()), 0);
}

TEST(RoundTripTest, report_and_block_give_the_way_there_and_back) {
  ReceiveStatistics statistics(5, 48'000);
  receive(statistics, 1, 1'000);
  SenderReport report;
  report.ntp = ntp_time(at(1'000));
  // Forty milliseconds there, a second of waiting, forty back; the receiver's clock is another one.
  statistics.handle_sender_report(report, at(500'040));
  const auto block = statistics.make_block(at(501'040));
  const auto trip = round_trip(*block, at(2'080));
  ASSERT_TRUE(trip);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(*trip)), 80, 1);
}

TEST(RoundTripTest, the_echo_of_our_time_gives_it_to_a_receiver_too) {
  const ExtendedReport::Echo echo{1, middle_of_ntp(ntp_time(at(1'000))), 65'536 / 2};
  const auto trip = round_trip(echo, at(1'580));
  ASSERT_TRUE(trip);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(*trip)), 80, 1);
}

TEST(RoundTripTest, blocks_that_cannot_be_true_give_nothing) {
  ReportBlock block;
  EXPECT_FALSE(round_trip(block, at(1'000)));
  block.last_sender_report = static_cast<std::uint32_t>(ntp_time(at(1'000)) >> 16);
  block.delay_since = 65'536;
  EXPECT_FALSE(round_trip(block, at(1'500)));
  EXPECT_TRUE(round_trip(block, at(2'000)));
  EXPECT_FALSE(round_trip(block, at(20'000)));
}

}  // namespace
}  // namespace plenary::rtp::receive_statistics_test
