#include "server/app/speaker_readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::server::speaker_readiness_test {
namespace {

using nlohmann::json;
using signaling::ReadinessProblem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

json sound(const json& problems = json::array()) {
  return {{"report", "speaker_readiness"}, {"speaker", "r-1"},       {"level_db", -23.4},   {"noise_db", -60.2},
          {"clipped_percent", 0.0},        {"band_hz", {94, 19992}}, {"problems", problems}};
}

io::UplinkQuality way(std::uint32_t lost, milliseconds jitter = milliseconds(8)) {
  return {.packets_expected = 50, .packets_lost = lost, .jitter = jitter, .round_trip = milliseconds(45)};
}

TEST(SpeakerReadiness, says_nothing_before_they_speak) {
  SpeakerReadiness readiness;
  EXPECT_FALSE(readiness.verdict());
  readiness.handle_uplink(way(0));
  ASSERT_TRUE(readiness.verdict());
  EXPECT_FALSE(readiness.verdict()->fit) << "neither yes nor no";
  EXPECT_FALSE(readiness.verdict()->band_hz);
}

TEST(SpeakerReadiness, shows_what_arrives_before_they_speak) {
  SpeakerReadiness readiness;
  readiness.handle_media(MediaKind::video);
  EXPECT_TRUE(readiness.verdict()->camera);
  EXPECT_FALSE(readiness.verdict()->microphone);
  EXPECT_FALSE(readiness.verdict()->network);
  readiness.handle_uplink(way(0));
  EXPECT_TRUE(readiness.verdict()->microphone);
}

TEST(SpeakerReadiness, the_network_has_a_word) {
  using signaling::NetworkWord;
  SpeakerReadiness near;
  near.handle_uplink(way(0));
  EXPECT_EQ(near.verdict()->network, NetworkWord::good);
  SpeakerReadiness far;
  far.handle_uplink({.packets_expected = 50, .round_trip = milliseconds(400)});
  EXPECT_EQ(far.verdict()->network, NetworkWord::fair);
  EXPECT_THAT(far.verdict()->problems, IsEmpty()) << "distance spoils no sound";
  SpeakerReadiness uneven;
  uneven.handle_uplink(way(0, milliseconds(25)));
  EXPECT_EQ(uneven.verdict()->network, NetworkWord::fair);
  SpeakerReadiness losing;
  losing.handle_uplink(way(5));
  EXPECT_EQ(losing.verdict()->network, NetworkWord::poor);
}

TEST(SpeakerReadiness, joins_the_sound_and_its_way_and_rounds_both) {
  SpeakerReadiness readiness;
  readiness.handle_sound(sound());
  ASSERT_TRUE(readiness.verdict());
  EXPECT_EQ(readiness.verdict()->fit, true);
  EXPECT_FALSE(readiness.verdict()->loss_percent);
  readiness.handle_uplink(way(0));
  readiness.handle_uplink(way(1));
  const signaling::Readiness verdict = *readiness.verdict();
  EXPECT_EQ(verdict.fit, true);
  EXPECT_EQ(verdict.band_hz, std::pair(94, 19'992));
  EXPECT_EQ(verdict.level_db, -23);
  EXPECT_EQ(verdict.noise_db, -60);
  EXPECT_EQ(verdict.loss_percent, 1.0);
  EXPECT_EQ(verdict.jitter_ms, 8);
  EXPECT_EQ(verdict.round_trip_ms, 45);
}

TEST(SpeakerReadiness, any_problem_makes_it_unfit) {
  SpeakerReadiness readiness;
  readiness.handle_sound(sound({"telephone_band", "noisy"}));
  EXPECT_EQ(readiness.verdict()->fit, false);
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::telephone_band, ReadinessProblem::noisy));
}

TEST(SpeakerReadiness, a_bad_way_is_told_before_they_speak) {
  SpeakerReadiness readiness;
  readiness.handle_uplink(way(5));
  ASSERT_TRUE(readiness.verdict());
  EXPECT_EQ(readiness.verdict()->fit, false);
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::loss));
  EXPECT_FALSE(readiness.verdict()->band_hz);
}

TEST(SpeakerReadiness, loss_is_over_ten_seconds_and_is_taken_back_below_the_lower_limit) {
  SpeakerReadiness readiness;
  readiness.handle_sound(sound());
  for (int i = 0; i < 10; ++i) readiness.handle_uplink(way(2));
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::loss));
  for (int i = 0; i < 7; ++i) readiness.handle_uplink(way(0));
  EXPECT_EQ(readiness.verdict()->loss_percent, 1.2);
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::loss));
  for (int i = 0; i < 2; ++i) readiness.handle_uplink(way(0));
  EXPECT_THAT(readiness.verdict()->problems, IsEmpty());
}

TEST(SpeakerReadiness, jitter_has_two_limits_too) {
  SpeakerReadiness readiness;
  readiness.handle_sound(sound());
  readiness.handle_uplink(way(0, milliseconds(25)));
  EXPECT_THAT(readiness.verdict()->problems, IsEmpty());
  readiness.handle_uplink(way(0, milliseconds(40)));
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::jitter));
  readiness.handle_uplink(way(0, milliseconds(25)));
  EXPECT_THAT(readiness.verdict()->problems, ElementsAre(ReadinessProblem::jitter));
  readiness.handle_uplink(way(0, milliseconds(10)));
  EXPECT_THAT(readiness.verdict()->problems, IsEmpty());
}

TEST(SpeakerReadiness, a_report_of_nonsense_is_as_if_nothing_were_in_it) {
  SpeakerReadiness readiness;
  readiness.handle_sound(
      {{"level_db", "loud"}, {"band_hz", {1, 2, 3}}, {"problems", {7, "unheard_of"}}, {"noise_db", 1e300}});
  const signaling::Readiness verdict = *readiness.verdict();
  EXPECT_FALSE(verdict.fit);
  EXPECT_FALSE(verdict.level_db);
  EXPECT_FALSE(verdict.band_hz);
  EXPECT_THAT(verdict.problems, IsEmpty());
}

}  // namespace
}  // namespace plenary::server::speaker_readiness_test
