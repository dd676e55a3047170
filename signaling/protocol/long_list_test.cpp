// What pages are told of a list that is long, or when they are a crowd.
#include <gmock/gmock.h>

#include "signaling/protocol/desk_state.h"
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::long_list_test {
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

TEST_F(LongList, a_row_shows_whether_its_person_is_there_and_their_packets_come) {
  const PageId person = joined("Person/participant");
  ask(person);
  const PageId viewer = joined("");
  const Json before = state(viewer)["queue"][0];
  EXPECT_EQ(before["connected"], true);
  EXPECT_EQ(before["media"], "none");
  desk_->handle_uplink_back(*participant_from(joins_[person]["participant"].get<std::string>()), now());
  turn();
  EXPECT_EQ(state(viewer)["queue"][0]["media"], "flowing");
  desk_->handle_close(person, now());
  turn();
  EXPECT_EQ(state(viewer)["queue"][0]["connected"], false);
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

TEST_F(LongList, while_a_crowd_is_still_being_told_what_happens_joins_one_next_change) {
  const PageId viewer = joined("");
  fill();
  received_.clear();
  ready_ = Desk::Ready::no_change;
  ask_all(5);  // each is answered
  pass(std::chrono::seconds(1));
  EXPECT_EQ(notified(viewer, "meeting.changed").size(), 0U);
  const auto due = desk_->next_timeout();
  EXPECT_TRUE(!due || *due > now().monotonic) << "nothing to do before the change has gone out";
  ready_ = Desk::Ready::all;
  turn();
  pass(std::chrono::milliseconds(1));
  const auto changes = notified(viewer, "meeting.changed");
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0]["set"]["waiting"], 1);
  EXPECT_EQ(changes[1]["set"]["waiting"], 5);
  EXPECT_EQ(changes[1]["seq"], changes[0]["seq"].get<int>() + 1);
}

TEST_F(LongList, who_asks_while_a_crowd_is_told_of_a_change_is_answered_first) {
  const PageId viewer = joined("");
  fill();
  const std::string call = R"({"jsonrpc":"2.0","id":1,"method":)";
  desk_->handle_message(joined("Mona/moderator"), call + R"("list.close"})", now());
  std::size_t told = 0;
  for (auto output = desk_->poll_output(); output && told == 0; output = desk_->poll_output()) {
    if (const auto* append = std::get_if<out::Append>(&*output)) desk_->handle_saved(append->batch.ticket, now());
    const auto* send = std::get_if<out::Send>(&*output);
    if (send == nullptr || !send->change || send->pages.size() == 1) continue;
    EXPECT_EQ(send->pages.size(), kPagesASend);
    told += send->pages.size();
    desk_->handle_message(viewer, call + R"("meeting.state"})", now());
    const auto next = desk_->poll_output();
    ASSERT_TRUE(next);
    EXPECT_EQ(std::get<out::Send>(*next).pages, std::vector{viewer});
  }
  ASSERT_EQ(told, kPagesASend);
}

TEST_F(LongList, what_the_disk_takes_at_once_is_told_as_one_change) {
  const PageId viewer = joined("");
  std::vector<PageId> people;
  for (int i = 0; i < 5; ++i) people.push_back(joined("Person-" + std::to_string(i) + "/participant"));
  hold_ = true;
  for (const PageId page : people) {
    call(page, "floor.request", {{"key", "k"}, {"kind", "statement"}, {"topic", "T"}, {"language", "en"}});
  }
  received_.clear();
  release_disk();
  const auto changes = notified(viewer, "meeting.changed");
  ASSERT_THAT(changes, testing::SizeIs(1));
  EXPECT_EQ(changes[0]["set"]["waiting"], 5);
  for (const PageId page : people) {
    EXPECT_TRUE(received_[page].front().contains("result")) << "the acknowledgement goes first";
  }
}

TEST_F(LongList, w4_who_reads_too_slowly_for_every_change_gets_the_state_in_the_end) {
  const PageId mona = joined("Mona/moderator");
  const PageId viewer = joined("");
  ask_all(3);
  slow_ = {mona};
  received_.clear();
  call(mona, "list.order", {{"order", "balance"}});
  slow_ = {};
  call(mona, "list.order", {{"order", "asked"}});
  EXPECT_THAT(notified(mona, "meeting.changed"), testing::IsEmpty()) << "a hole would make it ask";
  EXPECT_THAT(notified(viewer, "meeting.changed"), testing::SizeIs(2));
  desk_->handle_caught_up(mona, now());
  desk_->handle_caught_up(viewer, now());
  turn();
  ASSERT_THAT(notified(mona, "meeting.state"), testing::SizeIs(1));
  EXPECT_EQ(notified(mona, "meeting.state")[0], state(mona));
  EXPECT_THAT(notified(viewer, "meeting.state"), testing::IsEmpty()) << "it was never behind";
  call(mona, "list.close");
  EXPECT_EQ(notified(mona, "meeting.changed")[0]["seq"], state(mona)["seq"]);
}

}  // namespace
}  // namespace plenary::signaling::long_list_test
