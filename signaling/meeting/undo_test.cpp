// Each act of a moderator and its undo: as it was, but for microphones.
#include "signaling/meeting/undo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::undo_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

std::string refused(const Result<Accepted, Refusal>& result) { return result ? "" : result.error().word; }

// What a moderator cannot have changed is no part of the comparison.
State comparable(State state) {
  state.seq = 0;
  state.at = {};
  state.undo.reset();
  for (auto& [id, request] : state.open) request.changed_at = {};
  return state;
}

struct Story {
  const char* act;
  std::function<Act(Bench&)> perform;  // brings about the scene before it
};

// Waiting: r-1 Amina, r-2 Li, r-3 Olga; nobody speaks unless the story says so.
Bench scene(bool approval = false) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .needs_approval = approval});
  for (const char* name : {"Amina", "Li", "Olga"}) bench.ask(bench.person(name));
  return bench;
}
constexpr RequestId kAmina{1};
constexpr RequestId kLi{2};
constexpr RequestId kOlga{3};

const std::vector<Story> kExact = {{"floor.deny",
                                    [](Bench&) -> Act {
                                      return act::Deny{kLi, "later"};
                                    }},
                                   {"floor.prepare",
                                    [](Bench&) -> Act {
                                      return act::Prepare{kLi, ""};
                                    }},
                                   {"floor.pass",
                                    [](Bench&) -> Act {
                                      return act::Pass{kAmina, ""};
                                    }},
                                   {"floor.pass",
                                    [](Bench& bench) -> Act {
                                      (void)bench.moderate(act::Prepare{kLi, ""});
                                      return act::Pass{kLi, ""};
                                    }},
                                   {"floor.grant",
                                    [](Bench&) -> Act {
                                      return act::Grant{kLi, false};
                                    }},
                                   {"floor.move",
                                    [](Bench&) -> Act {
                                      return act::Move{kOlga, kAmina};
                                    }},
                                   {"floor.move",
                                    [](Bench& bench) -> Act {
                                      (void)bench.moderate(act::Move{kLi, kAmina});
                                      return act::Move{kOlga, kLi};
                                    }},
                                   {"floor.resume",
                                    [](Bench& bench) -> Act {
                                      bench.bring_on_air(kAmina);
                                      bench.pass(seconds(10));
                                      (void)bench.moderate(act::Pause{kAmina});
                                      return act::Resume{kAmina};
                                    }},
                                   {"floor.unmute",
                                    [](Bench& bench) -> Act {
                                      bench.bring_on_air(kAmina);
                                      (void)bench.moderate(act::Mute{kAmina, true});
                                      return act::Mute{kAmina, false};
                                    }},
                                   {"floor.extend",
                                    [](Bench&) -> Act {
                                      return act::Extend{kLi, seconds(60)};
                                    }},
                                   {"list.close", [](Bench&) -> Act { return act::OpenList{false}; }},
                                   {"list.open",
                                    [](Bench& bench) -> Act {
                                      (void)bench.moderate(act::OpenList{false});
                                      return act::OpenList{true};
                                    }},
                                   {"list.order",
                                    [](Bench& bench) -> Act {
                                      (void)bench.moderate(act::Pass{kAmina, ""});
                                      return act::ChooseOrder{ListOrder::balance};
                                    }},
                                   {"list.order", [](Bench& bench) -> Act {
                                      (void)bench.moderate(act::Move{kOlga, kAmina});
                                      return act::ChooseOrder{ListOrder::asked};
                                    }}};

TEST(Undo, what_opens_no_microphone_is_as_it_was_before) {
  for (const Story& story : kExact) {
    Bench bench = scene();
    const Act act = story.perform(bench);
    const State before = bench.state();
    ASSERT_TRUE(bench.moderate(act)) << story.act;
    ASSERT_TRUE(bench.state().undo) << story.act;
    EXPECT_EQ(to_text(bench.state().undo->act), story.act);
    EXPECT_NE(comparable(bench.state()), comparable(before)) << story.act << " did nothing";
    ASSERT_TRUE(bench.moderate(act::Undo{})) << story.act;
    EXPECT_EQ(comparable(bench.state()), comparable(before)) << story.act;
    EXPECT_EQ(refused(bench.moderate(act::Undo{})), "nothing_to_undo") << story.act;
  }
}

