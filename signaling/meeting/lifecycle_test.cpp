// The meeting as a whole: scheduled, rehearsal, live, suspended, closed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::lifecycle_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

Bench scheduled() {
  return Bench({.meeting = "m", .room = "m", .title = "", .languages = {"en"}, .opens_live = false});
}

Bench in(MeetingState state) {
  Bench bench = state == MeetingState::scheduled || state == MeetingState::rehearsal ? scheduled() : Bench();
  if (state == MeetingState::rehearsal) (void)bench.moderate(act::OpenMeeting{true});
  if (state == MeetingState::suspended) (void)bench.moderate(act::SuspendMeeting{});
  if (state == MeetingState::closed) (void)bench.moderate(act::CloseMeeting{});
  return bench;
}

// Fault F2.
TEST(Lifecycle, every_act_in_every_state_does_what_the_table_says) {
  const std::map<std::string, std::map<std::string, std::string>> table = {{"scheduled",
                                                                            {{"open", "live"},
                                                                             {"rehearse", "rehearsal"},
                                                                             {"suspend", "meeting_not_live"},
                                                                             {"resume", "meeting_not_suspended"},
                                                                             {"close", "closed"}}},
                                                                           {"rehearsal",
                                                                            {{"open", "live"},
                                                                             {"rehearse", "rehearsal"},
                                                                             {"suspend", "meeting_not_live"},
                                                                             {"resume", "meeting_not_suspended"},
                                                                             {"close", "closed"}}},
                                                                           {"live",
                                                                            {{"open", "live"},
                                                                             {"rehearse", "meeting_live"},
                                                                             {"suspend", "suspended"},
                                                                             {"resume", "live"},
                                                                             {"close", "closed"}}},
                                                                           {"suspended",
                                                                            {{"open", "meeting_suspended"},
                                                                             {"rehearse", "meeting_suspended"},
                                                                             {"suspend", "suspended"},
                                                                             {"resume", "live"},
                                                                             {"close", "closed"}}},
                                                                           {"closed",
                                                                            {{"open", "live"},
                                                                             {"rehearse", "rehearsal"},
                                                                             {"suspend", "meeting_not_live"},
                                                                             {"resume", "meeting_not_suspended"},
                                                                             {"close", "closed"}}}};
  const std::map<std::string, Act> acts = {{"open", act::OpenMeeting{}},
                                           {"rehearse", act::OpenMeeting{true}},
                                           {"suspend", act::SuspendMeeting{}},
                                           {"resume", act::ResumeMeeting{}},
                                           {"close", act::CloseMeeting{}}};
  for (const auto& [from, row] : table) {
    ASSERT_EQ(row.size(), acts.size());
    for (const auto& [name, expected] : row) {
      Bench bench = in(*meeting_state_from(from));
      ASSERT_EQ(to_text(bench.state().state), from);
      const Result<Accepted, Refusal> result = bench.moderate(acts.at(name));
      const std::string outcome = result ? std::string(to_text(bench.state().state)) : result.error().word;
      EXPECT_EQ(outcome, expected) << name << " in " << from;
    }
  }
}

TEST(Lifecycle, a_meeting_is_live_since_it_was_opened_or_went_on_and_a_standing_one_since_nobody_knows_when) {
  Bench bench = scheduled();
  EXPECT_FALSE(bench.state().live_since);
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{true}));
  EXPECT_FALSE(bench.state().live_since) << "a rehearsal is not live";
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{}));
  const std::optional<Moment> opened = bench.state().live_since;
  EXPECT_EQ(opened, bench.state().at);
  bench.pass(seconds(60));
  bench.speak("Amina");
  EXPECT_EQ(bench.state().live_since, opened);
  ASSERT_TRUE(bench.moderate(act::SuspendMeeting{}));
  EXPECT_FALSE(bench.state().live_since);
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::ResumeMeeting{}));
  EXPECT_GE(*bench.state().live_since - *opened, seconds(120));
  ASSERT_TRUE(bench.moderate(act::CloseMeeting{}));
  EXPECT_FALSE(bench.state().live_since);
  EXPECT_FALSE(Bench().state().live_since);
}

