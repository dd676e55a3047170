// The chair speaks without queueing, is never counted and never pushed out.
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/decide.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"
#include "signaling/meeting/snapshot.h"

namespace plenary::signaling::chair_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class ChairTest : public testing::Test {
 protected:
  Result<Accepted, Refusal> try_to_speak(ParticipantId chair, bool override_no_return = false) {
    return bench_.act(act::Speak{"speak-" + std::to_string(++keys_), override_no_return}, {chair, Role::chair});
  }
  RequestId speak(ParticipantId chair) { return try_to_speak(chair).value().answer.request.value(); }
  void carry(RequestId request) {
    bench_.meeting().handle_uplink_back(bench_.find(request).person.id, bench_.now());
    bench_.meeting().handle_speaker_on_air(request, true, bench_.now());
    bench_.write();
  }
  Result<Accepted, Refusal> stop(ParticipantId chair) { return bench_.act(act::Release{}, {chair, Role::chair}); }

  Bench bench_;
  ParticipantId here_ = bench_.person("Chandra", Where::room);
  ParticipantId far_ = bench_.person("Farida", Where::remote, Category::government);
  int keys_ = 0;
};

TEST_F(ChairTest, in_the_room_is_on_air_at_once_and_far_away_when_the_return_carries_them) {
  EXPECT_EQ(bench_.state_of(speak(here_)), RequestState::on_air);
  const RequestId far = speak(far_);
  EXPECT_EQ(bench_.state_of(far), RequestState::granted);
  EXPECT_EQ(publishing_request(bench_.state(), far_)->id, far);
  EXPECT_TRUE(speakers(bench_.state()).back().in_return);
  EXPECT_FALSE(speakers(bench_.state()).back().to_viewers);
  carry(far);
  EXPECT_EQ(bench_.state_of(far), RequestState::on_air);
  EXPECT_TRUE(speakers(bench_.state()).back().to_viewers);
}

TEST_F(ChairTest, needs_no_free_place_and_leaves_the_speaker_and_their_clock_alone) {
  const RequestId speech = bench_.speak("Amina");
  bench_.pass(seconds(10));
  const Request before = bench_.find(speech);
  const RequestId chair = speak(far_);
  carry(chair);
  EXPECT_EQ(bench_.find(speech), before);
  EXPECT_EQ(bench_.state_of(chair), RequestState::on_air);
  ASSERT_TRUE(stop(far_));
  EXPECT_EQ(bench_.state_of(chair), RequestState::released);
  EXPECT_EQ(bench_.find(chair).reason, "finished");
  EXPECT_EQ(bench_.find(speech), before);
}

TEST_F(ChairTest, goes_on_when_the_floor_is_given_to_somebody_else_or_to_a_point_of_order) {
  const RequestId chair = speak(here_);
  const RequestId first = bench_.speak("Amina");
  const RequestId second = bench_.speak("Li");
  EXPECT_EQ(bench_.state_of(first), RequestState::released);
  EXPECT_EQ(bench_.state_of(chair), RequestState::on_air);
  const RequestId point = bench_.ask(bench_.person("Olga"), RequestKind::point_of_order);
  bench_.bring_on_air(point);
  EXPECT_EQ(bench_.state_of(second), RequestState::paused);
  EXPECT_EQ(bench_.state_of(chair), RequestState::on_air);
  ASSERT_TRUE(bench_.moderate(act::Resume{}));
  EXPECT_EQ(bench_.state_of(point), RequestState::released);
  EXPECT_EQ(bench_.state_of(chair), RequestState::on_air);
}

TEST_F(ChairTest, counts_for_no_total_no_estimate_no_reply_and_not_as_the_last_speaker) {
  const RequestId speech = bench_.speak("Amina", Category::academia);
  bench_.pass(seconds(30));
  ASSERT_TRUE(bench_.moderate(act::Release{speech}));
  const RequestId waiting = bench_.ask(bench_.person("Li"));
  const State before = bench_.state();
  const RequestId chair = speak(far_);
  carry(chair);
  bench_.pass(minutes(10));
  const auto estimates = waiting_estimates(bench_.state(), waiting_order(bench_.state()), bench_.state().at);
  EXPECT_EQ(estimates, std::vector<Milliseconds>{Milliseconds{0}});
  EXPECT_EQ(bench_.state().answered, before.answered);
  ASSERT_TRUE(stop(far_));
  EXPECT_EQ(elapsed_at(bench_.find(chair), bench_.state().at), minutes(10));
  EXPECT_EQ(bench_.state().last, before.last);
  EXPECT_EQ(bench_.state().answered, before.answered);
  EXPECT_EQ(bench_.state().spoken_by_category, before.spoken_by_category);
  EXPECT_EQ(bench_.state().spoken_by_person, before.spoken_by_person);
  EXPECT_EQ(bench_.state().spoken_by_kind, before.spoken_by_kind);
  EXPECT_EQ(bench_.queue(), std::vector<RequestId>{waiting});
}

