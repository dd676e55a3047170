// What pages tell of their people and ask for them: where they are, what they need, how long they have spoken.
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_people_test {
namespace {

using std::chrono::seconds;

class DeskPeople : public DeskTest {
 protected:
  // The answer to joining.
  Json join(const Json& params) {
    const PageId id = page();
    return call(id, "meeting.join", params)["result"];
  }
  static Json where_of(const Json& result) { return result["state"]["you"]["where"]; }
};

TEST_F(DeskPeople, a_page_says_where_its_person_is_and_may_say_otherwise_later) {
  EXPECT_EQ(where_of(join({{"token", "Li/participant"}})), "remote");
  EXPECT_EQ(where_of(join({{"token", "Li/participant"}, {"where", "room"}})), "room");
  EXPECT_EQ(where_of(join({{"token", "Li/participant"}})), "room") << "who says nothing is where they were";
  const PageId li = joined("Li/participant");
  EXPECT_EQ(call(li, "person.where", {{"where", "phone"}})["result"], Json::object());
  EXPECT_EQ(state(li)["you"]["where"], "phone");
}

TEST_F(DeskPeople, a_link_that_says_where_wins) {
  EXPECT_EQ(where_of(join({{"token", "Li/participant/room"}, {"where", "remote"}})), "room");
  const PageId li = joined("Li/participant/room");
  EXPECT_EQ(call(li, "person.where", {{"where", "remote"}})["error"]["data"]["code"], "where_fixed");
  EXPECT_EQ(call(li, "person.where", {{"where", "room"}})["result"], Json::object());
}

TEST_F(DeskPeople, who_is_in_the_room_asks_and_is_on_air_without_a_return) {
  desk_->handle_return(false, now());
  const PageId moderator = joined("Mona/moderator");
  const PageId li = page();
  call(li, "meeting.join", {{"token", "Li/participant"}, {"where", "room"}});
  const std::string request = ask(li);
  EXPECT_EQ(state(moderator)["queue"][0]["person"]["where"], "room");
  EXPECT_TRUE(call(moderator, "floor.grant").contains("result"));
  const Json floor = state(moderator)["floor"];
  ASSERT_EQ(floor.size(), 1U);
  EXPECT_EQ(floor[0]["request"], request);
  EXPECT_EQ(floor[0]["state"], "on_air");
  EXPECT_EQ(call(li, "person.where", {{"where", "remote"}})["error"]["data"]["code"], "have_floor");
  EXPECT_EQ(where_of(join({{"token", "Li/participant"}, {"where", "remote"}})), "room") << "not while speaking";
}

TEST_F(DeskPeople, who_comes_back_from_elsewhere_is_shown_there_in_the_list) {
  const PageId li = joined("Li/participant");
  ask(li);
  EXPECT_EQ(where_of(join({{"token", "Li/participant"}, {"where", "room"}})), "room");
  EXPECT_EQ(state(li)["queue"][0]["person"]["where"], "room");
}

TEST_F(DeskPeople, help_is_between_who_asks_and_those_who_help) {
  const PageId li = joined("Li/participant");
  const PageId other = joined("Amina/participant");
  const PageId technician = joined("Tom/technician");
  const PageId organiser = joined("Orla/organiser");
  const Json asked = call(li, "help.ask", {{"text", " No\u202e sound "}})["result"];
  EXPECT_EQ(asked["help"], "h-1");
  for (const PageId page : {li, technician, organiser}) {
    const auto told = notified(page, "help.changed");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]["state"], "open");
    EXPECT_EQ(told[0]["person"]["name"], "Li");
    EXPECT_EQ(told[0]["role"], "participant");
    EXPECT_EQ(told[0]["lines"][0]["text"], "No sound");
  }
  EXPECT_TRUE(call(technician, "help.answer", {{"help", "h-1"}, {"text", "Coming"}}).contains("result"));
  EXPECT_EQ(notified(li, "help.changed")[1]["lines"][1]["by"], "Tom");
  EXPECT_EQ(call(organiser, "help.answer", {{"help", "h-1"}, {"text", "Me too"}})["error"]["data"]["code"], "role");
  EXPECT_TRUE(call(technician, "help.close", {{"help", "h-1"}}).contains("result"));
  EXPECT_EQ(notified(li, "help.changed")[2]["state"], "closed");
  EXPECT_TRUE(notified(other, "help.changed").empty());
  EXPECT_EQ(state(other).dump().find("No sound"), std::string::npos);
}

