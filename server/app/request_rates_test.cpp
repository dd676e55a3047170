#include "server/app/request_rates.h"

#include <gtest/gtest.h>

namespace plenary::server::request_rates_test {
namespace {

using std::chrono::milliseconds;

constexpr Rate kRate{.per_second = 10, .burst = 3};
constexpr Instant at(int ms) { return Instant(milliseconds(ms)); }

TEST(RequestRates, a_burst_passes_and_then_ten_a_second) {
  Asked asked;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(asked.allow(kRate, at(1'000)));
  EXPECT_FALSE(asked.allow(kRate, at(1'000)));
  EXPECT_FALSE(asked.allow(kRate, at(1'099)));
  EXPECT_TRUE(asked.allow(kRate, at(1'101)));
  EXPECT_FALSE(asked.allow(kRate, at(1'150)));
  EXPECT_TRUE(asked.allow(kRate, at(1'202)));
  EXPECT_TRUE(asked.nothing(kRate, at(2'000)));
}

TEST(RequestRates, what_was_refused_does_not_count) {
  Asked asked;
  for (int ms = 0; ms < 1'000; ++ms) (void)asked.allow(kRate, at(ms));
  EXPECT_TRUE(asked.allow(kRate, at(1'105)));
}

TEST(RequestRates, one_who_floods_takes_nothing_from_another) {
  AskedBy asked(kRate);
  for (int i = 0; i < 100; ++i) (void)asked.allow("a", at(0));
  EXPECT_FALSE(asked.allow("a", at(0)));
  EXPECT_TRUE(asked.allow("b", at(0)));
}

TEST(RequestRates, memory_is_bounded_and_the_silent_are_forgotten) {
  AskedBy asked(kRate);
  for (std::size_t i = 0; i < 2 * kMaxAskers; ++i) (void)asked.allow("who " + std::to_string(i), at(0));
  EXPECT_LE(asked.size(), kMaxAskers + 1);
  EXPECT_TRUE(asked.allow("who 0", at(0))) << "who is remembered has a place of their own";
  EXPECT_FALSE(asked.allow("somebody new", at(0))) << "the others share one, and it is taken";
  EXPECT_TRUE(asked.allow("somebody new", at(10'000)));
  EXPECT_EQ(asked.size(), 1U);
}

}  // namespace
}  // namespace plenary::server::request_rates_test
