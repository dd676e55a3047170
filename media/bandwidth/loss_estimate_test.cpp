#include "media/bandwidth/loss_estimate.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace plenary::bandwidth::loss_estimate_test {
namespace {

constexpr std::size_t kBytes = 1'000;

// Sends at a rate over a path that loses what `lost` says, reports at once.
class Path {
 public:
  explicit Path(std::uint64_t seed) : random(seed) {}

  // The last verdict of that time.
  std::optional<LossEstimate::Verdict> send(double rate, double seconds, const std::function<bool()>& lost) {
    std::optional<LossEstimate::Verdict> last;
    const auto packets = static_cast<int>(rate * seconds / (kBytes * 8));
    for (int i = 0; i < packets; ++i) {
      now_ += Duration(static_cast<std::int64_t>(kBytes * 8 / rate * 1e9));
      estimate.on_report(number_++, now_, kBytes, !lost(), false);
      if (auto verdict = estimate.evaluate()) last = verdict;
    }
    return last;
  }
  bool chance(double share) { return std::uniform_real_distribution<double>()(random) < share; }

  LossEstimate estimate;
  std::mt19937_64 random;

 private:
  Instant now_{};
  std::uint64_t number_ = 0;
};

TEST(LossEstimateTest, no_loss_is_no_limit) {
  Path path(1);
  const auto verdict = path.send(1e6, 5, [] { return false; });
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->capacity);
  EXPECT_EQ(path.estimate.inherent(), 0);
}

TEST(LossEstimateTest, random_loss_at_any_rate_is_the_paths_own) {
  for (const double share : {0.03, 0.1, 0.3}) {
    Path path(2);
    const auto lost = [&] { return path.chance(share); };
    for (const double rate : {0.5e6, 0.8e6, 1.2e6, 1.8e6}) path.send(rate, 2, lost);
    const auto verdict = path.send(1.8e6, 2, lost);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->capacity) << share;
    EXPECT_NEAR(path.estimate.inherent(), share, 0.3 * share) << share;
  }
}

TEST(LossEstimateTest, loss_that_begins_with_a_higher_rate_is_its_capacity) {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Path path(seed);
    path.send(0.7e6, 4, [] { return false; });
    const auto verdict = path.send(1.9e6, 1.5, [&] { return path.chance(1 - 1e6 / 1.9e6); });
    ASSERT_TRUE(verdict && verdict->capacity) << seed;
    EXPECT_NEAR(static_cast<double>(*verdict->capacity), 1e6, 0.25e6) << seed;
    sum += static_cast<double>(*verdict->capacity);
  }
  EXPECT_NEAR(sum / 20, 1e6, 0.07e6);
}

TEST(LossEstimateTest, a_capacity_is_found_below_inherent_loss_too) {
  Path path(4);
  const double own = 0.08;
  for (const double rate : {0.4e6, 0.6e6, 0.8e6}) path.send(rate, 2, [&] { return path.chance(own); });
  const auto verdict = path.send(1.6e6, 2, [&] { return path.chance(1 - (1 - own) * 0.5); });
  ASSERT_TRUE(verdict && verdict->capacity);
  EXPECT_NEAR(static_cast<double>(*verdict->capacity), 0.8e6, 0.12e6);
}

TEST(LossEstimateTest, heavy_loss_without_any_history_is_taken_for_a_limit_until_it_stays_at_a_lower_rate) {
  Path path(5);
  const auto lost = [&] { return path.chance(0.2); };
  const auto first = path.send(1e6, 1, lost);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->capacity);
  const auto second = path.send(0.7e6, 2, lost);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->capacity);
}

TEST(LossEstimateTest, bursts_are_not_taken_for_a_limit) {
  Path path(6);
  bool bad = false;
  const auto lost = [&] {
    bad = path.chance(bad ? 1 - 1.0 / 8 : 0.013);  // 10 % in bursts of 8
    return bad;
  };
  int limited = 0;
  int verdicts = 0;
  for (int i = 0; i < 240; ++i) {
    const auto verdict = path.send(i % 8 < 4 ? 1.0e6 : 1.3e6, 0.3, lost);
    if (!verdict) continue;
    ++verdicts;
    limited += verdict->capacity.has_value();
  }
  EXPECT_GT(verdicts, 200);
  EXPECT_LT(limited, verdicts / 5);
}

TEST(LossEstimateTest, a_packet_that_only_came_late_was_not_lost) {
  LossEstimate estimate;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Instant sent{std::chrono::milliseconds(10 * i)};
    estimate.on_report(i, sent, kBytes, i % 2 == 0, false);
    if (i % 2 != 0) estimate.on_report(i, sent, kBytes, true, true);
    (void)estimate.evaluate();
  }
  EXPECT_EQ(estimate.inherent(), 0);
}

}  // namespace
}  // namespace plenary::bandwidth::loss_estimate_test