TEST(Lifecycle, a_suspended_meeting_pauses_the_speech_and_opens_no_microphone_until_the_moderator_does) {
  Bench bench;
  const RequestId amina = bench.speak("Amina");
  const RequestId li = bench.ask(bench.person("Li"));
  bench.pass(seconds(40));
  ASSERT_TRUE(bench.moderate(act::SuspendMeeting{}));
  EXPECT_EQ(bench.state_of(amina), RequestState::paused);
  EXPECT_EQ(bench.moderate(act::Grant{li, false}).error().word, "meeting_suspended");
  EXPECT_EQ(bench.moderate(act::Resume{}).error().word, "meeting_suspended");
  EXPECT_TRUE(bench.moderate(act::Prepare{li, ""})) << "the green room goes on";
  bench.pass(seconds(20));
  ASSERT_TRUE(bench.moderate(act::ResumeMeeting{}));
  EXPECT_EQ(bench.state_of(amina), RequestState::paused);
  ASSERT_TRUE(bench.moderate(act::Resume{}));
  EXPECT_EQ(bench.state_of(amina), RequestState::on_air);
  EXPECT_EQ(bench.find(amina).elapsed, seconds(40)) << "the break is not on the speaker's clock";
}

TEST(Lifecycle, a_speaker_who_was_lost_when_the_meeting_was_suspended_does_not_come_back_on_air) {
  Bench bench;
  const RequestId amina = bench.speak("Amina");
  const ParticipantId person = bench.find(amina).person.id;
  bench.meeting().handle_uplink_silent(person, bench.now().monotonic, bench.now());
  bench.pass(seconds(3));
  ASSERT_EQ(bench.state_of(amina), RequestState::held);
  ASSERT_TRUE(bench.moderate(act::SuspendMeeting{}));
  bench.pass(seconds(1));
  for (const Speaker& speaker : speakers(bench.state())) EXPECT_FALSE(speaker.in_return);
  bench.meeting().handle_uplink_back(person, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(amina), RequestState::paused);
}

TEST(Lifecycle, a_lost_speaker_keeps_no_more_than_the_grace_over_a_suspension) {
  Bench bench;
  const RequestId amina = bench.speak("Amina");
  bench.meeting().handle_uplink_silent(bench.find(amina).person.id, bench.now().monotonic, bench.now());
  bench.pass(seconds(10));
  ASSERT_TRUE(bench.moderate(act::SuspendMeeting{}));
  bench.pass(seconds(5));
  EXPECT_EQ(bench.state_of(amina), RequestState::released);
}

TEST(Lifecycle, closing_ends_speeches_and_requests_and_takes_no_new_ones_until_it_is_opened_again) {
  Bench bench;
  const RequestId amina = bench.speak("Amina");
  const ParticipantId li = bench.person("Li");
  const RequestId waiting = bench.ask(li);
  ASSERT_TRUE(bench.moderate(act::CloseMeeting{}));
  EXPECT_EQ(bench.state_of(amina), RequestState::released);
  EXPECT_EQ(bench.state_of(waiting), RequestState::lapsed);
  EXPECT_EQ(bench.find(waiting).reason, "meeting_closed");
  EXPECT_THAT(bench.queue(), IsEmpty());
  EXPECT_FALSE(bench.state().undo);
  for (const RequestKind kind : {RequestKind::statement, RequestKind::point_of_order}) {
    EXPECT_EQ(bench.by(li, bench.ask_act(kind)).error().word, "meeting_closed");
  }
  EXPECT_EQ(bench.moderate(act::OpenList{true}).error().word, "meeting_closed");
  EXPECT_EQ(bench.moderate(act::Add{.name = "X"}).error().word, "meeting_closed");
  EXPECT_EQ(bench.moderate(act::Grant{}).error().word, "meeting_closed");
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{}));
  EXPECT_TRUE(bench.by(li, bench.ask_act()));
  EXPECT_FALSE(bench.state().last) << "nobody has spoken in it yet";
}

