#include "server/people/meeting_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::people::meeting_view_test {
namespace {

using nlohmann::json;

json state() {
  return json::parse(R"({
    "seq": 4, "server_time": 1000,
    "meeting": {"id": "room-a", "state": "live", "list": "open"},
    "queue": [{"request": "r-2", "kind": "question", "state": "queued", "limit_s": 120, "ready": false, "media": "none",
               "person": {"participant": "p-2", "name": "Li Wei", "where": "remote"}}],
    "floor": [{"request": "r-1", "kind": "statement", "state": "on_air", "elapsed_ms": 500, "running_since": 900, "ready": true,
               "media": "decoding", "limit_s": 180, "person": {"participant": null, "name": "Ana", "where": "room"}}],
    "in_charge": null, "undo": {"by": "Mona", "act": "floor.grant"}, "return": {"connected": true}})");
}

TEST(MeetingView, reads_what_people_look_at) {
  MeetingView view;
  view.take(state());
  EXPECT_EQ(view.state, "live");
  EXPECT_TRUE(view.list_open);
  EXPECT_TRUE(view.return_connected);
  EXPECT_EQ(view.undo_by, "Mona");
  ASSERT_NE(view.row_of("p-2"), nullptr);
  EXPECT_EQ(view.row_of("p-2")->state, "queued");
  ASSERT_NE(view.row_in_room("Ana"), nullptr);
  EXPECT_TRUE(view.row_in_room("Ana")->media_flows);
  EXPECT_EQ(view.row_in_room("Ana")->running_since, 900);
  EXPECT_EQ(view.row_in_room("Li Wei"), nullptr) << "is not in the room";
  EXPECT_EQ(view.row_of(""), nullptr) << "somebody without a page is nobody's own";
}

TEST(MeetingView, a_change_replaces_what_it_names_and_nothing_else) {
  MeetingView view;
  view.take(state());
  view.take(json{{"queue", json::array()}, {"undo", nullptr}});
  EXPECT_TRUE(view.queue.empty());
  EXPECT_EQ(view.floor.size(), 1U);
  EXPECT_EQ(view.undo_by, "");
  EXPECT_EQ(view.state, "live");
}

TEST(MeetingView, a_chair_who_speaks_has_nobodys_turn) {
  MeetingView view;
  view.take(
      json::parse(R"({"floor": [{"request": "r-1", "kind": "statement"}, {"request": "r-2", "kind": "chair"}]})"));
  ASSERT_EQ(view.floor.size(), 1U);
  EXPECT_EQ(view.floor[0].request, "r-1");
}

TEST(MeetingView, members_of_a_wrong_type_are_as_good_as_absent) {
  MeetingView view;
  view.take(state());
  view.take(json::parse(R"({"queue": 1, "meeting": [], "return": "yes", "floor": [7, {"person": 3, "state": 1}]})"));
  EXPECT_EQ(view.queue.size(), 1U);
  EXPECT_EQ(view.floor.size(), 2U);
  EXPECT_EQ(view.floor[1].state, "");
  view.take(json(3));
}

}  // namespace
}  // namespace plenary::people::meeting_view_test
