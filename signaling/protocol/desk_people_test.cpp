// What pages tell of their people: where they are.
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling {
namespace {

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

}  // namespace
}  // namespace plenary::signaling
