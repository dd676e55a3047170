#include "media/bandwidth/send_history.h"

#include <gtest/gtest.h>

namespace plenary::bandwidth::send_history_test {
namespace {

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

TEST(SendHistoryTest, a_report_brings_back_when_and_what_was_sent) {
  SendHistory history;
  EXPECT_EQ(history.add(1'200, kNoCluster, at(1'000)), 0);
  EXPECT_EQ(history.add(300, 7, at(1'020)), 1);
  const auto first = history.report(0, true);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->number, 0u);
  EXPECT_EQ(first->at, at(1'000));
  EXPECT_EQ(first->bytes, 1'200u);
  const auto second = history.report(1, true);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at, at(1'020));
  EXPECT_EQ(second->cluster, 7);
}

TEST(SendHistoryTest, each_packet_is_reported_once_but_a_lost_one_may_still_come) {
  SendHistory history;
  history.add(100, kNoCluster, at(0));
  ASSERT_TRUE(history.report(0, false));
  EXPECT_FALSE(history.report(0, false));
  const auto late = history.report(0, true);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->was_lost);
  EXPECT_FALSE(history.report(0, true));
  EXPECT_FALSE(history.report(0, false));
}

TEST(SendHistoryTest, numbers_go_on_where_the_sequence_wraps) {
  SendHistory history;
  for (int i = 0; i < 65'540; ++i) history.add(100, kNoCluster, at(i));
  EXPECT_EQ(history.report(65'535, true)->number, 65'535u);
  const auto wrapped = history.report(3, true);
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(wrapped->number, 65'539u);
  EXPECT_EQ(wrapped->at, at(65'539));
}

TEST(SendHistoryTest, what_was_never_sent_or_is_forgotten_has_no_answer) {
  SendHistory history;
  EXPECT_FALSE(history.report(0, true));
  for (int i = 0; i < 600; ++i) history.add(100, kNoCluster, at(i));
  EXPECT_FALSE(history.report(600, true));
  EXPECT_FALSE(history.report(600 - kSentRemembered - 1, true));
  EXPECT_TRUE(history.report(600 - kSentRemembered, true));
  EXPECT_EQ(history.unknown(), 3u);
  EXPECT_EQ(history.unreported(), 600 - kSentRemembered);
}

TEST(SendHistoryTest, after_a_long_pause_old_reports_mean_nothing) {
  SendHistory history;
  history.add(100, kNoCluster, at(0));
  history.add(100, kNoCluster, at(20'000));
  EXPECT_FALSE(history.report(0, true));
  EXPECT_TRUE(history.report(1, true));
}

TEST(SendHistoryTest, times_are_right_beyond_the_wrap_of_their_32_bits) {
  SendHistory history;
  for (int i = 0; i < 1'800; ++i) history.add(100, kNoCluster, at(i * 4'500));  // 2 hours; 32 bits of µs are 1.2
  const auto sent = history.report(1'798, true);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->at, at(1'798 * 4'500));
}

TEST(SendHistoryTest, tells_what_no_report_named) {
  SendHistory history;
  for (int i = 0; i < 3; ++i) history.add(100, kNoCluster, at(i));
  (void)history.report(1, true);
  (void)history.report(2, false);
  const auto first = history.unreported(0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at, at(0));
  EXPECT_EQ(first->bytes, 100u);
  EXPECT_FALSE(history.unreported(1));
  EXPECT_FALSE(history.unreported(2));
  EXPECT_FALSE(history.unreported(3));
  for (std::size_t i = 0; i < kSentRemembered; ++i) history.add(100, kNoCluster, at(3));
  EXPECT_FALSE(history.unreported(0));
  EXPECT_EQ(history.oldest(), 3u);
}

TEST(SendHistoryTest, stays_small_while_reports_come_in_time) {
  SendHistory history;
  for (int i = 0; i < 10'000; ++i) {
    history.add(100, kNoCluster, at(4 * i));
    // A packet of 25 is lost.
    if (i >= 30) (void)history.report(static_cast<std::uint16_t>(i - 30), i % 25 != 0);
  }
  EXPECT_EQ(history.capacity(), kSentRememberedFirst);
  EXPECT_LE(sizeof(SendHistory), 96u);
}

TEST(SendHistoryTest, grows_rather_than_forget_what_no_report_named) {
  SendHistory history;
  history.add(100, kNoCluster, at(0));
  (void)history.report(0, true);
  for (std::size_t i = 1; i <= kSentRememberedFirst; ++i) history.add(100 + i, 3, at(static_cast<std::int64_t>(i)));
  EXPECT_EQ(history.capacity(), kSentRememberedFirst) << "what was reported is forgotten first";
  EXPECT_EQ(history.oldest(), 1u);
  history.add(100, kNoCluster, at(100));
  EXPECT_EQ(history.capacity(), 2 * kSentRememberedFirst);
  for (std::size_t i = 1; i <= kSentRememberedFirst; ++i) {
    const auto sent = history.report(static_cast<std::uint16_t>(i), true);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->number, i);
    EXPECT_EQ(sent->at, at(static_cast<std::int64_t>(i)));
    EXPECT_EQ(sent->bytes, 100 + i);
    EXPECT_EQ(sent->cluster, 3);
  }
  EXPECT_EQ(history.unreported(), 0u);
}

TEST(SendHistoryTest, what_a_pause_made_meaningless_is_no_reason_to_grow) {
  SendHistory history;
  for (std::size_t i = 0; i < kSentRememberedFirst; ++i) history.add(100, kNoCluster, at(0));
  history.add(100, kNoCluster, at(20'000));
  EXPECT_EQ(history.capacity(), kSentRememberedFirst);
}

TEST(SendHistoryTest, never_keeps_more_than_its_limit) {
  SendHistory history;
  for (std::size_t i = 0; i < 10 * kSentRemembered; ++i) history.add(100, kNoCluster, at(static_cast<std::int64_t>(i)));
  EXPECT_EQ(history.capacity(), kSentRemembered);
}

}  // namespace
}  // namespace plenary::bandwidth::send_history_test
