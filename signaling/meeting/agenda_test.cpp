// The agenda: which item is current, whose it was when it was asked, and where rights of reply stand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/event_json.h"

namespace plenary::signaling::agenda_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class Agenda : public testing::Test {
 protected:
  static Rules rules() {
    return {.meeting = "m", .room = "m", .title = "", .languages = {"en"}, .agenda = {"Opening", "Access", "Closing"}};
  }
  void select(const std::string& item) { ASSERT_TRUE(bench_.moderate(act::SelectItem{item})); }
  RequestId ask(const std::string& name, RequestKind kind = RequestKind::statement) {
    return bench_.ask(bench_.person(name), kind);
  }

  Bench bench_{rules()};
};

TEST_F(Agenda, a_standing_meeting_has_that_of_its_configuration) {
  ASSERT_EQ(bench_.state().agenda.size(), 3U);
  EXPECT_EQ(bench_.state().agenda[1], (AgendaItem{"2", "Access"}));
  EXPECT_EQ(bench_.state().item, "");
}

TEST_F(Agenda, requests_belong_to_the_item_that_was_current) {
  const RequestId before = ask("Amina");
  select("2");
  const RequestId during = ask("Li");
  select("3");
  EXPECT_EQ(bench_.find(before).item, "");
  EXPECT_EQ(bench_.find(during).item, "2");
  bench_.crash();
  EXPECT_EQ(bench_.find(during).item, "2");
  EXPECT_EQ(bench_.state().item, "3");
}

TEST_F(Agenda, only_an_item_that_is_there_is_selected) {
  EXPECT_EQ(bench_.moderate(act::SelectItem{"7"}).error().word, "no_item");
  select("1");
  select("");
  EXPECT_EQ(bench_.state().item, "");
}

TEST_F(Agenda, who_goes_on_from_an_item_that_is_not_current_any_more_is_told_so) {
  const auto go = [&](const std::string& from, const std::string& item) {
    return bench_.moderate(act::SelectItem{item, from});
  };
  ASSERT_TRUE(go("", "1"));
  ASSERT_TRUE(go("1", "2"));
  const Moment since = bench_.state().item_since;
  bench_.pass(seconds(5));
  EXPECT_TRUE(go("1", "2")) << "the other moderator has pressed as well";
  EXPECT_EQ(bench_.state().item, "2");
  EXPECT_EQ(bench_.state().item_since, since) << "its clock does not begin anew";
  EXPECT_EQ(go("", "1").error().word, "item_moved") << "not back";
  EXPECT_EQ(go("1", "").error().word, "item_moved");
  EXPECT_EQ(go("3", "1").error().word, "item_moved");
  EXPECT_EQ(bench_.state().item, "2");
  select("1");  // chosen by its name, wherever the meeting is
  EXPECT_EQ(bench_.state().item, "1");
}

TEST_F(Agenda, selecting_is_undone_with_its_clock) {
  select("1");
  const Moment since = bench_.state().item_since;
  bench_.pass(seconds(30));
  select("2");
  EXPECT_NE(bench_.state().item_since, since);
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state().item, "1");
  EXPECT_EQ(bench_.state().item_since, since);
}

TEST_F(Agenda, an_undo_does_not_bring_back_an_item_that_is_gone) {
  select("1");
  select("2");
  ASSERT_TRUE(bench_.moderate(act::SetAgenda{{{"2", "Access"}}}));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state().item, "2");
}

TEST_F(Agenda, a_new_agenda_keeps_the_current_item_if_it_is_still_there) {
  select("2");
  const Moment since = bench_.state().item_since;
  bench_.pass(seconds(5));
  ASSERT_TRUE(bench_.moderate(act::SetAgenda{{{"2", "Access for all"}, {"2a", "Debate"}}}));
  EXPECT_EQ(bench_.state().item, "2");
  EXPECT_EQ(bench_.state().item_since, since);
  ASSERT_TRUE(bench_.moderate(act::SetAgenda{{{"9", "Other"}}}));
  EXPECT_EQ(bench_.state().item, "");
  EXPECT_EQ(bench_.moderate(act::SetAgenda{{{"9", "One"}, {"9", "Another"}}}).error().word, "bad_agenda");
}