TEST(Undo, an_approved_request_waits_for_approval_again) {
  Bench bench = scene(true);
  ASSERT_TRUE(bench.moderate(act::Approve{kLi, ""}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_EQ(bench.state_of(kLi), RequestState::pending);
}

TEST(Undo, somebody_added_is_off_the_list_again) {
  Bench bench = scene();
  ASSERT_TRUE(bench.moderate(act::Add{"Minister", "", Category::government, Where::room, RequestKind::statement}));
  ASSERT_EQ(bench.queue().size(), 4U);
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_THAT(bench.queue(), ElementsAre(kAmina, kLi, kOlga));
  EXPECT_EQ(bench.state_of(RequestId{4}), RequestState::withdrawn);
}

class UndoneEnd : public testing::TestWithParam<const char*> {
 protected:
  Result<Accepted, Refusal> end(Bench& bench) {
    const std::string how = GetParam();
    if (how == "release") return bench.moderate(act::Release{});
    if (how == "revoke") return bench.moderate(act::Revoke{kAmina, "time"});
    return bench.moderate(act::Grant{kLi, false});
  }
};
INSTANTIATE_TEST_SUITE_P(Undo, UndoneEnd, testing::Values("release", "revoke", "grant"));

TEST_P(UndoneEnd, a_speech_is_back_in_standby_with_its_clock_and_no_microphone_is_open) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  bench.pass(seconds(70));
  const State before = bench.state();
  ASSERT_TRUE(end(bench));
  bench.pass(seconds(3));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  const Request& amina = bench.find(kAmina);
  EXPECT_EQ(amina.state, RequestState::standby);
  EXPECT_TRUE(amina.offered);
  EXPECT_EQ(amina.elapsed, seconds(70));
  EXPECT_FALSE(amina.running_since);
  for (const Speaker& speaker : speakers(bench.state())) EXPECT_FALSE(speaker.in_return);
  EXPECT_THAT(bench.queue(), ElementsAre(kAmina, kLi, kOlga)) << "and is first in line";
  EXPECT_EQ(bench.state_of(kLi), RequestState::queued);
  EXPECT_EQ(bench.state().spoken_by_person, before.spoken_by_person) << "the speech has not ended";
  EXPECT_EQ(bench.state().spoken_by_category, before.spoken_by_category);
  EXPECT_EQ(bench.state().spoken_by_kind, before.spoken_by_kind);
  EXPECT_EQ(bench.state().last, before.last);
}

TEST_P(UndoneEnd, the_speaker_takes_the_offer_by_answering_and_is_on_air_once_the_return_carries_them) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  bench.pass(seconds(70));
  ASSERT_TRUE(end(bench));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  ASSERT_TRUE(bench.by(bench.find(kAmina).person.id, act::Ready{kAmina}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::granted) << "not on air by what was mixed before";
  bench.meeting().handle_speaker_on_air(kAmina, true, bench.now());
  bench.write();
  EXPECT_EQ(bench.state_of(kAmina), RequestState::on_air);
  bench.pass(seconds(10));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  EXPECT_EQ(bench.find(kAmina).elapsed, seconds(80));
  EXPECT_EQ(bench.state().spoken_by_kind.at(RequestKind::statement).count, 1U) << "one speech, counted once";
}

TEST(Undo, the_offer_ends_when_somebody_else_gets_the_floor) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  ASSERT_TRUE(bench.moderate(act::Release{}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  bench.bring_on_air(kOlga);
  ASSERT_TRUE(bench.moderate(act::Release{}));
  ASSERT_TRUE(bench.by(bench.find(kAmina).person.id, act::Ready{kAmina}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::standby);
  EXPECT_FALSE(bench.find(kAmina).offered);
}

TEST(Undo, an_offer_is_not_taken_while_the_room_could_not_hear_it_or_by_somebody_else) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  ASSERT_TRUE(bench.moderate(act::Release{}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  bench.meeting().handle_return(false, bench.now());
  ASSERT_TRUE(bench.by(bench.find(kAmina).person.id, act::Ready{kAmina}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::standby);
  bench.meeting().handle_return(true, bench.now());
  ASSERT_TRUE(bench.moderate(act::Ready{kAmina}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::standby) << "a moderator grants instead";
  ASSERT_TRUE(bench.by(bench.find(kAmina).person.id, act::Ready{kAmina}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::granted);
}

TEST(Undo, an_undone_grant_closes_the_microphone_that_it_opened) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  bench.pass(seconds(4));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::queued);
  EXPECT_EQ(bench.state().answered, std::nullopt) << "nobody can reply to it";
  ASSERT_TRUE(bench.moderate(act::Grant{kAmina, false}));
  EXPECT_EQ(bench.state_of(kAmina), RequestState::granted) << "mixed anew, or the red light would come too early";
}

TEST(Undo, what_a_point_of_order_paused_stays_paused) {
  Bench bench = scene();
  bench.bring_on_air(kAmina);
  const RequestId point = bench.ask(bench.person("Pérez"), RequestKind::point_of_order);
  ASSERT_TRUE(bench.moderate(act::Grant{point, false}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_EQ(bench.state_of(point), RequestState::queued);
  EXPECT_EQ(bench.state_of(kAmina), RequestState::paused);
}

TEST(Undo, mute_and_pause_leave_nothing_to_undo_because_that_would_open_a_microphone) {
  for (const bool mute : {true, false}) {
    Bench bench = scene();
    bench.bring_on_air(kAmina);
    ASSERT_TRUE(bench.state().undo);
    ASSERT_TRUE(bench.moderate(mute ? Act{act::Mute{kAmina, true}} : Act{act::Pause{kAmina}}));
    EXPECT_FALSE(bench.state().undo);
    EXPECT_EQ(refused(bench.moderate(act::Undo{})), "nothing_to_undo");
  }
}

TEST(Undo, five_seconds_and_no_longer) {
  Bench bench = scene();
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  bench.pass(milliseconds(4'999));
  ASSERT_TRUE(bench.state().undo);
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  bench.pass(seconds(5));
  EXPECT_FALSE(bench.state().undo) << "pages are told that it is over";
  EXPECT_EQ(refused(bench.moderate(act::Undo{})), "nothing_to_undo");
  EXPECT_EQ(bench.state_of(kLi), RequestState::denied);
}

TEST(Undo, only_the_last_act_and_what_people_do_themselves_does_not_count) {
  Bench bench = scene();
  ASSERT_TRUE(bench.moderate(act::Deny{kAmina, ""}));
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  const RequestId late = bench.ask(bench.person("Late"));
  ASSERT_TRUE(bench.by(bench.find(kOlga).person.id, act::Withdraw{kOlga}));
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_THAT(bench.queue(), ElementsAre(kLi, late));
}

TEST(Undo, what_has_moved_on_by_itself_stays_as_it_is) {
  Bench bench = scene();
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  const RequestId again = bench.ask(bench.find(kLi).person.id);
  EXPECT_EQ(refused(bench.moderate(act::Undo{})), "moved_on");
  EXPECT_THAT(bench.queue(), ElementsAre(kAmina, kOlga, again));

  ASSERT_TRUE(bench.moderate(act::Prepare{kOlga, ""}));
  ASSERT_TRUE(bench.by(bench.find(kOlga).person.id, act::Withdraw{kOlga}));
  EXPECT_EQ(refused(bench.moderate(act::Undo{})), "moved_on");
}

TEST(Undo, the_chair_undoes_what_a_chair_may_do_and_a_speaker_nothing) {
  Bench bench = scene();
  const Actor chair{ParticipantId{77}, Role::chair};
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  EXPECT_EQ(refused(bench.act(act::Undo{}, chair)), "not_yours");
  bench.bring_on_air(kAmina);
  EXPECT_TRUE(bench.act(act::Undo{}, chair));
  bench.bring_on_air(kAmina);
  ASSERT_TRUE(bench.act(act::Pause{kAmina}, chair));
  EXPECT_EQ(refused(bench.act(act::Undo{}, chair)), "nothing_to_undo") << "it would open a microphone";
  ASSERT_TRUE(bench.act(act::Resume{kAmina}, chair));
  EXPECT_TRUE(chair_may_undo(bench.state().undo->act));
  ASSERT_TRUE(bench.act(act::Undo{}, chair));
  EXPECT_EQ(bench.find(kAmina).state, RequestState::paused);
  ASSERT_TRUE(bench.moderate(act::Extend{kAmina, seconds(60)}));
  EXPECT_FALSE(chair_may_undo(bench.state().undo->act));
  EXPECT_EQ(refused(bench.act(act::Undo{}, chair)), "not_yours");
  ASSERT_TRUE(bench.act(act::Resume{kAmina}, chair));
  bench.pass(seconds(5));
  ASSERT_TRUE(bench.by(bench.find(kAmina).person.id, act::Release{}));
  EXPECT_EQ(refused(bench.moderate(act::Undo{})), "nothing_to_undo") << "the speaker ended it";
}

TEST(Undo, is_known_after_a_kill_and_says_who_did_what) {
  Bench bench = scene();
  const ParticipantId moderator = bench.person("Mona");
  ASSERT_TRUE(bench.act(act::Deny{kLi, ""}, {moderator, Role::moderator}));
  const UndoPoint before = *bench.state().undo;
  EXPECT_EQ(before.by, "Mona");
  EXPECT_EQ(before.request, kLi);
  bench.crash(seconds(1));
  EXPECT_EQ(bench.state().undo, before);
  ASSERT_TRUE(bench.moderate(act::Undo{}));
  const State undone = bench.state();
  EXPECT_EQ(bench.state_of(kLi), RequestState::queued);
  bench.crash(seconds(1));
  EXPECT_EQ(bench.state_of(kLi), RequestState::queued);
  EXPECT_EQ(bench.queue().size(), 3U);
}

TEST(Undo, two_moderators_at_once_get_one_undo_and_one_refusal) {
  Bench bench = scene();
  ASSERT_TRUE(bench.moderate(act::Deny{kLi, ""}));
  bench.hold_disk();
  EXPECT_TRUE(bench.moderate(act::Undo{}));
  EXPECT_EQ(refused(bench.moderate(act::Undo{})), "nothing_to_undo");
  bench.release_disk();
  EXPECT_EQ(bench.state_of(kLi), RequestState::queued);
}

}  // namespace
}  // namespace plenary::signaling::undo_test
