#include "media/rtp/resend_budget.h"

#include <gtest/gtest.h>

namespace plenary::rtp::resend_budget_test {
namespace {

using Verdict = ResendBudget::Verdict;

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

TEST(ResendBudgetTest, nothing_is_resent_before_anything_was_sent) {
  ResendBudget budget;
  EXPECT_EQ(budget.request(1, 1'200, at(0)), Verdict::over_budget);
}

TEST(ResendBudgetTest, the_same_packet_goes_once_a_round_trip) {
  ResendBudget budget;
  budget.set_round_trip(std::chrono::milliseconds(80));
  budget.handle_sent(100'000);
  EXPECT_EQ(budget.request(7, 1'200, at(1'000)), Verdict::allowed);
  EXPECT_EQ(budget.request(7, 1'200, at(1'079)), Verdict::too_soon);
  EXPECT_EQ(budget.request(8, 1'200, at(1'079)), Verdict::allowed);
  EXPECT_EQ(budget.request(7, 1'200, at(1'080)), Verdict::allowed);
  EXPECT_EQ(budget.resent(), 3u);
  EXPECT_EQ(budget.refused_too_soon(), 1u);
}

// Greedy: asks for every packet, repeatedly.
TEST(ResendBudgetTest, a_greedy_viewer_gets_at_most_a_quarter_of_the_stream) {
  ResendBudget budget;
  budget.set_round_trip(std::chrono::milliseconds(20));
  std::uint64_t sent = 0;
  std::uint64_t resent = 0;
  std::vector<std::int64_t> last(65'536, -1'000);
  for (int i = 0; i < 20'000; ++i) {
    const auto sequence = static_cast<std::uint16_t>(i);
    budget.handle_sent(1'001);
    sent += 1'001;
    for (int back = 0; back < 50; ++back) {
      const auto wanted = static_cast<std::uint16_t>(sequence - back);
      if (budget.request(wanted, 1'001, at(i)) != Verdict::allowed) continue;
      resent += 1'001;
      ASSERT_GE(i - last[wanted], 20) << "twice in one round trip: " << wanted;
      last[wanted] = i;
    }
    ASSERT_LE(resent, sent / kResendShareDivisor);
  }
  EXPECT_GT(resent, sent / 5);
  EXPECT_GT(budget.refused_over_budget(), 0u);
}

TEST(ResendBudgetTest, what_is_saved_up_has_a_limit) {
  ResendBudget budget;
  for (int i = 0; i < 100; ++i) budget.handle_sent(1'000'000);
  std::size_t resent = 0;
  for (std::uint16_t sequence = 0; budget.request(sequence, 1'000, at(0)) == Verdict::allowed; ++sequence)
    resent += 1'000;
  EXPECT_LE(resent, kResendMaxSaved);
  EXPECT_GT(resent, kResendMaxSaved - 1'001);
}

TEST(ResendBudgetTest, ten_percent_loss_is_repaired_without_a_refusal) {
  ResendBudget budget;
  budget.set_round_trip(std::chrono::milliseconds(100));
  for (int i = 0; i < 5'000; ++i) {
    budget.handle_sent(1'200);
    if (i % 10 == 9) {
      ASSERT_EQ(budget.request(static_cast<std::uint16_t>(i), 1'200, at(i * 4 + 100)), Verdict::allowed);
    }
  }
}

}  // namespace
}  // namespace plenary::rtp::resend_budget_test
