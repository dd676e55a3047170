// Who comes next, and what they are told about it.
#include "signaling/meeting/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::order_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

TEST(Order, points_of_order_come_first_then_replies_then_the_others_then_rights_of_reply) {
  Bench bench;
  bench.speak("Speaker");
  const RequestId right = bench.ask(bench.person("A"), RequestKind::right_of_reply);
  const RequestId question = bench.ask(bench.person("B"), RequestKind::question);
  const RequestId reply = bench.ask(bench.person("C"), RequestKind::reply);
  const RequestId statement = bench.ask(bench.person("D"));
  const RequestId point = bench.ask(bench.person("E"), RequestKind::point_of_order);
  EXPECT_THAT(bench.queue(), ElementsAre(point, reply, question, statement, right));
}

TEST(Order, a_reply_needs_somebody_to_reply_to) {
  Bench bench;
  EXPECT_EQ(bench.by(bench.person("A"), bench.ask_act(RequestKind::reply)).error().word, "nobody_to_reply_to");
}

TEST(Order, a_reply_becomes_an_ordinary_request_when_somebody_else_has_spoken) {
  Bench bench;
  bench.speak("Speaker");
  const RequestId question = bench.ask(bench.person("A"), RequestKind::question);
  const RequestId reply = bench.ask(bench.person("B"), RequestKind::reply);
  EXPECT_THAT(bench.queue(), ElementsAre(reply, question));
  bench.speak("Another");
  EXPECT_THAT(bench.queue(), ElementsAre(question, reply));
}

TEST(Order, another_reply_or_a_point_of_order_does_not_end_the_replies) {
  Bench bench;
  bench.speak("Speaker");
  const RequestId first = bench.ask(bench.person("A"), RequestKind::reply);
  const RequestId second = bench.ask(bench.person("B"), RequestKind::reply);
  const RequestId question = bench.ask(bench.person("C"), RequestKind::question);
  bench.bring_on_air(first);
  EXPECT_THAT(bench.queue(), ElementsAre(second, question));
}

TEST(Order, by_protocol_whom_a_moderator_adds_has_the_rank_that_the_moderator_says) {
  Bench bench;
  const RequestId third = bench.ask(bench.person("Third", Where::remote, Category::none, 3));
  ASSERT_TRUE(bench.moderate(act::Add{.name = "Guest"}));
  const auto added =
      bench.moderate(act::Add{.name = "Abena", .title = "Minister", .country = "Ghana", .rank = 2}).value();
  ASSERT_TRUE(bench.moderate(act::ChooseOrder{ListOrder::protocol}));
  ASSERT_EQ(bench.queue().size(), 3U);
  EXPECT_EQ(bench.queue()[0], added.answer.request);
  EXPECT_EQ(bench.queue()[1], third);
  EXPECT_EQ(bench.find(bench.queue()[0]).person.title, "Minister");
  EXPECT_EQ(bench.find(bench.queue()[0]).person.country, "Ghana");
}

TEST(Order, by_protocol_the_higher_rank_comes_first_and_no_rank_last) {
  Bench bench;
  const RequestId expert = bench.ask(bench.person("Expert"));
  const RequestId minister = bench.ask(bench.person("Minister", Where::remote, Category::government, 2));
  const RequestId president = bench.ask(bench.person("President", Where::remote, Category::government, 1));
  const RequestId other = bench.ask(bench.person("Other minister", Where::remote, Category::government, 2));
  ASSERT_TRUE(bench.moderate(act::ChooseOrder{ListOrder::protocol}));
  EXPECT_THAT(bench.queue(), ElementsAre(president, minister, other, expert));
}

TEST(Order, by_balance_the_group_that_has_spoken_least_comes_next_and_groups_take_turns) {
  Bench bench;
  bench.speak("Gov 0", Category::government);
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  const RequestId gov1 = bench.ask(bench.person("Gov 1", Where::remote, Category::government));
  const RequestId gov2 = bench.ask(bench.person("Gov 2", Where::remote, Category::government));
  const RequestId civil1 = bench.ask(bench.person("Civil 1", Where::remote, Category::civil_society));
  const RequestId civil2 = bench.ask(bench.person("Civil 2", Where::remote, Category::civil_society));
  ASSERT_TRUE(bench.moderate(act::ChooseOrder{ListOrder::balance}));
  EXPECT_THAT(bench.queue(), ElementsAre(civil1, gov1, civil2, gov2));
}

TEST(Order, by_balance_who_has_not_spoken_comes_before_who_has) {
  Bench bench;
  const RequestId spoken = bench.speak("Gov 1", Category::government);
  bench.pass(seconds(10));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  const RequestId again = bench.ask(bench.find(spoken).person.id);
  const RequestId fresh = bench.ask(bench.person("Gov 2", Where::remote, Category::government));
  ASSERT_TRUE(bench.moderate(act::ChooseOrder{ListOrder::balance}));
  EXPECT_THAT(bench.queue(), ElementsAre(fresh, again));
}

