// Nothing is shown or acknowledged that is not saved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::saving_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Saving, an_act_shows_only_when_it_is_on_the_disk) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  bench.hold_disk();
  const Accepted accepted = bench.by(amina, bench.ask_act()).value();
  EXPECT_FALSE(bench.meeting().is_saved(accepted.ticket));
  EXPECT_THAT(bench.queue(), IsEmpty());
  bench.release_disk();
  EXPECT_TRUE(bench.meeting().is_saved(accepted.ticket));
  EXPECT_THAT(bench.queue(), ElementsAre(*accepted.answer.request));
}

TEST(Saving, acts_are_decided_on_what_is_on_its_way_so_that_two_moderators_get_one_outcome) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  bench.hold_disk();
  EXPECT_TRUE(bench.moderate(act::Grant{request, false}));
  EXPECT_FALSE(bench.moderate(act::Deny{request, ""}));
  bench.release_disk();
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
}

TEST(Saving, a_retry_with_the_same_key_waits_for_the_same_write) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  bench.hold_disk();
  const act::RequestFloor act = bench.ask_act();
  const Accepted first = bench.by(amina, act).value();
  const Accepted again = bench.by(amina, act).value();
  EXPECT_EQ(again.answer.request, first.answer.request);
  EXPECT_GE(again.ticket, first.ticket);
  EXPECT_FALSE(bench.meeting().is_saved(again.ticket));
}

TEST(Saving, a_failed_write_takes_everything_decided_on_it_back) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  bench.hold_disk();
  const RequestId request = bench.ask(amina);
  ASSERT_TRUE(bench.moderate(act::Grant{request, false}));
  bench.break_disk();
  bench.release_disk();
  EXPECT_THAT(bench.queue(), IsEmpty());
  EXPECT_TRUE(bench.state().open.empty());
  bench.mend_disk();
  bench.pass(seconds(1));
  EXPECT_TRUE(bench.by(amina, bench.ask_act()));
  EXPECT_EQ(bench.queue().size(), 1U);
}

TEST(Saving, while_the_disk_fails_acts_are_refused_and_the_present_floor_goes_on) {
  Bench bench;
  const RequestId speech = bench.speak("Amina");
  const ParticipantId li = bench.person("Li");
  bench.break_disk();
  (void)bench.by(li, bench.ask_act());
  const auto refused = bench.moderate(act::Revoke{speech, "stop"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RefusalCode::conflict);
  EXPECT_EQ(refused.error().word, "not_saved");
  EXPECT_TRUE(bench.meeting().journal_failing());
  bench.pass(seconds(60));
  EXPECT_EQ(bench.state_of(speech), RequestState::on_air);
}

TEST(Saving, a_lost_connection_ends_a_speech_even_while_the_disk_fails_and_is_saved_afterwards) {
  Bench bench;
  const RequestId speech = bench.speak("Amina");
  bench.break_disk();
  (void)bench.moderate(act::OpenList{false});
  bench.meeting().handle_uplink_silent(bench.find(speech).person.id, bench.now().monotonic, bench.now());
  bench.write();
  bench.pass(seconds(20));
  EXPECT_EQ(bench.state_of(speech), RequestState::released);
  const std::size_t before = bench.disk().size();

  bench.mend_disk();
  bench.pass(seconds(2));
  EXPECT_EQ(bench.disk().size(), before + 3) << "held, released, and the grant can be undone no more";
  const State shown = bench.state();
  bench.crash();
  EXPECT_EQ(bench.find(speech).state, RequestState::released);
  EXPECT_EQ(bench.state(), shown);
}

TEST(Saving, the_next_act_after_a_failure_carries_the_facts_that_could_not_be_saved) {
  Bench bench;
  const RequestId speech = bench.speak("Amina");
  const RequestId next = bench.ask(bench.person("Li"));
  bench.break_disk();
  (void)bench.moderate(act::OpenList{false});
  bench.meeting().handle_uplink_silent(bench.find(speech).person.id, bench.now().monotonic, bench.now());
  bench.pass(seconds(20));
  bench.hold_disk();
  bench.pass(seconds(1));
  ASSERT_TRUE(bench.moderate(act::Grant{next, false}));
  bench.release_disk();
  EXPECT_EQ(bench.state_of(next), RequestState::queued);
  EXPECT_EQ(bench.state_of(speech), RequestState::released);
  bench.mend_disk();
  bench.pass(seconds(2));
  const State shown = bench.state();
  bench.crash();
  EXPECT_EQ(bench.state_of(speech), RequestState::released);
  EXPECT_EQ(bench.state_of(next), RequestState::queued);
}

TEST(Saving, a_crash_before_the_write_forgets_what_was_never_acknowledged) {
  Bench bench;
  const RequestId kept = bench.ask(bench.person("Amina"));
  bench.hold_disk();
  (void)bench.by(bench.person("Li"), bench.ask_act());
  bench.crash();
  bench.release_disk();
  EXPECT_THAT(bench.queue(), ElementsAre(kept));
}

TEST(Saving, a_journal_with_a_gap_or_an_event_of_a_later_version_is_refused) {
  Bench bench;
  bench.ask(bench.person("Amina"));
  bench.ask(bench.person("Li"));
  const Rules rules{.meeting = "room-a", .room = "room-a", .title = "", .languages = {}};
  std::vector<StoredEvent> gap = {bench.disk()[1]};
  EXPECT_EQ(Meeting::open(rules, gap, bench.now()).error().code, "journal_gap");
  std::vector<StoredEvent> later = bench.disk();
  later[1].payload = R"({"v":2,"at":1,"by":"system"})";
  EXPECT_EQ(Meeting::open(rules, later, bench.now()).error().code, "event_unreadable");
  later[1].payload = "{";
  EXPECT_EQ(Meeting::open(rules, later, bench.now()).error().code, "event_unreadable");
}

}  // namespace
}  // namespace plenary::signaling::saving_test
