// Stories of a meeting: who gets the floor, when they are on air, and how it ends.
#include "signaling/meeting/meeting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/due.h"

namespace plenary::signaling::meeting_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Meeting, who_asks_first_is_first) {
  Bench bench;
  const RequestId first = bench.ask(bench.person("Amina"));
  const Accepted second = bench.by(bench.person("Li"), bench.ask_act()).value();
  EXPECT_EQ(second.answer.position, 2U);
  EXPECT_THAT(bench.queue(), ElementsAre(first, *second.answer.request));
}

// Fault F7.
TEST(Meeting, the_same_key_has_one_effect) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const act::RequestFloor act = bench.ask_act();
  const Accepted first = bench.by(amina, act).value();
  const Accepted again = bench.by(amina, act).value();
  EXPECT_EQ(again.answer.request, first.answer.request);
  EXPECT_EQ(again.answer.position, 1U);
  EXPECT_EQ(bench.disk().size(), 1U);
}

TEST(Meeting, the_same_key_after_the_end_still_names_the_ended_request) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const act::RequestFloor act = bench.ask_act();
  const RequestId request = *bench.by(amina, act).value().answer.request;
  ASSERT_TRUE(bench.by(amina, act::Withdraw{request}));
  EXPECT_EQ(bench.by(amina, act).value().answer.request, request);
  EXPECT_THAT(bench.queue(), IsEmpty());
}

TEST(Meeting, a_person_has_one_open_request_and_one_point_of_order) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  bench.ask(amina);
  EXPECT_EQ(bench.by(amina, bench.ask_act(RequestKind::question)).error().word, "already_asked");
  const RequestId point = bench.ask(amina, RequestKind::point_of_order);
  EXPECT_EQ(bench.by(amina, bench.ask_act(RequestKind::point_of_order)).error().word, "already_asked");
  EXPECT_EQ(bench.queue().front(), point);
}

TEST(Meeting, a_closed_list_takes_points_of_order_and_rights_of_reply_only) {
  Bench bench;
  ASSERT_TRUE(bench.moderate(act::OpenList{false}));
  const ParticipantId amina = bench.person("Amina");
  const auto refused = bench.by(amina, bench.ask_act());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RefusalCode::list_closed);
  EXPECT_TRUE(bench.by(amina, bench.ask_act(RequestKind::point_of_order)));
  EXPECT_TRUE(bench.by(amina, bench.ask_act(RequestKind::right_of_reply)));
  EXPECT_TRUE(bench.moderate(act::Add{"Minister", "", Category::government, Where::room, RequestKind::statement}));
}

// Fault F7.
TEST(Meeting, asking_and_withdrawing_all_the_time_is_stopped) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(bench.by(amina, act::Withdraw{bench.ask(amina)}));
  EXPECT_EQ(bench.by(amina, bench.ask_act()).error().word, "too_many_requests");
  bench.pass(minutes(1));
  EXPECT_TRUE(bench.by(amina, bench.ask_act()));
}

TEST(Meeting, a_remote_speaker_is_on_air_only_when_the_return_carries_them) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
  EXPECT_FALSE(bench.find(request).running_since);
  bench.meeting().handle_speaker_on_air(request, true, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
  EXPECT_TRUE(bench.find(request).running_since);
}

TEST(Meeting, people_in_the_room_are_on_air_at_once_and_without_a_return) {
  Bench bench;
  bench.meeting().handle_return(false, bench.now());
  const RequestId request = bench.ask(bench.person("Amina", Where::room));
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
}

TEST(Meeting, nobody_remote_is_granted_the_floor_while_no_return_is_connected) {
  Bench bench;
  bench.meeting().handle_return(false, bench.now());
  const RequestId request = bench.ask(bench.person("Amina"));
  const auto refused = bench.moderate(act::Grant{});
  EXPECT_EQ(refused.error().code, RefusalCode::conflict);
  EXPECT_EQ(refused.error().word, "no_return");
  ASSERT_TRUE(bench.moderate(act::Grant{request, true}));
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
}

