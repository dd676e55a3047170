// What pages are told of a list that is long, or when they are a crowd.
#include "signaling/protocol/desk_state.h"
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling {
namespace {

class LongList : public DeskTest {
 protected:
  // Each asks once; the last one's page.
  PageId ask_all(std::size_t people) {
    PageId last{};
    for (std::size_t i = 0; i < people; ++i) ask(last = joined("Person-" + std::to_string(i) + "/participant"));
    return last;
  }
  // A crowd that watches.
  void fill() {
    for (std::size_t i = 0; i <= kToldAtOnce; ++i) joined("");
    pass(std::chrono::seconds(1));
  }
};

TEST_F(LongList, people_see_its_front_and_their_own_rows_and_staff_sees_all) {
  const PageId last = ask_all(kFrontRows + 2);
  const Json seen = state(joined(""));
  EXPECT_EQ(seen["queue"].size(), kFrontRows);
  EXPECT_EQ(seen["waiting"], kFrontRows + 2);
  EXPECT_EQ(state(joined("Mona/moderator"))["queue"].size(), kFrontRows + 2);
  const Json own = state(last)["queue"];
  ASSERT_EQ(own.size(), kFrontRows + 1);
  EXPECT_EQ(own.back()["position"], kFrontRows + 2);
}

TEST_F(LongList, everybody_is_told_every_number_and_of_their_own_rows) {
  const PageId last = ask_all(kFrontRows + 2);
  const PageId viewer = joined("");
  const PageId mona = joined("Mona/moderator");
  const std::uint64_t seq = state(mona)["seq"];
  received_.clear();
  ask(joined("One-more/participant"));
  EXPECT_EQ(notified(viewer, "meeting.changed")[0]["set"], (Json{{"waiting", kFrontRows + 3}}));
  EXPECT_EQ(notified(last, "meeting.changed")[0]["set"], (Json{{"waiting", kFrontRows + 3}}));
  EXPECT_EQ(notified(mona, "meeting.changed")[0]["set"]["queue"].size(), kFrontRows + 3);
  call(mona, "floor.deny", {{"request", state(mona)["queue"][0]["request"]}});
  const Json change = notified(last, "meeting.changed")[1];
  EXPECT_EQ(change["seq"], seq + 2);
  EXPECT_EQ(change["set"]["queue"].back()["position"], kFrontRows + 1);
  EXPECT_EQ(notified(viewer, "meeting.changed")[1]["seq"], seq + 2);
}

TEST_F(LongList, a_crowd_is_told_of_many_acts_at_once_and_misses_none) {
  const PageId viewer = joined("");
  fill();
  received_.clear();
  ask_all(5);
  EXPECT_EQ(notified(viewer, "meeting.changed").size(), 1U) << "the first one at once";
  ASSERT_TRUE(desk_->next_timeout());
  pass(*desk_->next_timeout() - now().monotonic);
  const auto changes = notified(viewer, "meeting.changed");
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1]["seq"], changes[0]["seq"].get<int>() + 1);
  EXPECT_EQ(changes[1]["set"]["waiting"], 5);
  pass(std::chrono::seconds(1));
  EXPECT_EQ(notified(viewer, "meeting.changed").size(), 2U);
}

}  // namespace
}  // namespace plenary::signaling