// As asked, the category that has spoken least is a word to the moderator and moves nobody.
class Advice : public testing::Test {
 protected:
  void SetUp() override {
    bench_.speak("Gov 0", Category::government);
    bench_.pass(seconds(60));
    ASSERT_TRUE(bench_.moderate(act::Release{}));
    gov_ = bench_.ask(bench_.person("Gov 1", Where::remote, Category::government));
  }
  RequestId ask(const std::string& name, RequestKind kind = RequestKind::statement) {
    return bench_.ask(bench_.person(name, Where::remote, Category::civil_society), kind);
  }
  std::optional<RequestId> advice() const { return balance_advice(bench_.state()); }

  Bench bench_;
  RequestId gov_{};
};

TEST_F(Advice, as_asked_is_whom_balance_would_have_next_and_moves_nobody) {
  EXPECT_EQ(advice(), std::nullopt) << "nobody else waits";
  const RequestId civil = ask("Civil 1");
  ask("Civil 2");
  EXPECT_EQ(advice(), civil);
  EXPECT_EQ(bench_.queue().front(), gov_);
}

TEST_F(Advice, is_what_choosing_balance_makes_of_the_list) {
  ask("Civil 1");
  const std::optional<RequestId> advised = advice();
  ASSERT_TRUE(bench_.moderate(act::ChooseOrder{ListOrder::balance}));
  EXPECT_EQ(bench_.queue().front(), advised);
  EXPECT_EQ(advice(), std::nullopt) << "it is done";
}

TEST_F(Advice, is_about_who_waits_for_their_turn_and_nobody_else) {
  ask("Civil 1", RequestKind::point_of_order);
  ask("Civil 2", RequestKind::right_of_reply);
  EXPECT_EQ(advice(), std::nullopt) << "these have places of their own";
  const RequestId passed = ask("Civil 3");
  const RequestId behind = ask("Civil 4");
  ASSERT_TRUE(bench_.moderate(act::Pass{passed, ""}));
  EXPECT_EQ(advice(), behind) << "who was passed over waits for that one first";
  ASSERT_TRUE(bench_.moderate(act::Deny{behind, ""}));
  EXPECT_EQ(advice(), passed);
}

TEST(Order, no_advice_names_somebody_who_is_not_approved) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {"en"}, .needs_approval = true});
  const auto ask = [&](const char* name, Category category) {
    return bench.ask(bench.person(name, Where::room, category));
  };
  const RequestId first = ask("Gov 0", Category::government);
  ASSERT_TRUE(bench.moderate(act::Approve{first, ""}));
  ASSERT_TRUE(bench.moderate(act::Grant{first, false}));
  bench.pass(seconds(60));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  ASSERT_TRUE(bench.moderate(act::Approve{ask("Gov 1", Category::government), ""}));
  const RequestId civil = ask("Civil", Category::civil_society);
  EXPECT_EQ(balance_advice(bench.state()), std::nullopt);
  ASSERT_TRUE(bench.moderate(act::Approve{civil, ""}));
  EXPECT_EQ(balance_advice(bench.state()), civil);
}

TEST(Order, a_meeting_without_replies_takes_none_from_participants_and_all_from_the_moderator) {
  Bench bench({.meeting = "m", .room = "m", .title = "", .languages = {"en"}, .replies = false});
  bench.speak("Speaker");
  EXPECT_EQ(bench.by(bench.person("A"), bench.ask_act(RequestKind::reply)).error().word, "no_replies");
  EXPECT_TRUE(bench.by(bench.person("A"), bench.ask_act(RequestKind::right_of_reply)));
  EXPECT_TRUE(bench.moderate(act::Add{"B", "", Category::none, Where::room, RequestKind::reply, ""}));
}

TEST(Order, a_moved_row_makes_the_order_manual_until_another_is_chosen) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId b = bench.ask(bench.person("B"));
  const RequestId c = bench.ask(bench.person("C"));
  ASSERT_TRUE(bench.moderate(act::Move{c, a}));
  EXPECT_EQ(bench.state().order, ListOrder::manual);
  EXPECT_THAT(bench.queue(), ElementsAre(c, a, b));
  ASSERT_TRUE(bench.moderate(act::Move{c, {}}));
  EXPECT_THAT(bench.queue(), ElementsAre(a, b, c));
  ASSERT_TRUE(bench.moderate(act::Move{a, c}));
  EXPECT_THAT(bench.queue(), ElementsAre(b, a, c));
  ASSERT_TRUE(bench.moderate(act::ChooseOrder{ListOrder::asked}));
  EXPECT_THAT(bench.queue(), ElementsAre(a, b, c));
}