TEST_F(ChairTest, has_no_time_limit_and_is_given_none) {
  Bench strict({.meeting = "m", .room = "m", .title = "", .languages = {}, .overtime_max = seconds(5)});
  const ParticipantId chair = strict.person("Chandra", Where::room);
  const RequestId speech = strict.act(act::Speak{"k"}, {chair, Role::chair}).value().answer.request.value();
  EXPECT_EQ(strict.moderate(act::Extend{speech, seconds(30)}).error().word, "no_limit");
  strict.pass(std::chrono::hours(3));
  EXPECT_EQ(strict.state_of(speech), RequestState::on_air);
}

TEST_F(ChairTest, nobody_asks_to_speak_as_chair) {
  const ParticipantId amina = bench_.person("Amina");
  EXPECT_EQ(bench_.by(amina, bench_.ask_act(RequestKind::chair)).error().word, "chair_speaks");
  EXPECT_EQ(bench_.moderate(act::Add{.name = "Li", .kind = RequestKind::chair}).error().word, "chair_speaks");
  EXPECT_TRUE(bench_.state().open.empty());
}

TEST_F(ChairTest, the_same_call_sent_twice_opens_one_microphone_once) {
  const act::Speak call{"once"};
  const Actor chair{here_, Role::chair};
  const RequestId first = bench_.act(call, chair).value().answer.request.value();
  EXPECT_EQ(bench_.act(call, chair).value().answer.request, first);
  EXPECT_EQ(try_to_speak(here_).value().answer.request, first) << "another page of theirs";
  ASSERT_TRUE(stop(here_));
  EXPECT_EQ(bench_.act(call, chair).value().answer.request, first);
  EXPECT_TRUE(bench_.state().open.empty()) << "a late repetition opens nothing";
}

TEST_F(ChairTest, far_away_needs_a_return_or_says_that_they_do_not) {
  bench_.meeting().handle_return(false, bench_.now());
  EXPECT_EQ(try_to_speak(far_).error().word, "no_return");
  EXPECT_TRUE(try_to_speak(here_));
  EXPECT_TRUE(try_to_speak(far_, true));
}

TEST_F(ChairTest, speaks_when_others_may_and_is_silent_when_others_are) {
  const RequestId speech = speak(here_);
  ASSERT_TRUE(bench_.moderate(act::SuspendMeeting{}));
  EXPECT_EQ(bench_.state_of(speech), RequestState::paused);
  EXPECT_EQ(try_to_speak(far_).error().word, "meeting_suspended");
  ASSERT_TRUE(bench_.moderate(act::ResumeMeeting{}));
  EXPECT_EQ(bench_.moderate(act::Resume{}).error().word, "not_paused") << "nobody's turn, unless by name";
  ASSERT_TRUE(bench_.act(act::Resume{speech}, {here_, Role::chair}));
  EXPECT_EQ(bench_.state_of(speech), RequestState::on_air);
  ASSERT_TRUE(bench_.moderate(act::CloseMeeting{}));
  EXPECT_EQ(bench_.find(speech).reason, "meeting_closed");
  EXPECT_EQ(try_to_speak(here_).error().word, "meeting_closed");
}

TEST_F(ChairTest, an_act_without_a_request_never_means_the_chair) {
  const RequestId chair = speak(here_);
  EXPECT_EQ(bench_.moderate(act::Release{}).error().word, "nobody_speaks");
  EXPECT_EQ(bench_.moderate(act::Mute{}).error().word, "nobody_speaks");
  EXPECT_EQ(bench_.moderate(act::Pause{}).error().word, "nobody_speaks");
  ASSERT_TRUE(bench_.moderate(act::Mute{chair}));
  EXPECT_TRUE(bench_.find(chair).muted);
  ASSERT_TRUE(bench_.moderate(act::Revoke{chair, "enough"}));
  EXPECT_EQ(bench_.state_of(chair), RequestState::revoked);
}

TEST_F(ChairTest, without_a_request_the_chair_ends_the_own_speech_first) {
  const RequestId speech = bench_.speak("Amina");
  const RequestId chair = speak(here_);
  ASSERT_TRUE(stop(here_));
  EXPECT_EQ(bench_.state_of(chair), RequestState::released);
  EXPECT_EQ(bench_.state_of(speech), RequestState::on_air);
  ASSERT_TRUE(stop(here_));
  EXPECT_EQ(bench_.state_of(speech), RequestState::released);
}

TEST_F(ChairTest, is_held_and_released_like_anybody_whose_connection_is_lost) {
  const RequestId speech = speak(far_);
  carry(speech);
  bench_.meeting().handle_uplink_silent(far_, bench_.now().monotonic, bench_.now());
  bench_.pass(seconds(3));
  EXPECT_EQ(bench_.state_of(speech), RequestState::held);
  bench_.meeting().handle_uplink_back(far_, bench_.now());
  bench_.write();
  EXPECT_EQ(bench_.state_of(speech), RequestState::on_air);
  bench_.meeting().handle_uplink_silent(far_, bench_.now().monotonic, bench_.now());
  bench_.pass(seconds(20));
  EXPECT_EQ(bench_.state_of(speech), RequestState::released);
  EXPECT_EQ(bench_.find(speech).reason, "connection_lost");
  const RequestId silent = speak(bench_.person("Mute"));
  bench_.pass(seconds(31));
  EXPECT_EQ(bench_.find(silent).reason, "no_media");
}

