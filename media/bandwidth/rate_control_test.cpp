#include "media/bandwidth/rate_control.h"

#include <gtest/gtest.h>

#include <cmath>

namespace plenary::bandwidth::rate_control_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

RateControl::Input input_of(Usage usage, std::uint64_t acknowledged, Duration queue = {}) {
  return {.usage = usage,
          .acknowledged = acknowledged,
          .acknowledged_at_once = acknowledged,
          .queue = queue,
          .round_trip = milliseconds(50)};
}

// The target used in full for a while.
std::int64_t use(RateControl& control, std::int64_t from, std::int64_t until) {
  for (; from < until; from += 100) control.update(input_of(Usage::normal, control.target()), at(from));
  return from;
}

TEST(RateControlTest, rises_eight_percent_a_second_while_no_limit_is_known) {
  RateControl control({.start = 1'000'000});
  use(control, 0, 5'100);
  EXPECT_NEAR(static_cast<double>(control.target()), 1'000'000 * std::pow(1.08, 5), 10'000);
}

TEST(RateControlTest, a_growing_queue_takes_it_below_what_was_received) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 1'000'000), at(1'000));
  EXPECT_EQ(control.target(), 850'000u);
}

TEST(RateControlTest, the_shorter_window_counts_when_the_link_just_got_slower) {
  RateControl control({.start = 2'000'000});
  auto input = input_of(Usage::over, 1'600'000);
  input.acknowledged_at_once = 500'000;
  control.update(input, at(1'000));
  EXPECT_EQ(control.target(), 425'000u);
}

TEST(RateControlTest, a_standing_queue_is_emptied_by_a_deeper_cut_and_the_rate_returns_at_once) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 1'000'000, milliseconds(370)), at(1'000));
  EXPECT_EQ(control.target(), 500'000u);
  control.update(input_of(Usage::under, 1'000'000, milliseconds(200)), at(1'100));
  control.update(input_of(Usage::normal, 1'000'000, milliseconds(90)), at(1'400));
  EXPECT_EQ(control.target(), 500'000u);
  control.update(input_of(Usage::under, 900'000, milliseconds(10)), at(1'700));
  EXPECT_EQ(control.target(), 950'000u);
}

TEST(RateControlTest, a_longer_route_does_not_hold_it_down_for_ever) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 1'000'000, milliseconds(90)), at(1'000));
  for (int ms = 1'100; ms < 4'100; ms += 100) {
    control.update(input_of(Usage::normal, control.target(), milliseconds(90)), at(ms));
  }
  EXPECT_GE(control.target(), 950'000u);
}

TEST(RateControlTest, one_decrease_a_response_time) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 1'000'000), at(1'000));
  control.update(input_of(Usage::over, 900'000), at(1'100));
  EXPECT_EQ(control.target(), 850'000u);
  control.update(input_of(Usage::over, 900'000), at(1'150));
  EXPECT_EQ(control.target(), 765'000u);
}

TEST(RateControlTest, near_a_known_limit_it_rises_by_a_packet_a_response_time) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 1'000'000), at(1'000));
  control.update(input_of(Usage::normal, 900'000), at(1'100));
  const std::uint64_t before = control.target();
  use(control, 1'200, 2'200);
  EXPECT_NEAR(static_cast<double>(control.target() - before), 64'000, 2'000);
}

TEST(RateControlTest, beside_a_flow_that_fills_the_queue_only_loss_counts) {
  RateControl control({.start = 1'000'000});
  for (int ms = 0; ms < 8'000; ms += 100) {
    control.update(input_of(Usage::normal, control.target(), milliseconds(90)), at(ms));
  }
  EXPECT_TRUE(control.competing());
  const std::uint64_t before = control.target();
  control.update(input_of(Usage::over, before, milliseconds(150)), at(8'000));
  EXPECT_GE(control.target(), before);
  auto lossy = input_of(Usage::normal, before, milliseconds(150));
  lossy.loss = 0.05;
  control.update(lossy, at(9'000));
  EXPECT_LT(control.target(), before);
}

TEST(RateControlTest, a_queue_that_empties_in_the_test_is_our_own) {
  RateControl control({.start = 1'000'000});
  bool tested = false;
  for (int ms = 0; ms < 8'000; ms += 100) {
    const bool halved = control.target() < 700'000;
    tested = tested || halved;
    control.update(input_of(Usage::normal, control.target(), milliseconds(halved ? 5 : 90)), at(ms));
  }
  EXPECT_TRUE(tested);
  EXPECT_FALSE(control.competing());
}

TEST(RateControlTest, a_target_that_was_not_used_comes_back_when_the_queue_is_gone_at_once) {
  RateControl control({.start = 2'000'000});
  auto input = input_of(Usage::over, 1'000'000);
  input.sent = 1'000'000;
  control.update(input, at(1'000));
  EXPECT_EQ(control.target(), 850'000u);
  control.update(input_of(Usage::normal, 900'000), at(1'200));
  EXPECT_GE(control.target(), 2'000'000u);
}

TEST(RateControlTest, a_burst_that_filled_the_queue_shows_how_much_the_line_carries) {
  RateControl control({.start = 2'000'000});
  auto input = input_of(Usage::over, 500'000);
  input.acknowledged_at_once = 1'000'000;
  control.update(input, at(1'000));
  EXPECT_EQ(control.target(), 850'000u);
}

TEST(RateControlTest, the_line_carries_more_than_the_cut_that_empties_a_queue) {
  RateControl control({.start = 2'000'000});
  EXPECT_EQ(control.carries(), 2'000'000u);
  control.update(input_of(Usage::over, 1'000'000, milliseconds(370)), at(1'000));
  EXPECT_EQ(control.target(), 500'000u);
  EXPECT_EQ(control.carries(), 950'000u);
  control.update(input_of(Usage::under, 900'000, milliseconds(10)), at(1'700));
  EXPECT_EQ(control.carries(), control.target());
}

TEST(RateControlTest, a_test_for_others_says_nothing_of_the_line) {
  RateControl control({.start = 1'000'000});
  for (int ms = 0; ms < 8'000; ms += 100) {
    control.update(input_of(Usage::normal, 1'000'000, milliseconds(90)), at(ms));
    ASSERT_GE(control.carries(), 900'000u) << ms;
  }
  EXPECT_TRUE(control.competing());
}

TEST(RateControlTest, a_drain_never_ends_above_where_it_began) {
  RateControl control({.start = 2'000'000});
  control.update(input_of(Usage::over, 9'000'000), at(1'000));
  control.update(input_of(Usage::over, 9'000'000), at(1'300));
  control.update(input_of(Usage::normal, 900'000), at(1'500));
  EXPECT_LE(control.target(), 2'000'000u);
}

TEST(RateControlTest, what_is_not_used_proves_nothing) {
  RateControl control({.start = 1'000'000});
  for (int ms = 0; ms < 60'000; ms += 100) control.update(input_of(Usage::normal, 400'000), at(ms));
  EXPECT_EQ(control.target(), 1'000'000u);
}

TEST(RateControlTest, stays_within_its_limits) {
  RateControl control({.min = 50'000, .start = 1'000'000, .max = 2'000'000});
  control.raise(9'000'000);
  EXPECT_EQ(control.target(), 2'000'000u);
  for (int i = 0; i < 10; ++i) control.halve();
  EXPECT_EQ(control.target(), 50'000u);
  control.lower(1);
  EXPECT_EQ(control.target(), 50'000u);
}

}  // namespace
}  // namespace plenary::bandwidth::rate_control_test
