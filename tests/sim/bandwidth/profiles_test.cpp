// The proof: on each of twelve networks the estimate finds the line in time and uses it, no queue stands, and the
// picture never swings to and fro. Six seeds; PLENARY_SEED=n tries another one alone.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/sim/bandwidth/measure.h"
#include "tests/sim/bandwidth/profiles.h"
#include "tests/sim/bandwidth/session.h"

namespace plenary::sim::profiles_test {
namespace {

std::vector<std::uint64_t> seeds() {
  const char* text = std::getenv("PLENARY_SEED");
  if (text != nullptr) return {std::strtoull(text, nullptr, 10)};
  return {1, 2, 3, 4, 5, 6};
}

const Profile& profile_named(const std::string& name) {
  static const std::vector<Profile> all = profiles();
  for (const Profile& profile : all) {
    if (profile.name == name) return profile;
  }
  std::abort();
}

class ProfileTest : public testing::TestWithParam<std::string> {
 protected:
  const Profile& profile() { return profile_named(GetParam()); }
  Record run(SourceKind source, std::uint64_t seed) { return Session(profile(), source, seed).run(); }
};

TEST_P(ProfileTest, the_estimate_finds_the_line_in_time_and_uses_it) {
  for (const std::uint64_t seed : seeds()) {
    const Record record = run(SourceKind::elastic, seed);
    for (const Goal& goal : profile().goals) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", from " << to_milliseconds(goal.from) / 1'000 << " s");
      const Reached r = reached(record, goal);
      ASSERT_TRUE(r.after);
      EXPECT_LE(*r.after, std::chrono::duration<double>(goal.within).count());
      EXPECT_GE(r.estimate, goal.share);
      EXPECT_LE(r.estimate, goal.most);
      EXPECT_GE(r.received, profile().received * (1 - profile().inherent_loss));
    }
  }
}

TEST_P(ProfileTest, no_queue_stands) {
  if (!profile().queue_p95) return;
  const double most = std::chrono::duration<double, std::milli>(*profile().queue_p95).count();
  for (const std::uint64_t seed : seeds()) {
    EXPECT_LE(queue_p95(run(SourceKind::elastic, seed)), most) << "seed " << seed;
    EXPECT_LE(queue_p95(run(SourceKind::layers, seed)), most) << "seed " << seed;
  }
}

TEST_P(ProfileTest, layers_do_not_swing) {
  for (const std::uint64_t seed : seeds()) {
    EXPECT_LE(oscillations(run(SourceKind::layers, seed)), 1u) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, ProfileTest,
                         testing::Values("step_down", "step_up", "stairs", "thin", "loss_3", "loss_10", "loss_30",
                                         "burst_loss", "long_round_trip", "jitter", "competing_flow", "policer"),
                         [](const auto& info) { return info.param; });

TEST(ProfilesTest, there_is_a_test_for_each) { EXPECT_EQ(profiles().size(), 12u); }

TEST(ProfilesTest, beside_a_download_a_fair_share_stays) {
  for (const std::uint64_t seed : seeds()) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Record record = Session(profile_named("competing_flow"), SourceKind::elastic, seed).run();
    const double share = mean_received(record, std::chrono::seconds(40), std::chrono::seconds(90)) / 3e6;
    EXPECT_GE(share, 0.2);
    EXPECT_LE(share, 0.7);
  }
}

TEST(ProfilesTest, a_policer_costs_little) {
  const Profile& profile = profile_named("policer");
  for (const std::uint64_t seed : seeds()) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    EXPECT_LE(share_lost(Session(profile, SourceKind::elastic, seed).run(), std::chrono::seconds(20)), 0.08);
    EXPECT_LE(share_lost(Session(profile, SourceKind::layers, seed).run(), std::chrono::seconds(20)), 0.02);
  }
}

TEST(ProfilesTest, each_line_shows_the_best_layer_that_fits) {
  // At the end of each stretch that lasts half a minute.
  for (const std::uint64_t seed : seeds()) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Record record = Session(profile_named("stairs"), SourceKind::layers, seed).run();
    const auto layer_at = [&](std::size_t second) { return record.samples.at(second * 10 - 1).layer; };
    EXPECT_EQ(layer_at(30), 0);
    EXPECT_EQ(layer_at(60), 1);
    EXPECT_EQ(layer_at(90), 2);
    EXPECT_EQ(layer_at(120), 1);
    EXPECT_EQ(layer_at(150), 0);
  }
}

TEST(ProfilesTest, a_line_too_thin_for_pictures_shows_stills_and_keeps_its_sound) {
  for (const std::uint64_t seed : seeds()) {
    const Record record = Session(profile_named("thin"), SourceKind::layers, seed).run();
    EXPECT_GE(record.stills, 8u) << "seed " << seed;
    for (const Sample& sample : record.samples) {
      const std::int64_t ms = to_milliseconds(sample.at.time_since_epoch());
      if (ms < 40'000 || ms >= 90'000) continue;
      ASSERT_EQ(sample.layer, bandwidth::kStill) << "seed " << seed << ", " << ms;
      ASSERT_EQ(sample.lost, 0) << "seed " << seed << ", " << ms;
    }
  }
}

}  // namespace
}  // namespace plenary::sim::profiles_test
