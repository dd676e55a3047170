// The private line: who asks, who answers, and how much of it there can be.
#include "signaling/meeting/help.h"

#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::help_test {
namespace {

using std::chrono::seconds;

class HelpLineTest : public testing::Test {
 protected:
  Result<Accepted, Refusal> ask(ParticipantId person, const std::string& text = "No sound") {
    return bench_.by(person, act::AskHelp{text});
  }
  HelpId asked(ParticipantId person) { return ask(person).value().answer.help.value(); }
  Result<Accepted, Refusal> help(const Act& act) { return bench_.act(act, {ParticipantId{9'999}, Role::technician}); }
  const Help& find(HelpId id) { return *find_help(bench_.state(), id); }

  Bench bench_;
};

TEST_F(HelpLineTest, a_question_is_answered_and_closed) {
  const ParticipantId amina = bench_.person("Amina");
  const HelpId id = asked(amina);
  ASSERT_TRUE(help(act::AnswerHelp{id, "Coming"}));
  ASSERT_EQ(find(id).lines.size(), 2U);
  EXPECT_EQ(find(id).lines[0].by, "Amina");
  EXPECT_FALSE(find(id).lines[0].staff);
  EXPECT_EQ(find(id).lines[1].by, "technician");
  EXPECT_TRUE(find(id).lines[1].staff);
  ASSERT_TRUE(help(act::CloseHelp{id}));
  EXPECT_FALSE(find(id).open);
  EXPECT_EQ(help(act::CloseHelp{id}).error().word, "help_closed");
  EXPECT_EQ(help(act::AnswerHelp{id, "Late"}).error().word, "help_closed");
  EXPECT_EQ(help(act::CloseHelp{HelpId{77}}).error().word, "not_found");
}

TEST_F(HelpLineTest, a_second_message_belongs_to_the_open_one) {
  const ParticipantId amina = bench_.person("Amina");
  const HelpId id = asked(amina);
  EXPECT_EQ(asked(amina), id);
  ASSERT_TRUE(help(act::CloseHelp{id}));
  EXPECT_NE(asked(amina), id);
}

TEST_F(HelpLineTest, who_asked_may_close_it_and_no_other_participant) {
  const HelpId id = asked(bench_.person("Amina"));
  EXPECT_EQ(bench_.by(bench_.person("Li"), act::CloseHelp{id}).error().word, "not_yours");
  EXPECT_TRUE(bench_.by(find(id).person.id, act::CloseHelp{id}));
}

TEST_F(HelpLineTest, nobody_writes_too_often_not_even_by_closing) {
  const ParticipantId amina = bench_.person("Amina");
  for (std::size_t i = 0; i < 5; ++i) {
    const HelpId id = asked(amina);
    ASSERT_TRUE(bench_.by(amina, act::CloseHelp{id}));
  }
  EXPECT_EQ(ask(amina).error().word, "too_many_helps");
  EXPECT_TRUE(ask(bench_.person("Li")));
  bench_.pass(seconds(60));
  EXPECT_TRUE(ask(amina));
}

TEST_F(HelpLineTest, more_people_than_can_be_helped_are_told_so) {
  for (std::size_t i = 0; i < kMaxOpenHelps; ++i) ASSERT_TRUE(ask(bench_.person("person " + std::to_string(i))));
  EXPECT_EQ(ask(bench_.person("One too many")).error().word, "help_full");
}

TEST_F(HelpLineTest, only_the_newest_messages_and_the_last_closed_ones_are_kept) {
  const ParticipantId amina = bench_.person("Amina");
  const HelpId id = asked(amina);
  for (std::size_t i = 0; i < 2 * kMaxHelpLines; ++i) ASSERT_TRUE(help(act::AnswerHelp{id, std::to_string(i)}));
  EXPECT_EQ(find(id).lines.size(), kMaxHelpLines);
  EXPECT_EQ(find(id).lines.back().text, "59");
  for (std::size_t i = 0; i < 2 * kMaxClosedHelps; ++i) {
    ASSERT_TRUE(help(act::CloseHelp{asked(bench_.person("person " + std::to_string(i)))}));
  }
  EXPECT_EQ(bench_.state().helps.size(), kMaxClosedHelps + 1);
  EXPECT_TRUE(find(id).open);
}

TEST_F(HelpLineTest, it_survives_a_restart_with_who_asked) {
  const ParticipantId amina = bench_.person("Amina");
  const HelpId id = asked(amina);
  bench_.crash();
  EXPECT_EQ(bench_.person("Amina"), amina);
  EXPECT_EQ(open_help_of(bench_.state(), amina)->id, id);
  EXPECT_NE(bench_.person("Somebody new"), amina);
}

TEST_F(HelpLineTest, it_leaves_what_can_be_undone_alone) {
  const RequestId request = bench_.ask(bench_.person("Amina"));
  ASSERT_TRUE(bench_.moderate(act::Deny{request, ""}));
  const HelpId id = asked(bench_.person("Li"));
  ASSERT_TRUE(help(act::AnswerHelp{id, "Yes"}));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
  EXPECT_EQ(find(id).lines.size(), 2U);
}

}  // namespace
}  // namespace plenary::signaling::help_test