TEST(Order, a_new_request_joins_a_manual_list_behind_its_own_class) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId right = bench.ask(bench.person("B"), RequestKind::right_of_reply);
  const RequestId c = bench.ask(bench.person("C"));
  ASSERT_TRUE(bench.moderate(act::Move{c, a}));
  const RequestId d = bench.ask(bench.person("D"));
  const RequestId point = bench.ask(bench.person("E"), RequestKind::point_of_order);
  EXPECT_THAT(bench.queue(), ElementsAre(point, c, a, d, right));
}

TEST(Order, passing_over_moves_one_place_down_and_once_only) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId b = bench.ask(bench.person("B"));
  const RequestId c = bench.ask(bench.person("C"));
  ASSERT_TRUE(bench.moderate(act::Pass{a, ""}));
  EXPECT_THAT(bench.queue(), ElementsAre(b, a, c));
  ASSERT_TRUE(bench.moderate(act::Grant{}));
  EXPECT_THAT(bench.queue(), ElementsAre(a, c));
  EXPECT_EQ(bench.moderate(act::Pass{c, ""}).error().word, "last_in_line");
}

TEST(Order, two_passed_over_in_turn_change_places_each_time) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId b = bench.ask(bench.person("B"));
  const RequestId c = bench.ask(bench.person("C"));
  for (std::size_t turn = 0; turn < kMaxPasses + 2; ++turn) {
    ASSERT_TRUE(bench.moderate(act::Pass{a, ""}));
    EXPECT_THAT(bench.queue(), ElementsAre(b, a, c));
    ASSERT_TRUE(bench.moderate(act::Pass{b, ""}));
    EXPECT_THAT(bench.queue(), ElementsAre(a, b, c));
  }
}

TEST(Order, who_is_passed_over_again_takes_nobody_along_who_stands_behind_them) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId b = bench.ask(bench.person("B"));
  const RequestId c = bench.ask(bench.person("C"));
  const RequestId d = bench.ask(bench.person("D"));
  for (const RequestId passed : {b, a, a, b}) ASSERT_TRUE(bench.moderate(act::Pass{passed, ""}));
  EXPECT_THAT(bench.queue(), ElementsAre(c, a, b, d));
}

TEST(Order, who_is_called_as_the_last_and_passed_over_again_stays_the_last) {
  Bench bench;
  const RequestId a = bench.ask(bench.person("A"));
  const RequestId b = bench.ask(bench.person("B"));
  ASSERT_TRUE(bench.moderate(act::Pass{a, ""}));
  ASSERT_TRUE(bench.moderate(act::Prepare{a, ""}));
  ASSERT_TRUE(bench.moderate(act::Pass{a, ""}));
  EXPECT_THAT(bench.queue(), ElementsAre(b, a));
}

TEST(Order, estimates_add_what_is_left_of_the_speech_and_the_limits_of_those_before) {
  Bench bench;
  bench.speak("Speaker");
  bench.pass(seconds(60));
  bench.ask(bench.person("A"), RequestKind::question);
  bench.ask(bench.person("B"));
  const auto places = waiting_order(bench.state());
  const auto estimates = waiting_estimates(bench.state(), places, bench.meeting().moment(bench.now()));
  EXPECT_THAT(estimates, ElementsAre(Milliseconds(seconds(120)), Milliseconds(seconds(240))));
}

TEST(Order, estimates_learn_from_speeches_that_are_shorter_than_their_limit) {
  Bench bench;
  for (const char* name : {"A", "B", "C"}) {
    bench.speak(name);
    bench.pass(seconds(60));
    ASSERT_TRUE(bench.moderate(act::Release{}));
  }
  bench.ask(bench.person("D"));
  bench.ask(bench.person("E"));
  const auto estimates = waiting_estimates(bench.state(), waiting_order(bench.state()), bench.state().at);
  EXPECT_EQ(estimates[1], Milliseconds(seconds(60)));
}

TEST(Order, every_place_has_a_reason_in_words) {
  Bench bench;
  bench.speak("Speaker");
  bench.ask(bench.person("A"));
  bench.ask(bench.person("B"), RequestKind::reply);
  for (const ListOrder order : {ListOrder::asked, ListOrder::balance, ListOrder::protocol}) {
    for (const Place& place : waiting_order(bench.state(), order)) EXPECT_FALSE(place.reason.empty());
  }
  EXPECT_EQ(waiting_order(bench.state())[1].reason, "first_to_ask");
}

TEST(Order, a_full_list_refuses_the_next_request) {
  Bench bench;
  for (std::size_t i = 0; i < kMaxWaiting; ++i) bench.ask(bench.person("P" + std::to_string(i)));
  EXPECT_EQ(bench.by(bench.person("late"), bench.ask_act()).error().word, "list_full");
  EXPECT_EQ(bench.queue().size(), kMaxWaiting);
}

}  // namespace
}  // namespace plenary::signaling::order_test
