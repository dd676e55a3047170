#include "server/room_link/room_link.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "server/room_link/fake_room.h"

namespace plenary::server::room_link_test {
namespace {

using namespace std::chrono_literals;

// Answers each command with a report that repeats it; "crash" ends it by SIGSEGV.
constexpr const char* kAnswers = R"(
    if command["command"] == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if command["command"] == "nonsense":
        control.send(b"[1, 2")
    send({"report": "heard", "command": command})
)";

class RoomLinkTest : public testing::Test {
 protected:
  std::vector<nlohmann::json> next_reports(RoomLink& link, Instant now) {
    FakeRoom::wait(link.descriptor());
    return link.handle_readable(now);
  }
  static Instant at(Duration since_start) { return Instant(1000s + since_start); }

  const FakeRoom room_{kAnswers};
};

TEST_F(RoomLinkTest, the_configuration_is_the_first_command) {
  RoomLink link(room_.program(), "a", R"({"command":"configure","room":"a"})");
  auto frames = link.start(at(0s));
  ASSERT_TRUE(frames) << frames.error().message;
  const auto reports = next_reports(link, at(0s));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0]["command"]["room"], "a");
  close(*frames);
}

TEST_F(RoomLinkTest, a_process_that_crashed_is_told_once_and_may_start_again_after_a_pause) {
  RoomLink link(room_.program(), "a", R"({"command":"configure"})");
  auto frames = link.start(at(0s));
  ASSERT_TRUE(frames);
  next_reports(link, at(0s));
  link.send({{"command", "crash"}});
  EXPECT_TRUE(next_reports(link, at(1s)).empty());
  EXPECT_EQ(link.next_timeout(), Instant{});
  EXPECT_TRUE(link.handle_timeout(at(1s)));
  EXPECT_FALSE(link.handle_timeout(at(1s)));
  EXPECT_EQ(link.descriptor(), -1);
  link.send({{"command", "key_frame"}});
  EXPECT_EQ(link.commands_dropped(), 1U);
  EXPECT_FALSE(link.start_is_due(at(1s)));
  EXPECT_TRUE(link.start_is_due(at(1s) + kLongestRestartAfter));
  auto again = link.start(at(3s));
  ASSERT_TRUE(again);
  EXPECT_EQ(next_reports(link, at(3s)).size(), 1U);
  EXPECT_EQ(link.restarts(), 1U);
  close(*frames);
  close(*again);
}

TEST_F(RoomLinkTest, a_process_that_says_nothing_for_too_long_is_killed) {
  RoomLink link(room_.program(), "a", R"({"command":"configure"})");
  auto frames = link.start(at(0s));
  ASSERT_TRUE(frames);
  next_reports(link, at(1s));
  const pid_t process = link.process();
  EXPECT_FALSE(link.handle_timeout(at(1s) + kHangAfter - 1ms));
  EXPECT_TRUE(link.handle_timeout(at(1s) + kHangAfter));
  for (int i = 0; i < 10'000 && kill(process, 0) == 0; ++i) {
    ::poll(nullptr, 0, 1);
    link.handle_timeout(at(1s) + kHangAfter);
  }
  EXPECT_EQ(kill(process, 0), -1);
  close(*frames);
}

TEST_F(RoomLinkTest, a_process_that_was_not_looked_at_in_time_is_not_said_to_hang) {
  RoomLink link(room_.program(), "a", R"({"command":"configure"})");
  auto frames = link.start(at(0s));
  ASSERT_TRUE(frames);
  next_reports(link, at(1s));
  EXPECT_FALSE(link.handle_timeout(at(1h)));  // the machine stood still with both
  EXPECT_EQ(link.next_timeout(), at(1h) + kHangAfter);
  link.send({{"command", "anything"}});
  FakeRoom::wait(link.descriptor());
  EXPECT_FALSE(link.handle_timeout(at(1h) + kHangAfter));  // it said something that nobody has read
  next_reports(link, at(1h));
  EXPECT_TRUE(link.handle_timeout(at(1h) + kHangAfter));
  close(*frames);
}

TEST_F(RoomLinkTest, a_report_that_is_no_json_object_is_left_out) {
  RoomLink link(room_.program(), "a", R"({"command":"nonsense"})");
  auto frames = link.start(at(0s));
  ASSERT_TRUE(frames);
  std::vector<nlohmann::json> reports;
  while (reports.empty()) {
    for (auto& report : next_reports(link, at(0s))) reports.push_back(report);
  }
  EXPECT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0]["command"]["command"], "nonsense");
  close(*frames);
}

TEST_F(RoomLinkTest, a_program_that_does_not_exist_is_a_clear_error) {
  RoomLink link(room_.program() / "absent", "a", "{}");
  const auto frames = link.start(at(0s));
  ASSERT_FALSE(frames);
  EXPECT_EQ(frames.error().code, "not_started");
  EXPECT_TRUE(link.start_is_due(at(0s) + kLongestRestartAfter));
}

}  // namespace
}  // namespace plenary::server::room_link_test