TEST_F(Agenda, rights_of_reply_come_at_the_end_of_their_item) {
  select("1");
  const RequestId reply = ask("Amina", RequestKind::right_of_reply);
  const RequestId same_item = ask("Li");
  EXPECT_THAT(bench_.queue(), ElementsAre(same_item, reply));
  select("2");
  const RequestId next_item = ask("Juan");
  const RequestId next_reply = ask("Olga", RequestKind::right_of_reply);
  EXPECT_THAT(bench_.queue(), ElementsAre(same_item, reply, next_item, next_reply));
}

TEST_F(Agenda, rights_of_reply_without_an_item_come_at_the_end_of_the_list) {
  const RequestId reply = ask("Amina", RequestKind::right_of_reply);
  select("1");
  const RequestId later = ask("Li");
  EXPECT_THAT(bench_.queue(), ElementsAre(later, reply));
}

TEST_F(Agenda, rights_of_reply_without_an_item_do_not_take_others_to_the_end_of_the_list) {
  const RequestId without = ask("Amina", RequestKind::right_of_reply);
  select("1");
  const RequestId first = ask("Li");
  const RequestId reply = ask("Juan", RequestKind::right_of_reply);
  select("2");
  const RequestId next_item = ask("Olga");
  EXPECT_THAT(bench_.queue(), ElementsAre(first, reply, next_item, without));
}

TEST_F(Agenda, rights_of_reply_come_at_the_end_of_the_list_where_the_meeting_says_so) {
  Rules of_list = rules();
  of_list.rights_at_list_end = true;
  bench_ = Bench(of_list);
  const RequestId without = ask("Juan", RequestKind::right_of_reply);
  select("1");
  const RequestId reply = ask("Amina", RequestKind::right_of_reply);
  select("2");
  const RequestId next_item = ask("Li");
  EXPECT_THAT(bench_.queue(), ElementsAre(next_item, without, reply));
  ASSERT_TRUE(bench_.moderate(act::ChooseOrder{ListOrder::manual}));
  const RequestId later = ask("Olga");
  EXPECT_THAT(bench_.queue(), ElementsAre(next_item, later, without, reply));
}

TEST_F(Agenda, a_list_moved_by_hand_takes_new_ones_behind_the_rights_of_reply_of_earlier_items) {
  select("1");
  const RequestId first = ask("Amina");
  const RequestId reply = ask("Li", RequestKind::right_of_reply);
  ASSERT_TRUE(bench_.moderate(act::ChooseOrder{ListOrder::manual}));
  const RequestId same_item = ask("Juan");
  select("2");
  const RequestId next_item = ask("Olga");
  EXPECT_THAT(bench_.queue(), ElementsAre(first, same_item, reply, next_item));
}

TEST_F(Agenda, the_public_meeting_begins_before_the_first_item) {
  Rules rehearsed = rules();
  rehearsed.opens_live = false;
  bench_ = Bench(rehearsed);
  ASSERT_TRUE(bench_.moderate(act::OpenMeeting{true}));
  select("2");
  ASSERT_TRUE(bench_.moderate(act::OpenMeeting{}));
  EXPECT_EQ(bench_.state().item, "");
}

TEST_F(Agenda, a_planned_time_is_kept_and_none_is_none) {
  const std::vector<AgendaItem> planned = {{"1", "Opening", 10}, {"2", "Access"}};
  ASSERT_TRUE(bench_.moderate(act::SetAgenda{planned}));
  bench_.crash();
  EXPECT_EQ(bench_.state().agenda, planned);
}

TEST_F(Agenda, an_agenda_of_before_there_were_planned_times_is_read) {
  ASSERT_TRUE(bench_.moderate(act::SetAgenda{{{"1", "Opening", 10}}}));
  StoredEvent old = bench_.disk().back();
  ASSERT_EQ(old.type, "agenda_set");
  const std::string member = ",\"minutes\":10";
  const std::size_t at = old.payload.find(member);
  ASSERT_NE(at, std::string::npos) << old.payload;
  old.payload.erase(at, member.size());
  EXPECT_EQ(std::get<AgendaSet>(read_event(old).value().body).items, (std::vector<AgendaItem>{{"1", "Opening"}}));
}

TEST_F(Agenda, events_of_before_there_were_agendas_are_read) {
  const RequestId asked = ask("Amina");
  StoredEvent old = bench_.disk().front();
  ASSERT_EQ(old.type, "requested");
  EXPECT_EQ(old.payload.find("item"), std::string::npos) << "what is not there is not written";
  EXPECT_EQ(std::get<Requested>(read_event(old).value().body).request, asked);
}

}  // namespace
}  // namespace plenary::signaling::agenda_test
