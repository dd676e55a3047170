// Connections that fail and people who do not answer.
#include "signaling/meeting/presence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/due.h"

namespace plenary::signaling::presence_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

void lose(Bench& bench, RequestId request) {
  bench.meeting().handle_uplink_silent(bench.find(request).person.id, bench.now().monotonic, bench.now());
  bench.write();
}

void bring_back(Bench& bench, RequestId request) {
  bench.meeting().handle_uplink_back(bench.find(request).person.id, bench.now());
  bench.write();
}

// Fault F5.
TEST(Presence, a_speaker_is_held_after_two_seconds_and_released_fifteen_after_the_last_packet) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(10));
  lose(bench, request);
  bench.pass(milliseconds(1'999));
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
  EXPECT_EQ(kept_until(bench.find(request), Rules{}), std::nullopt);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  EXPECT_EQ(*kept_until(bench.find(request), Rules{}) - bench.meeting().moment(bench.now()), seconds(13));
  bench.pass(milliseconds(12'999));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::released);
  EXPECT_EQ(bench.find(request).reason, "connection_lost");
}

TEST(Presence, a_report_that_comes_late_still_counts_from_the_last_packet) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  const Instant last_packet = bench.now().monotonic;
  bench.pass(seconds(5));
  bench.meeting().handle_uplink_silent(bench.find(request).person.id, last_packet, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bench.pass(milliseconds(9'999));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::released);
}

// Fault F5.
TEST(Presence, a_speaker_back_within_grace_keeps_floor_and_clock) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(60));
  lose(bench, request);
  bench.pass(seconds(10));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bring_back(bench, request);
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
  // The two seconds until the loss was noticed count; the silence afterwards does not.
  EXPECT_EQ(elapsed_at(bench.find(request), bench.meeting().moment(bench.now())), seconds(62));
}

TEST(Presence, a_speaker_is_not_on_air_while_the_return_does_not_carry_them) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.pass(seconds(60));
  bench.meeting().handle_speaker_on_air(request, false, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
  bench.pass(seconds(2));
  bench.meeting().handle_speaker_on_air(request, true, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
  EXPECT_EQ(elapsed_at(bench.find(request), bench.meeting().moment(bench.now())), seconds(60));
}

TEST(Presence, a_speaker_whose_room_process_lost_them_is_granted_until_carried_again) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  lose(bench, request);
  bench.meeting().handle_speaker_on_air(request, false, bench.now());
  bench.pass(seconds(5));
  bring_back(bench, request);
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
  bench.meeting().handle_speaker_on_air(request, true, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
}

TEST(Presence, somebody_granted_before_any_media_came_has_thirty_seconds) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  bench.pass(milliseconds(29'999));
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::released);
  EXPECT_EQ(bench.find(request).reason, "no_media");
}

TEST(Presence, an_uplink_that_ended_long_before_the_grant_does_not_end_it_at_once) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  bring_back(bench, request);
  lose(bench, request);
  bench.pass(minutes(1));
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
  bench.pass(seconds(3));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bring_back(bench, request);
  EXPECT_EQ(bench.state_of(request), RequestState::granted);
}

TEST(Presence, a_place_in_the_queue_is_kept_for_two_minutes_without_a_page) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const RequestId request = bench.ask(amina);
  bench.meeting().handle_disconnected(amina, bench.now());
  bench.pass(milliseconds(119'999));
  EXPECT_EQ(bench.state_of(request), RequestState::queued);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::lapsed);
}

TEST(Presence, a_page_that_comes_back_in_time_keeps_the_place_and_one_of_two_pages_is_enough) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const RequestId request = bench.ask(amina);
  EXPECT_EQ(bench.person("Amina"), amina) << "the same identity is the same participant";
  bench.meeting().handle_disconnected(amina, bench.now());
  bench.pass(minutes(10));
  EXPECT_EQ(bench.state_of(request), RequestState::queued);
  bench.meeting().handle_disconnected(amina, bench.now());
  bench.pass(seconds(90));
  bench.person("Amina");
  bench.pass(minutes(10));
  EXPECT_EQ(bench.state_of(request), RequestState::queued);
}

TEST(Presence, people_in_the_room_and_people_added_by_name_need_no_page) {
  Bench bench;
  const ParticipantId in_room = bench.person("Amina", Where::room);
  const RequestId first = bench.ask(in_room);
  bench.meeting().handle_disconnected(in_room, bench.now());
  const RequestId second = *bench.moderate(act::Add{"Guest", "", Category::none, Where::remote, RequestKind::question})
                                .value()
                                .answer.request;
  bench.pass(minutes(10));
  EXPECT_THAT(bench.queue(), ElementsAre(first, second));
}

TEST(Presence, who_does_not_answer_the_call_is_passed_over_once_and_lapses_then) {
  Bench bench;
  const RequestId silent = bench.ask(bench.person("Amina"));
  const RequestId next = bench.ask(bench.person("Li"));
  ASSERT_TRUE(bench.moderate(act::Prepare{silent, ""}));
  bench.pass(seconds(30));
  EXPECT_EQ(bench.state_of(silent), RequestState::queued);
  EXPECT_THAT(bench.queue(), ElementsAre(next, silent));
  ASSERT_TRUE(bench.moderate(act::Prepare{silent, ""}));
  bench.pass(seconds(30));
  EXPECT_EQ(bench.state_of(silent), RequestState::lapsed);
}

TEST(Presence, who_answers_the_call_stays_in_the_green_room) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const RequestId request = bench.ask(amina);
  EXPECT_EQ(bench.by(amina, act::Ready{request}).error().word, "not_called");
  ASSERT_TRUE(bench.moderate(act::Prepare{request, ""}));
  ASSERT_TRUE(bench.by(amina, act::Ready{request}));
  bench.pass(minutes(10));
  EXPECT_EQ(bench.state_of(request), RequestState::standby);
}

TEST(Presence, a_restart_holds_the_speaker_and_gives_grace_from_then) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  const RequestId waiting = bench.ask(bench.person("Li"));
  bench.pass(seconds(60));
  bench.crash(seconds(2));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  EXPECT_EQ(elapsed_at(bench.find(request), bench.meeting().moment(bench.now())), seconds(62));
  EXPECT_THAT(bench.queue(), ElementsAre(waiting));
  bench.pass(seconds(10));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bring_back(bench, request);
  bench.meeting().handle_speaker_on_air(request, true, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(request), RequestState::on_air);
}