TEST_F(DeskPeople, an_open_call_for_help_is_told_again_to_who_joins) {
  call(joined("Li/participant"), "help.ask", {{"text", "No sound"}});
  EXPECT_EQ(notified(joined("Li/participant"), "help.changed").size(), 1U);
  EXPECT_EQ(notified(joined("Mona/moderator"), "help.changed").size(), 1U);
  EXPECT_TRUE(notified(joined("Amina/participant"), "help.changed").empty());
  open(disk_);
  EXPECT_EQ(notified(joined("Mona/moderator"), "help.changed").size(), 1U) << "after a restart, too";
}

TEST_F(DeskPeople, the_agenda_and_its_current_item_are_in_the_state) {
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant");
  EXPECT_EQ(state(li)["agenda"]["items"], Json::array());
  EXPECT_EQ(state(li)["agenda"]["current"], nullptr);
  const Json items = {{{"item", "4"}, {"title", "Connectivity"}, {"minutes", 30}},
                      {{"item", "5"}, {"title", "Any other business"}}};
  EXPECT_TRUE(call(joined("Orla/organiser"), "agenda.set", {{"items", items}}).contains("result"));
  EXPECT_TRUE(call(moderator, "agenda.select", {{"item", "4"}}).contains("result"));
  ask(li);
  const Json now = state(li);
  EXPECT_EQ(now["agenda"]["items"], items);
  EXPECT_EQ(now["agenda"]["current"], "4");
  EXPECT_TRUE(now["agenda"]["since"].is_number());
  EXPECT_EQ(now["queue"][0]["item"], "4");
  EXPECT_EQ(now["undo"]["act"], "agenda.select");
  EXPECT_EQ(call(li, "agenda.select", {{"item", "5"}})["error"]["data"]["code"], "role");
}

TEST_F(DeskPeople, since_when_the_meeting_is_live_is_in_the_state) {
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant");
  EXPECT_EQ(state(li)["meeting"]["live_since"], nullptr) << "it always was";
  EXPECT_TRUE(call(moderator, "meeting.suspend").contains("result"));
  EXPECT_TRUE(call(moderator, "meeting.resume").contains("result"));
  const Json now = state(li);
  EXPECT_GT(now["meeting"]["live_since"], 0);
  EXPECT_LE(now["meeting"]["live_since"], now["server_time"]);
}

TEST_F(DeskPeople, until_when_somebody_who_is_called_has_to_answer_is_told) {
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant");
  const std::string request = ask(li);
  EXPECT_FALSE(state(li)["queue"][0].contains("answer_by"));
  call(moderator, "floor.prepare", {{"request", request}});
  const Json called = state(li)["queue"][0];
  EXPECT_EQ(called["answer_by"], called["changed_at"].get<std::int64_t>() + 30'000);
  call(li, "floor.ready", {{"request", request}});
  EXPECT_FALSE(state(li)["queue"][0].contains("answer_by"));
}

TEST_F(DeskPeople, whom_balance_would_have_next_is_told_beside_the_list) {
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant/room");
  EXPECT_EQ(state(moderator)["advice"], nullptr);
  ask(li);
  call(moderator, "floor.grant");
  pass(seconds(60));
  call(moderator, "floor.release");
  ask(li);
  call(moderator, "floor.add", {{"name", "Amina"}, {"category", "academia"}, {"where", "room"}, {"kind", "statement"}});
  const Json now = state(moderator);
  ASSERT_EQ(now["queue"].size(), 2U);
  EXPECT_EQ(now["queue"][1]["person"]["name"], "Amina");
  EXPECT_EQ(now["advice"], now["queue"][1]["request"]);
}

TEST_F(DeskPeople, what_was_spoken_is_told_by_category_and_by_person) {
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant/room");
  ask(li);
  EXPECT_EQ(state(li)["totals"]["categories"], Json::array());
  call(moderator, "floor.grant");
  pass(seconds(90));
  call(moderator, "floor.release");
  ask(li);
  const Json now = state(li);
  ASSERT_EQ(now["totals"]["categories"].size(), 1U);
  EXPECT_EQ(now["totals"]["categories"][0], (Json{{"category", ""}, {"spoken_ms", 90'000}, {"spoken_count", 1}}));
  EXPECT_EQ(now["queue"][0]["spoken_ms"], 90'000);
  EXPECT_EQ(now["queue"][0]["spoken_count"], 1);
}

}  // namespace
}  // namespace plenary::signaling::desk_people_test
