#include "media/bandwidth/windowed_rate.h"

#include <gtest/gtest.h>

namespace plenary::bandwidth::windowed_rate_test {
namespace {

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

TEST(WindowedRateTest, says_nothing_before_a_tenth_of_a_second) {
  WindowedRate rate;
  EXPECT_FALSE(rate.over(kRateWindow));
  rate.add(at(5'000), 1'000);
  rate.add(at(5'090), 1'000);
  EXPECT_FALSE(rate.over(kRateWindow));
  rate.add(at(5'100), 1'000);
  EXPECT_TRUE(rate.over(kRateWindow));
}

TEST(WindowedRateTest, a_steady_flow_has_its_rate_in_each_window) {
  WindowedRate rate;
  for (int ms = 0; ms <= 3'000; ms += 10) rate.add(at(ms), 1'250);
  EXPECT_EQ(rate.over(kRateWindow), 1'000'000u);
  EXPECT_EQ(rate.over(kRateAtOnce), 1'000'000u);
}

TEST(WindowedRateTest, the_short_window_sees_a_fall_first) {
  WindowedRate rate;
  int ms = 0;
  for (; ms < 1'000; ms += 10) rate.add(at(ms), 2'500);
  for (; ms <= 1'200; ms += 10) rate.add(at(ms), 250);
  EXPECT_EQ(rate.over(kRateAtOnce), 200'000u);
  EXPECT_GT(*rate.over(kRateWindow), 1'000'000u);
}

TEST(WindowedRateTest, a_jump_of_the_clock_begins_anew) {
  WindowedRate rate;
  for (int ms = 0; ms <= 1'000; ms += 10) rate.add(at(ms), 1'250);
  rate.add(at(90'000), 1'250);
  EXPECT_FALSE(rate.over(kRateWindow));
  rate.add(at(-90'000), 1'250);
  EXPECT_FALSE(rate.over(kRateWindow));
}

TEST(WindowedRateTest, reordered_arrivals_count_where_they_belong) {
  WindowedRate rate;
  for (int ms = 0; ms <= 1'000; ms += 10) rate.add(at(ms), 1'250);
  for (int ms = 990; ms >= 600; ms -= 10) rate.add(at(ms), 1'250);
  EXPECT_EQ(rate.over(std::chrono::milliseconds(400)), 2'000'000u);
}

}  // namespace
}  // namespace plenary::bandwidth::windowed_rate_test
