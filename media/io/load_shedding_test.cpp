#include "media/io/load_shedding.h"

#include <gtest/gtest.h>

namespace plenary::io::load_shedding_test {
namespace {

using namespace std::chrono_literals;

// A loop whose turns take a time, each begun so long after the one before ended.
struct Turns {
  std::optional<Shed> turn(Duration length, Duration idle = 0ms, Duration waited = 0ms) {
    const Instant woke = now + idle;
    now = woke + length;
    const std::optional<Shed> news = shedding.handle_turn({.woke = woke, .ended = now, .waited = waited});
    if (news) ++changes;
    return news;
  }
  void run_for(Duration duration, Duration length, Duration idle, Duration waited = 0ms) {
    for (const Instant end = now + duration; now < end;) turn(length, idle, waited);
  }
  [[nodiscard]] Shed shed() const { return shedding.shed(); }

  LoadShedding shedding;
  Instant now = Instant(1h);
  int changes = 0;
};

void lose_pictures(Turns& turns) {
  turns.run_for(kLateFor + 20ms, 130ms, 0ms);
  turns.shedding.go_further();
  turns.shedding.go_further();
  turns.changes = 1;
}

TEST(LoadShedding, a_loop_that_keeps_up_leaves_nothing_out_however_busy) {
  Turns turns;
  turns.run_for(60s, 30ms, 1ms);
  EXPECT_EQ(turns.changes, 0);
}

TEST(LoadShedding, a_stall_and_the_backlog_that_it_left_are_no_overload) {
  Turns turns;
  for (int i = 0; i < 50; ++i) {
    turns.turn(900ms);
    EXPECT_TRUE(turns.shedding.is_late());
    // Six tenths of what it can do: each turn takes so much less than the one before.
    Duration waited = 900ms;
    for (Duration length = 540ms; length > 20ms; length = length * 6 / 10) {
      turns.turn(length, 0ms, waited);
      waited = length;
    }
    turns.run_for(1s, 6ms, 4ms);
    EXPECT_FALSE(turns.shedding.is_late());
  }
  EXPECT_EQ(turns.changes, 0);
}

TEST(LoadShedding, turns_that_are_all_late_cost_one_layer_after_another_and_pictures_last) {
  Turns turns;
  turns.run_for(kLateFor - 20ms, 60ms, 0ms);
  EXPECT_EQ(turns.shed(), Shed::nothing);
  turns.turn(60ms);
  EXPECT_EQ(turns.shed(), Shed::highest_layer);
  turns.run_for(kLateFor + 40ms, 60ms, 0ms);
  EXPECT_EQ(turns.shed(), Shed::higher_layers);
  turns.run_for(kLateFor + 40ms, 60ms, 0ms);
  EXPECT_EQ(turns.shed(), Shed::pictures);
  turns.run_for(10s, 60ms, 0ms);
  EXPECT_EQ(turns.changes, 3) << "there is nothing beyond: sound stays";
}

TEST(LoadShedding, a_step_that_does_not_help_against_a_severe_lag_is_followed_by_the_next_soon) {
  Turns turns;
  for (const Duration length : {20ms, 100ms, 110ms, 120ms}) turns.turn(length);
  EXPECT_EQ(turns.shed(), Shed::nothing);
  turns.turn(180ms);
  EXPECT_EQ(turns.shed(), Shed::highest_layer);
  turns.turn(180ms);
  EXPECT_EQ(turns.shed(), Shed::highest_layer) << "that one had the backlog of before";
  turns.turn(180ms);
  EXPECT_EQ(turns.shed(), Shed::higher_layers);
  turns.run_for(360ms, 180ms, 0ms);
  EXPECT_EQ(turns.shed(), Shed::pictures);
}

TEST(LoadShedding, a_step_that_helps_is_given_the_time_to_work_off_what_waits) {
  Turns turns;
  for (const Duration length : {20ms, 100ms, 150ms, 280ms}) turns.turn(length);
  ASSERT_EQ(turns.shed(), Shed::highest_layer);
  Duration waited = 280ms;
  for (const Duration length : {120ms, 90ms, 67ms, 50ms, 38ms, 28ms, 21ms}) {
    turns.turn(length, 0ms, waited);
    waited = length;
  }
  EXPECT_EQ(turns.shed(), Shed::highest_layer);
}

TEST(LoadShedding, datagrams_that_waited_count_as_much_as_turns_that_take_long) {
  Turns turns;
  turns.run_for(kLateFor + 50ms, 5ms, 0ms, 50ms);
  EXPECT_EQ(turns.shed(), Shed::highest_layer);
}

TEST(LoadShedding, what_went_comes_back_a_step_at_a_time_when_there_is_time_to_spare) {
  Turns turns;
  lose_pictures(turns);
  ASSERT_EQ(turns.shed(), Shed::pictures);
  turns.run_for(4s, 1ms, 9ms);
  EXPECT_EQ(turns.shed(), Shed::pictures);
  turns.run_for(2s, 1ms, 9ms);
  EXPECT_EQ(turns.shed(), Shed::higher_layers);
  turns.run_for(3s, 1ms, 9ms);
  EXPECT_EQ(turns.shed(), Shed::higher_layers);
  turns.run_for(8s, 1ms, 9ms);
  EXPECT_EQ(turns.shed(), Shed::nothing);
  EXPECT_EQ(turns.changes, 4);
}

TEST(LoadShedding, nothing_comes_back_to_a_loop_that_is_busy_with_what_is_left) {
  Turns turns;
  lose_pictures(turns);
  turns.run_for(60s, 6ms, 4ms);
  EXPECT_EQ(turns.shed(), Shed::pictures);
  turns.run_for(4s, 4ms, 6ms);
  EXPECT_EQ(turns.shed(), Shed::higher_layers);
}

// Enough for the lowest layer, not for more: what is tried again is tried less and less often.
TEST(LoadShedding, a_step_that_does_not_last_is_tried_more_and_more_seldom) {
  Turns turns;
  lose_pictures(turns);
  const Instant begin = turns.now;
  int fell = 0;
  Duration longest{};
  Instant fell_at = turns.now;
  while (turns.now - begin < 10min) {
    const bool fits = turns.shed() >= Shed::higher_layers;
    const Shed before = turns.shed();
    turns.turn(fits ? Duration(1ms) : Duration(60ms), fits ? Duration(9ms) : Duration(0ms));
    if (turns.shed() < before) longest = std::max(longest, turns.now - fell_at);
    if (turns.shed() > before) {
      ++fell;
      fell_at = turns.now;
    }
  }
  EXPECT_LE(fell, 12);
  EXPECT_GE(fell, 6);
  EXPECT_GE(longest, kReturnAfterLongest);
  EXPECT_LE(longest, kReturnAfterLongest + 2s);
}

}  // namespace
}  // namespace plenary::io::load_shedding_test
