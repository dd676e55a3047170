// What somebody's device check came to: when it is an event, and what a restart finds of it.
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/decide.h"

namespace plenary::signaling::check_test {
namespace {

using std::chrono::seconds;

class CheckTest : public testing::Test {
 protected:
  Result<Accepted, Refusal> check(ParticipantId person, std::optional<bool> fit,
                                  std::vector<ReadinessProblem> problems = {}, int level_db = -23) {
    return bench_.by(person, act::KeepCheck{{.fit = fit, .problems = std::move(problems), .level_db = level_db}});
  }
  const KnownCheck& known(const std::string& name) const { return bench_.state().checks.known.at("sub:" + name); }

  Bench bench_;
  ParticipantId amina_ = bench_.person("Amina");
};

TEST_F(CheckTest, its_verdict_is_there_again_after_a_crash_with_its_hour) {
  ASSERT_TRUE(check(amina_, false, {ReadinessProblem::noisy}));
  const KnownCheck before = known("Amina");
  EXPECT_EQ(before.at, Moment(Milliseconds(Bench::kStart)));
  bench_.crash(std::chrono::hours(24 * 5), true);
  EXPECT_EQ(known("Amina"), before);
}

TEST_F(CheckTest, figures_that_move_are_no_event_and_another_verdict_is) {
  ASSERT_TRUE(check(amina_, std::nullopt));
  EXPECT_TRUE(bench_.disk().empty()) << "not judged yet";
  for (int second = 0; second < 30; ++second) {
    ASSERT_TRUE(check(amina_, false, {ReadinessProblem::noisy}, -20 - second));
    bench_.pass(seconds(1));
  }
  EXPECT_EQ(bench_.disk().size(), 1U);
  ASSERT_TRUE(check(amina_, true));
  EXPECT_EQ(bench_.disk().size(), 2U);
  EXPECT_EQ(known("Amina").readiness.fit, true);
}

TEST_F(CheckTest, the_same_verdict_of_a_later_check_has_its_own_hour) {
  ASSERT_TRUE(check(amina_, true));
  bench_.pass(kCheckStands);
  ASSERT_TRUE(check(amina_, true));
  EXPECT_EQ(known("Amina").at, Moment(Milliseconds(Bench::kStart) + kCheckStands));
}

TEST_F(CheckTest, a_verdict_that_changes_all_the_time_is_stopped_for_the_rest_of_the_minute) {
  const ParticipantId li = bench_.person("Li");
  std::size_t refused = 0;
  for (int second = 0; second < 60; ++second) {
    const auto kept = check(amina_, second % 2 == 0);
    if (!kept) {
      EXPECT_EQ(kept.error().word, "too_many_verdicts");
      ++refused;
    }
    bench_.pass(seconds(1));
  }
  EXPECT_EQ(bench_.disk().size(), kMaxVerdictsPerMinute);
  EXPECT_GT(refused, 0U);
  EXPECT_TRUE(check(li, true)) << "others are not stopped";
  const bool other = !*known("Amina").readiness.fit;
  ASSERT_TRUE(check(amina_, other));
  EXPECT_EQ(known("Amina").readiness.fit, other) << "the minute is over";
}

TEST_F(CheckTest, what_the_disk_did_not_take_is_not_known) {
  bench_.break_disk();
  (void)check(amina_, true);
  EXPECT_TRUE(bench_.state().checks.known.empty());
  bench_.mend_disk();
  bench_.pass(seconds(2));
  ASSERT_TRUE(check(amina_, true)) << "the next second says it again";
  EXPECT_EQ(known("Amina").readiness.fit, true);
}

TEST_F(CheckTest, leaves_the_undo_of_a_moderators_act_and_an_undo_leaves_it) {
  const RequestId request = bench_.ask(amina_);
  ASSERT_TRUE(bench_.moderate(act::Prepare{request, ""}));
  ASSERT_TRUE(check(amina_, true));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
  EXPECT_EQ(known("Amina").readiness.fit, true);
}

TEST_F(CheckTest, of_who_never_joined_is_nothing) {
  ASSERT_TRUE(check(ParticipantId{77}, true));
  EXPECT_TRUE(bench_.disk().empty());
}

}  // namespace
}  // namespace plenary::signaling::check_test
