// Where people are, and that it decides how they are heard.
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::place_test {
namespace {

class Place : public testing::Test {
 protected:
  Result<Accepted, Refusal> go(ParticipantId person, Where where) { return bench_.by(person, act::Place{where}); }
  Where listed(RequestId request) { return bench_.find(request).person.where; }

  Bench bench_;
};

TEST_F(Place, who_comes_into_the_room_while_waiting_needs_no_return_and_is_on_air_at_once) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.ask(amina);
  bench_.meeting().handle_return(false, bench_.now());
  EXPECT_EQ(bench_.moderate(act::Grant{}).error().word, "no_return");
  ASSERT_TRUE(go(amina, Where::room));
  EXPECT_EQ(listed(request), Where::room);
  ASSERT_TRUE(bench_.moderate(act::Grant{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::on_air);
}

TEST_F(Place, a_later_request_comes_from_where_they_are_then) {
  const ParticipantId amina = bench_.person("Amina");
  ASSERT_TRUE(go(amina, Where::room));
  EXPECT_TRUE(bench_.disk().empty()) << "who never asked leaves nothing to keep";
  EXPECT_EQ(listed(bench_.ask(amina)), Where::room);
}

TEST_F(Place, nobody_moves_while_they_have_the_floor) {
  const RequestId request = bench_.speak("Amina");
  EXPECT_EQ(go(bench_.find(request).person.id, Where::room).error().word, "have_floor");
  EXPECT_EQ(listed(request), Where::remote);
  ASSERT_TRUE(bench_.moderate(act::Release{}));
  ASSERT_TRUE(go(bench_.find(request).person.id, Where::room));
  EXPECT_EQ(listed(request), Where::remote) << "how a speech was heard stays as it was";
}

TEST_F(Place, it_is_known_after_a_restart) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.ask(amina);
  ASSERT_TRUE(go(amina, Where::room));
  bench_.crash();
  EXPECT_EQ(listed(request), Where::room);
  EXPECT_EQ(bench_.meeting().find_person("sub:Amina")->where, Where::room);
}

TEST_F(Place, what_the_disk_did_not_take_did_not_happen) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.ask(amina);
  bench_.break_disk();
  (void)go(amina, Where::room);
  EXPECT_EQ(listed(request), Where::remote);
  EXPECT_EQ(bench_.meeting().person(amina)->where, Where::remote);
}

TEST_F(Place, an_undo_does_not_send_anybody_back) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.ask(amina);
  ASSERT_TRUE(bench_.moderate(act::Deny{request, ""}));
  ASSERT_TRUE(go(amina, Where::room));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
  EXPECT_EQ(listed(request), Where::room);
}

TEST_F(Place, who_is_in_the_room_publishes_nothing) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.ask(amina);
  EXPECT_NE(publishing_request(bench_.state(), amina), nullptr);
  ASSERT_TRUE(go(amina, Where::room));
  EXPECT_EQ(publishing_request(bench_.state(), amina), nullptr);
  ASSERT_TRUE(bench_.moderate(act::Prepare{request, ""}));
  EXPECT_EQ(publishing_request(bench_.state(), amina), nullptr);
}

TEST_F(Place, who_is_called_in_the_room_keeps_the_call_without_answering) {
  const ParticipantId amina = bench_.person("Amina", Where::room);
  const RequestId request = bench_.ask(amina);
  ASSERT_TRUE(bench_.moderate(act::Prepare{request, ""}));
  bench_.pass(std::chrono::minutes(5));
  EXPECT_EQ(bench_.state_of(request), RequestState::standby);
}

}  // namespace
}  // namespace plenary::signaling::place_test