TEST(Meeting, granting_ends_the_present_speech_in_one_act) {
  Bench bench;
  const RequestId first = bench.speak("Amina");
  const RequestId second = bench.ask(bench.person("Li"));
  const std::size_t before = bench.disk().size();
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  EXPECT_EQ(bench.state_of(first), RequestState::released);
  EXPECT_EQ(bench.state_of(second), RequestState::granted);
  EXPECT_EQ(bench.disk().size(), before + 3) << "what was before, released, granted";
  EXPECT_EQ(bench.state().last->id, first);
}

TEST(Meeting, a_point_of_order_pauses_the_speaker_who_goes_on_afterwards) {
  Bench bench;
  const RequestId speech = bench.speak("Amina");
  bench.pass(seconds(30));
  const RequestId point = bench.ask(bench.person("Jorge", Where::room), RequestKind::point_of_order);
  ASSERT_TRUE(bench.moderate(act::Grant{point, false}));
  EXPECT_EQ(bench.state_of(speech), RequestState::paused);
  EXPECT_EQ(bench.state_of(point), RequestState::on_air);
  bench.pass(seconds(20));
  ASSERT_TRUE(bench.moderate(act::Resume{}));
  EXPECT_EQ(bench.state_of(point), RequestState::released);
  EXPECT_EQ(bench.state_of(speech), RequestState::on_air);
  bench.pass(seconds(5));
  EXPECT_EQ(elapsed_at(bench.find(speech), bench.meeting().moment(bench.now())), seconds(35));
}

TEST(Meeting, a_panel_is_open_up_to_its_size_and_then_the_longest_speaker_makes_room) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .speakers_max = 2});
  const RequestId first = bench.speak("A");
  bench.pass(seconds(1));
  const RequestId second = bench.speak("B");
  EXPECT_EQ(bench.state_of(first), RequestState::on_air);
  bench.pass(seconds(1));
  const RequestId third = bench.speak("C");
  EXPECT_EQ(bench.state_of(first), RequestState::released);
  EXPECT_EQ(bench.state_of(second), RequestState::on_air);
  EXPECT_EQ(bench.state_of(third), RequestState::on_air);
}

// Fault F3.
TEST(Meeting, two_moderators_on_one_row_get_one_outcome_and_one_refusal) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  EXPECT_TRUE(bench.moderate(act::Grant{request, false}));
  EXPECT_EQ(bench.moderate(act::Grant{request, false}).error().word, "granted_already");
  EXPECT_TRUE(bench.moderate(act::Revoke{request, "off topic"}));
  const auto late = bench.moderate(act::Revoke{request, "off topic"});
  EXPECT_EQ(late.error().code, RefusalCode::not_found);
  EXPECT_EQ(bench.find(request).reason, "off topic");
}

TEST(Meeting, a_request_needs_approval_only_where_the_meeting_says_so) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .needs_approval = true});
  const RequestId request = bench.ask(bench.person("Amina"));
  EXPECT_EQ(bench.state_of(request), RequestState::pending);
  EXPECT_EQ(bench.moderate(act::Grant{request, false}).error().word, "needs_approval");
  EXPECT_EQ(bench.moderate(act::Grant{}).error().word, "nobody_waiting");
  ASSERT_TRUE(bench.moderate(act::Approve{request, ""}));
  EXPECT_TRUE(bench.moderate(act::Grant{}));
}

TEST(Meeting, only_the_owner_withdraws_and_only_the_speaker_or_a_moderator_releases) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const ParticipantId li = bench.person("Li");
  const RequestId request = bench.ask(amina);
  EXPECT_EQ(bench.by(li, act::Withdraw{request}).error().code, RefusalCode::not_allowed);
  bench.bring_on_air(request);
  EXPECT_EQ(bench.by(li, act::Release{request}).error().code, RefusalCode::not_allowed);
  EXPECT_EQ(bench.by(li, act::Release{}).error().code, RefusalCode::not_found);
  EXPECT_TRUE(bench.by(amina, act::Release{}));
  EXPECT_EQ(bench.find(request).reason, "finished");
}

