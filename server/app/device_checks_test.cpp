#include "server/app/device_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::server::device_checks_test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

Instant at(std::int64_t second) { return Instant(std::chrono::hours(1) + seconds(second)); }
PeerId peer(std::uint64_t number) { return PeerId{number}; }
signaling::PageId page(std::uint64_t number) { return signaling::PageId{number}; }

json report(const std::string& check, double now_db, json speech = nullptr) {
  return {{"report", "check"}, {"check", check}, {"now_db", now_db}, {"speech", std::move(speech)}};
}
json voice(json problems) {
  return {{"level_db", -24.0}, {"noise_db", -61.0}, {"band_hz", {94, 15'000}}, {"problems", std::move(problems)}};
}

TEST(DeviceChecks, one_is_told_each_second_how_it_goes) {
  DeviceChecks checks;
  const std::string id = checks.add(peer(1), "p-1", page(7), at(0)).id;
  const auto silent = checks.handle_report(report(id, -127), at(1));
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->page, page(7));
  EXPECT_EQ(silent->result.seconds_left, 59);
  EXPECT_FALSE(silent->result.heard);
  EXPECT_FALSE(silent->result.readiness.microphone);

  checks.handle_uplink_quality({.peer = peer(1), .packets_expected = 50, .packets_lost = 0});
  EXPECT_TRUE(checks.handle_report(report(id, -30), at(2))->result.heard);
  const auto paused = checks.handle_report(report(id, -80), at(3));
  EXPECT_TRUE(paused->result.heard) << "who was heard once was heard";
  EXPECT_EQ(paused->result.now_db, -80);
  EXPECT_TRUE(paused->result.readiness.microphone);
  EXPECT_FALSE(paused->result.readiness.fit);

  const auto spoken = checks.handle_report(report(id, -28, voice({"telephone_band"})), at(4));
  EXPECT_EQ(spoken->result.readiness.fit, false);
  EXPECT_EQ(spoken->result.readiness.level_db, -24);
}

TEST(DeviceChecks, a_quiet_room_is_not_heard) {
  DeviceChecks checks;
  const std::string id = checks.add(peer(1), "p-1", page(7), at(0)).id;
  EXPECT_FALSE(checks.handle_report(report(id, -52), at(1))->result.heard);
}

TEST(DeviceChecks, end_by_themselves_after_a_minute) {
  DeviceChecks checks;
  checks.add(peer(1), "p-1", page(7), at(0));
  checks.add(peer(2), "p-2", page(8), at(10));
  EXPECT_EQ(checks.next_timeout(), at(60));
  EXPECT_TRUE(checks.handle_timeout(at(59)).empty());
  const auto ended = checks.handle_timeout(at(60));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].peer, peer(1));
  EXPECT_EQ(ended[0].code, "time_over");
  EXPECT_EQ(checks.next_timeout(), at(70));
}

TEST(DeviceChecks, beyond_twenty_they_are_refused_and_counted_but_not_who_has_one_already) {
  DeviceChecks checks;
  for (std::uint64_t i = 0; i < kMaxChecks; ++i) {
    EXPECT_FALSE(checks.refuses("p-" + std::to_string(i), true));
    checks.add(peer(i), "p-" + std::to_string(i), page(i), at(0));
  }
  EXPECT_EQ(checks.refuses("p-99", true), "checks_busy");
  EXPECT_FALSE(checks.refuses("p-3", true));
  EXPECT_TRUE(checks.end_of("p-3", "replaced"));
  EXPECT_FALSE(checks.refuses("p-99", true));
  EXPECT_THAT(checks.counters(), testing::Contains(std::pair(std::string("refused_busy"), std::uint64_t{1})));
}

TEST(DeviceChecks, while_the_room_process_is_away_nobody_is_let_in_and_those_inside_are_told) {
  DeviceChecks checks;
  checks.add(peer(1), "p-1", page(7), at(0));
  EXPECT_EQ(checks.refuses("p-2", false), "room_restarting");
  const auto ended = checks.end_all("room_restarting");
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].check.page, page(7));
  EXPECT_EQ(checks.size(), 0U);
  EXPECT_FALSE(checks.next_timeout());
}

TEST(DeviceChecks, no_two_have_the_same_track_and_reports_of_others_are_nobody_s) {
  DeviceChecks checks;
  const DeviceChecks::Check first = checks.add(peer(1), "p-1", page(7), at(0));
  const DeviceChecks::Check second = checks.add(peer(2), "p-2", page(8), at(0));
  EXPECT_NE(first.track, second.track);
  EXPECT_GE(first.track, kFirstCheckTrack);
  EXPECT_FALSE(checks.handle_report(report("check-1", -20), at(1)));
  EXPECT_FALSE(checks.handle_report({{"check", 7}}, at(1)));
  EXPECT_FALSE(checks.handle_uplink_quality({.peer = peer(3)}));
  EXPECT_TRUE(checks.handle_report({{"check", first.id}, {"now_db", "loud"}, {"speech", "clear"}}, at(1)));
}

}  // namespace
}  // namespace plenary::server::device_checks_test