TEST(Lifecycle, a_rehearsal_counts_for_nobody_and_nobody_is_on_air_when_the_meeting_opens) {
  Bench bench = in(MeetingState::rehearsal);
  const RequestId amina = bench.speak("Amina");
  bench.pass(seconds(40));
  const RequestId li = bench.ask(bench.person("Li"));
  ASSERT_TRUE(bench.moderate(act::Grant{li, false}));
  EXPECT_TRUE(bench.state().spoken_by_kind.empty());
  ASSERT_TRUE(bench.moderate(act::Undo{})) << "as in a live meeting";
  ASSERT_TRUE(bench.moderate(act::Grant{li, false}));
  const RequestId olga = bench.ask(bench.person("Olga"));
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{}));
  EXPECT_EQ(bench.state_of(li), RequestState::released);
  EXPECT_EQ(bench.find(li).reason, "rehearsal_over");
  EXPECT_THAT(bench.queue(), ElementsAre(amina, olga)) << "who asked in the rehearsal may mean it";
  EXPECT_TRUE(bench.state().spoken_by_person.empty());
  EXPECT_FALSE(bench.state().answered);
}

TEST(Lifecycle, the_list_may_be_open_before_the_meeting_is_but_nobody_gets_the_floor) {
  Bench bench = scheduled();
  const RequestId amina = bench.ask(bench.person("Amina"));
  EXPECT_EQ(bench.moderate(act::Grant{amina, false}).error().word, "meeting_not_open");
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{}));
  EXPECT_TRUE(bench.moderate(act::Grant{amina, false}));
}

TEST(Lifecycle, an_offer_is_not_taken_in_a_suspended_meeting) {
  Bench bench;
  const RequestId amina = bench.speak("Amina");
  ASSERT_TRUE(bench.moderate(act::Release{}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  ASSERT_TRUE(bench.moderate(act::SuspendMeeting{}));
  ASSERT_TRUE(bench.by(bench.find(amina).person.id, act::Ready{amina}));
  EXPECT_EQ(bench.state_of(amina), RequestState::standby);
}

TEST(Lifecycle, who_took_over_last_is_in_charge_until_the_meeting_is_closed) {
  Bench bench;
  const Actor mona{bench.person("Mona"), Role::moderator};
  const Actor chair{bench.person("Chair"), Role::chair};
  EXPECT_EQ(bench.state().in_charge, "");
  ASSERT_TRUE(bench.act(act::TakeOver{}, mona));
  const std::size_t written = bench.disk().size();
  ASSERT_TRUE(bench.act(act::TakeOver{}, mona));
  EXPECT_EQ(bench.disk().size(), written) << "it was so already";
  ASSERT_TRUE(bench.act(act::TakeOver{}, chair));
  EXPECT_EQ(bench.state().in_charge, "Chair");
  bench.crash();
  EXPECT_EQ(bench.state().in_charge, "Chair");
  ASSERT_TRUE(bench.moderate(act::CloseMeeting{}));
  EXPECT_EQ(bench.state().in_charge, "");
}

TEST(Lifecycle, taking_over_and_the_audience_leave_the_last_act_undoable) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  ASSERT_TRUE(bench.moderate(act::Deny{request, ""}));
  ASSERT_TRUE(bench.moderate(act::TakeOver{}));
  ASSERT_TRUE(bench.moderate(act::ChooseAudience{Audience::registered}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_EQ(bench.state_of(request), RequestState::queued);
  EXPECT_EQ(bench.state().audience, Audience::registered);
}

TEST(Lifecycle, the_state_is_known_after_a_kill) {
  for (const MeetingState state : {MeetingState::suspended, MeetingState::closed}) {
    Bench bench = in(state);
    bench.crash();
    EXPECT_EQ(bench.state().state, state);
  }
}

TEST(Lifecycle, a_meeting_begins_with_the_list_and_the_order_of_its_rules_and_again_when_it_is_opened) {
  Bench bench({.meeting = "room-a", .room = "room-a", .list_open = false, .order = ListOrder::protocol});
  EXPECT_FALSE(bench.state().list_open);
  EXPECT_EQ(bench.state().order, ListOrder::protocol);
  EXPECT_EQ(bench.by(bench.person("Amina"), bench.ask_act()).error().word, "list_closed");
  ASSERT_TRUE(bench.moderate(act::OpenList{true}));
  bench.crash();
  EXPECT_TRUE(bench.state().list_open) << "what was done meanwhile counts";
  ASSERT_TRUE(bench.moderate(act::CloseMeeting{}));
  ASSERT_TRUE(bench.moderate(act::OpenMeeting{}));
  EXPECT_FALSE(bench.state().list_open);
}

}  // namespace
}  // namespace plenary::signaling::lifecycle_test