TEST(Meeting, a_beneficiary_speaks_in_place_of_the_person_who_asked) {
  Bench bench;
  const ParticipantId delegate = bench.person("Delegate");
  act::RequestFloor act = bench.ask_act();
  act.beneficiary = "The Minister";
  act.beneficiary_title = "Minister of Communications";
  const RequestId request = *bench.by(delegate, act).value().answer.request;
  EXPECT_EQ(bench.find(request).person.name, "The Minister");
  EXPECT_EQ(bench.find(request).person.title, "Minister of Communications");
  EXPECT_EQ(bench.find(request).asked_by, "Delegate");
  EXPECT_TRUE(bench.by(delegate, act::Withdraw{request}));
}

TEST(Meeting, a_delegation_has_no_more_requests_at_once_than_the_meeting_allows) {
  Rules rules{.meeting = "m", .room = "m", .title = "", .languages = {}};
  rules.delegation_max = 2;
  Bench bench(rules);
  const auto delegate = [&](const std::string& name, const std::string& organisation) {
    return bench.person(name, Where::remote, Category::none, 0, organisation);
  };
  const RequestId first = bench.ask(delegate("Amina", "Ghana"));
  bench.ask(delegate("Kojo", "Ghana"));
  const ParticipantId third = delegate("Esi", "Ghana");
  EXPECT_EQ(bench.by(third, bench.ask_act()).error().word, "delegation_full");
  EXPECT_TRUE(bench.by(third, bench.ask_act(RequestKind::point_of_order)));
  EXPECT_TRUE(bench.by(delegate("Li", "China"), bench.ask_act()));
  for (const char* name : {"One", "Two", "Three"}) EXPECT_TRUE(bench.by(delegate(name, ""), bench.ask_act()));

  bench.bring_on_air(first);
  EXPECT_EQ(bench.by(third, bench.ask_act()).error().word, "delegation_full") << "who speaks counts";
  ASSERT_TRUE(bench.moderate(act::Release{first}));
  EXPECT_TRUE(bench.by(third, bench.ask_act()));
  EXPECT_TRUE(bench.moderate(act::Add{.name = "Kofi", .organisation = "Ghana"})) << "the moderator may add anybody";
}

TEST(Meeting, a_statement_has_the_time_of_its_category_and_other_kinds_have_their_own) {
  Rules rules{.meeting = "m", .room = "m", .title = "", .languages = {}};
  rules.statement_limits = {{Category::government, minutes(5)}, {Category::academia, Milliseconds{0}}};
  rules.limits[RequestKind::question] = seconds(45);
  Bench bench(rules);
  const auto limit_of = [&](const std::string& name, Category category, RequestKind kind) {
    return bench.find(bench.ask(bench.person(name, Where::remote, category), kind)).limit;
  };
  EXPECT_EQ(limit_of("Amina", Category::government, RequestKind::statement), minutes(5));
  EXPECT_EQ(limit_of("Kojo", Category::government, RequestKind::question), seconds(45));
  EXPECT_EQ(limit_of("Li", Category::academia, RequestKind::statement), Milliseconds{0});
  EXPECT_EQ(limit_of("Olga", Category::civil_society, RequestKind::statement), minutes(3));
  EXPECT_EQ(limit_of("Guest", Category::none, RequestKind::statement), minutes(3));
  const auto added = bench.moderate(act::Add{.name = "Kofi", .category = Category::government});
  EXPECT_EQ(bench.find(added.value().answer.request.value()).limit, minutes(5));
}

TEST(Meeting, an_extension_moves_the_limit_and_never_the_clock) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(10));
  const Moment since = *bench.find(request).running_since;
  ASSERT_TRUE(bench.moderate(act::Extend{{}, seconds(60)}));
  EXPECT_EQ(bench.find(request).limit, seconds(240));
  EXPECT_EQ(bench.find(request).running_since, since);
  EXPECT_FALSE(bench.moderate(act::Extend{{}, Milliseconds{0}}));
}