TEST(Presence, a_speaker_who_does_not_come_back_after_a_restart_is_released) {
  Bench bench;
  const RequestId request = bench.speak("Amina");
  bench.crash(seconds(2), true);
  bench.pass(milliseconds(14'999));
  EXPECT_EQ(bench.state_of(request), RequestState::held);
  bench.pass(milliseconds(1));
  EXPECT_EQ(bench.state_of(request), RequestState::released);
}

TEST(Presence, a_restart_keeps_places_for_two_minutes_and_knows_people_again) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  bench.person("a viewer who never asks");
  const RequestId kept = bench.ask(amina);
  const RequestId lost = bench.ask(bench.person("Li"));
  bench.crash(minutes(60), true);
  EXPECT_EQ(bench.person("Amina"), amina);
  EXPECT_NE(bench.person("somebody new"), bench.find(lost).person.id);
  bench.pass(minutes(2));
  EXPECT_THAT(bench.queue(), ElementsAre(kept));
}

// Fault L1.
TEST(Presence, a_wall_clock_set_back_before_a_restart_moves_nothing_back) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina"));
  const Moment before = bench.meeting().moment(bench.now());
  bench.step_wall(-std::chrono::hours(3));
  bench.crash(seconds(1), true);
  EXPECT_GE(bench.meeting().moment(bench.now()), bench.find(request).asked_at);
  EXPECT_GE(bench.meeting().moment(bench.now()) + seconds(1), before);
}

}  // namespace
}  // namespace plenary::signaling::presence_test
