#include "server/people/robot_moderator.h"

#include <gtest/gtest.h>

namespace plenary::people::robot_moderator_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since) { return Instant(1'000s + since); }

struct World {
  World() {
    view.state = "live";
    view.list_open = true;
    view.return_connected = true;
  }
  // "floor.grant r-1", or nothing.
  std::string look(Duration since, std::int64_t server_time = 0) {
    const auto act = robot.look(view, server_time, at(since));
    return act ? std::string(act->method) + " " + act->request : "";
  }
  Row& wait(const std::string& request, const std::string& state = "queued") {
    view.queue.push_back({.request = request, .kind = "statement", .state = state, .limit_s = 180});
    return view.queue.back();
  }
  MeetingView view;
  RobotModerator robot{"Robot"};
};

TEST(RobotModerator, calls_the_next_and_gives_the_floor_when_they_are_ready_and_audible) {
  World world;
  world.wait("r-1");
  world.wait("r-2");
  EXPECT_EQ(world.look(0s), "floor.prepare r-1");
  world.view.queue[0].state = "standby";
  EXPECT_EQ(world.look(10s), "") << "not ready";
  world.view.queue[0].ready = true;
  EXPECT_EQ(world.look(11s), "") << "their media does not come";
  world.view.queue[0].media_flows = true;
  EXPECT_EQ(world.look(12s), "floor.grant r-1");
}

TEST(RobotModerator, calls_the_next_while_somebody_speaks_but_interrupts_nobody) {
  World world;
  world.view.floor.push_back({.request = "r-1", .kind = "statement", .state = "on_air", .limit_s = 180});
  world.wait("r-2");
  EXPECT_EQ(world.look(0s), "floor.prepare r-2");
  world.view.queue[0].state = "standby";
  world.view.queue[0].ready = world.view.queue[0].media_flows = true;
  EXPECT_EQ(world.look(60s), "");
  world.view.floor.clear();
  EXPECT_EQ(world.look(61s), "") << "a moment between two speakers";
  EXPECT_EQ(world.look(61s + kBetweenSpeakers), "floor.grant r-2");
}

TEST(RobotModerator, who_is_in_the_room_needs_no_call_and_no_return) {
  World world;
  world.view.return_connected = false;
  world.wait("r-1").in_room = true;
  world.look(0s);
  EXPECT_EQ(world.look(10s), "floor.grant r-1");
}

TEST(RobotModerator, a_text_is_read_out_without_a_call_and_its_author) {
  World world;
  world.view.return_connected = false;
  world.wait("r-1").kind = "written";
  EXPECT_EQ(world.look(0s), "") << "a moment between two speakers";
  EXPECT_EQ(world.look(10s), "floor.grant r-1");
}

TEST(RobotModerator, grants_nobody_whom_the_room_cannot_hear) {
  World world;
  world.view.return_connected = false;
  Row& row = world.wait("r-1", "standby");
  row.ready = row.media_flows = true;
  world.look(0s);
  EXPECT_EQ(world.look(10s), "");
}

TEST(RobotModerator, a_point_of_order_goes_first_and_the_paused_speech_is_resumed) {
  World world;
  world.view.floor.push_back({.request = "r-1", .kind = "statement", .state = "on_air"});
  Row& row = world.wait("r-2", "standby");
  row.kind = "point_of_order";
  row.ready = row.media_flows = true;
  EXPECT_EQ(world.look(0s), "floor.grant r-2");
  world.view.queue.clear();
  world.view.floor[0].state = "paused";
  world.view.floor.push_back({.request = "r-2", .kind = "point_of_order", .state = "on_air"});
  EXPECT_EQ(world.look(10s), "");
  world.view.floor.pop_back();
  EXPECT_EQ(world.look(20s), "floor.resume r-1");
}

TEST(RobotModerator, ends_a_speech_far_over_its_time) {
  World world;
  world.view.floor.push_back({.request = "r-1",
                              .kind = "question",
                              .state = "on_air",
                              .elapsed_ms = 100'000,
                              .running_since = 1'000,
                              .limit_s = 120});
  EXPECT_EQ(world.look(0s, 30'000), "");
  EXPECT_EQ(world.look(10s, 40'000), "floor.release r-1");
}

TEST(RobotModerator, steps_aside_for_minutes_when_somebody_real_acts) {
  World world;
  world.wait("r-1");
  world.view.undo_by = "Moderator";
  EXPECT_EQ(world.look(0s), "");
  world.view.undo_by.clear();
  EXPECT_EQ(world.look(kStepsAsideFor - 1s), "");
  EXPECT_EQ(world.look(kStepsAsideFor), "floor.prepare r-1");
  world.view.undo_by = "Robot";
  world.view.queue[0].request = "r-2";
  EXPECT_EQ(world.look(kStepsAsideFor + 10s), "floor.prepare r-2") << "its own act is nobody else's";
}

TEST(RobotModerator, does_nothing_in_a_meeting_that_is_not_live_and_not_twice_within_a_moment) {
  World world;
  world.wait("r-1");
  world.view.state = "suspended";
  EXPECT_EQ(world.look(0s), "");
  world.view.state = "live";
  EXPECT_EQ(world.look(1s), "floor.prepare r-1");
  EXPECT_EQ(world.look(2s), "") << "the answer may be under way";
}

}  // namespace
}  // namespace plenary::people::robot_moderator_test