TEST(Meeting, the_microphone_closes_by_itself_only_where_the_meeting_says_so) {
  Bench patient;
  const RequestId kept = patient.speak("Amina");
  patient.pass(minutes(30));
  EXPECT_EQ(patient.state_of(kept), RequestState::on_air);

  Rules strict{.meeting = "m", .room = "m", .title = "", .languages = {}};
  strict.overtime_max = seconds(30);
  Bench bench(strict);
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(209));
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
  bench.pass(seconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::expired);
}

// What pages count down to is when it happens.
TEST(Meeting, the_moment_that_a_microphone_closes_is_known_while_its_clock_runs) {
  Rules strict{.meeting = "m", .room = "m", .title = "", .languages = {}};
  strict.overtime_max = seconds(30);
  Bench bench(strict);
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::Pause{request}));
  EXPECT_EQ(closes_at(bench.find(request), strict), std::nullopt);
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::Resume{request}));
  bench.meeting().handle_speaker_on_air(request, true, bench.now());
  bench.write();
  const std::optional<Moment> closes = closes_at(bench.find(request), strict);
  ASSERT_TRUE(closes);
  EXPECT_EQ(*closes - bench.meeting().moment(bench.now()), seconds(150));
  bench.pass(seconds(150));
  EXPECT_EQ(bench.state_of(request), RequestState::expired);
  EXPECT_EQ(closes_at(bench.find(request), strict), std::nullopt);
  strict.overtime_max = seconds(0);
  const RequestId other = bench.speak("Li");
  EXPECT_EQ(closes_at(bench.find(other), strict), std::nullopt);
}

TEST(Meeting, the_moment_to_have_answered_by_is_for_those_who_can_answer) {
  const Rules rules{.meeting = "m", .room = "m", .title = "", .languages = {"en"}};
  Bench bench(rules);
  const RequestId request = bench.ask(bench.person("Amina"));
  const RequestId other = bench.ask(bench.person("Li"));
  EXPECT_EQ(answer_by(bench.find(request), rules), std::nullopt);
  ASSERT_TRUE(bench.moderate(act::Prepare{request, ""}));
  const std::optional<Moment> until = answer_by(bench.find(request), rules);
  ASSERT_TRUE(until);
  bench.pass(*until - bench.meeting().moment(bench.now()));
  EXPECT_EQ(bench.state_of(request), RequestState::queued) << "passed over";
  EXPECT_THAT(bench.queue(), ElementsAre(other, request));
  const Accepted added =
      bench.moderate(act::Add{"Juan", "", Category::none, Where::remote, RequestKind::statement, ""}).value();
  ASSERT_TRUE(bench.moderate(act::Prepare{*added.answer.request, ""}));
  EXPECT_EQ(answer_by(bench.find(*added.answer.request), rules), std::nullopt) << "who has no page";
}

TEST(Meeting, time_spoken_is_counted_by_person_and_category_but_not_for_points_of_order) {
  Bench bench;
  const RequestId request = bench.speak("Amina", Category::academia);
  bench.pass(seconds(42));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  EXPECT_EQ(bench.state().spoken_by_category.at(Category::academia).time, seconds(42));
  EXPECT_EQ(bench.state().spoken_by_person.at(bench.find(request).person.id).count, 1U);

  const RequestId point =
      bench.ask(bench.person("Jorge", Where::room, Category::government), RequestKind::point_of_order);
  ASSERT_TRUE(bench.moderate(act::Grant{point, false}));
  bench.pass(seconds(10));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  EXPECT_FALSE(bench.state().spoken_by_category.contains(Category::government));
}

// Fault L1.
TEST(Meeting, a_step_of_the_wall_clock_changes_no_timer) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.step_wall(std::chrono::hours(24));
  bench.pass(seconds(10));
  bench.step_wall(-std::chrono::hours(48));
  bench.pass(seconds(10));
  EXPECT_EQ(elapsed_at(bench.find(request), bench.meeting().moment(bench.now())), seconds(20));
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
}

}  // namespace
}  // namespace plenary::signaling::meeting_test