TEST_F(ChairTest, who_is_removed_speaks_no_more) {
  const RequestId speech = speak(far_);
  ASSERT_TRUE(bench_.moderate(act::Remove{far_, ""}));
  EXPECT_EQ(bench_.state_of(speech), RequestState::revoked);
}

TEST_F(ChairTest, has_one_microphone_whatever_they_are_besides) {
  const RequestId asked = bench_.ask(far_);
  const RequestId chair = speak(far_);
  EXPECT_EQ(bench_.state_of(asked), RequestState::queued);
  carry(chair);
  ASSERT_TRUE(bench_.moderate(act::Grant{asked, false}));
  EXPECT_EQ(bench_.state_of(chair), RequestState::released);
  EXPECT_EQ(try_to_speak(far_).error().word, "granted_already");
}

TEST_F(ChairTest, only_so_many_lead_a_meeting_at_once) {
  for (std::size_t i = 0; i < kMaxChairs; ++i) speak(bench_.person("Chair " + std::to_string(i), Where::room));
  EXPECT_EQ(try_to_speak(here_).error().word, "too_many_chairs");
}

TEST_F(ChairTest, speaking_and_stopping_have_a_limit) {
  for (std::size_t i = 0; i < kMaxChairSpeechesPerMinute; ++i) {
    ASSERT_TRUE(try_to_speak(here_));
    ASSERT_TRUE(stop(here_));
  }
  EXPECT_EQ(try_to_speak(here_).error().word, "too_many_requests");
  bench_.pass(minutes(2));
  EXPECT_TRUE(try_to_speak(here_));
}

TEST_F(ChairTest, leaves_an_act_before_it_undoable_and_is_not_undone_itself) {
  const RequestId speech = bench_.speak("Amina");
  ASSERT_TRUE(bench_.moderate(act::Release{speech}));
  const RequestId chair = speak(here_);
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(speech), RequestState::standby);
  EXPECT_EQ(bench_.state_of(chair), RequestState::on_air);
  EXPECT_EQ(bench_.moderate(act::Undo{}).error().word, "nothing_to_undo");
  ASSERT_TRUE(stop(here_));
  EXPECT_FALSE(bench_.state().undo);
}

TEST_F(ChairTest, does_not_take_an_offer_away) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId speech = bench_.ask(amina);
  bench_.bring_on_air(speech);
  ASSERT_TRUE(bench_.moderate(act::Release{speech}));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  speak(here_);
  EXPECT_TRUE(bench_.find(speech).offered);
  ASSERT_TRUE(bench_.by(amina, act::Ready{speech}));
  EXPECT_TRUE(holds_floor(bench_.state_of(speech)));
}

TEST_F(ChairTest, once_stopped_by_a_moderator_no_undo_opens_the_microphone_again_or_puts_them_on_the_list) {
  const RequestId speech = bench_.speak("Amina");
  ASSERT_TRUE(bench_.moderate(act::Release{speech}));
  const RequestId chair = speak(here_);
  ASSERT_TRUE(bench_.moderate(act::Release{chair}));
  EXPECT_EQ(bench_.moderate(act::Undo{}).error().word, "nothing_to_undo");
  const RequestId asked = bench_.ask(far_);
  const RequestId again = speak(far_);
  ASSERT_TRUE(bench_.moderate(act::Grant{asked, false}));  // ends the speech as chair
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(asked), RequestState::queued);
  EXPECT_EQ(bench_.state_of(again), RequestState::released);
  EXPECT_EQ(bench_.queue(), std::vector<RequestId>{asked});
}

TEST_F(ChairTest, does_not_count_for_their_delegation) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .delegation_max = 1});
  const ParticipantId chair = bench.person("Chandra", Where::room, Category::none, 0, "Ministry");
  ASSERT_TRUE(bench.act(act::Speak{"k"}, {chair, Role::chair}));
  EXPECT_TRUE(bench.by(bench.person("Amina", Where::remote, Category::none, 0, "Ministry"), bench.ask_act()));
}

TEST_F(ChairTest, is_on_the_disk_and_in_snapshots_and_comes_back_after_a_crash) {
  const RequestId here = speak(here_);
  const RequestId far = speak(far_);
  carry(far);
  const Rules& rules = bench_.meeting().rules();
  EXPECT_EQ(read_snapshot(write_snapshot(bench_.state(), rules), rules), bench_.state());
  State folded = first_state(rules);
  for (const StoredEvent& event : bench_.disk()) apply(folded, read_event(event).value());
  EXPECT_EQ(folded, bench_.state());
  bench_.crash();
  EXPECT_EQ(bench_.state_of(here), RequestState::on_air);
  EXPECT_EQ(bench_.state_of(far), RequestState::held);
}

}  // namespace
}  // namespace plenary::signaling::chair_test
