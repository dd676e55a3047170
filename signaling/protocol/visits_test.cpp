// Crowds without a token leave room for people who have one.
#include "signaling/meeting/help.h"
#include "signaling/protocol/desk_state.h"
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::visits_test {
namespace {

class DeskVisits : public DeskTest {
 protected:
  std::string code(const Json& answer) { return answer["error"]["data"]["code"]; }
  Json join(PageId page, const Json& params = Json::object()) { return call(page, "meeting.join", params); }
  // One of thousands: what they are told is nobody's concern.
  PageId come() {
    const PageId id{++pages_};
    desk_->handle_open(id, now());
    desk_->handle_message(id, R"({"jsonrpc":"2.0","id":1,"method":"meeting.join"})", now());
    while (desk_->poll_output()) {
    }
    return id;
  }
  std::uint64_t counter(const std::string& name) {
    for (const auto& [known, value] : desk_->counters()) {
      if (known == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }
  PageId page_from(const std::string& network) {
    const PageId id{++pages_};
    desk_->handle_open(id, now(), network);
    join(id);
    return id;
  }
  Json ask_help(PageId page) { return call(page, "help.ask", {{"text", "No sound"}}); }
};

TEST_F(DeskVisits, strangers_who_come_and_go_do_not_fill_the_meeting) {
  const PageId first = joined("");
  const std::string resume = joins_[first]["resume"];
  const std::string media_token = joins_[first]["media_token"];
  desk_->handle_close(first, now());
  for (std::size_t i = 0; i < kMaxAnonymousVisits; ++i) desk_->handle_close(come(), now());
  EXPECT_GT(counter("visits_evicted"), 0U);
  EXPECT_FALSE(desk_->find_media(media_token)) << "the oldest that had gone made room";
  EXPECT_TRUE(join(page(), {{"resume", resume}}).contains("result")) << "and is welcome as somebody new";
  EXPECT_TRUE(join(page(), {{"token", "Li/participant"}}).contains("result"));
  pass(kMediaTokenKept);
  EXPECT_TRUE(join(page()).contains("result"));
}

TEST_F(DeskVisits, strangers_who_stay_leave_room_for_people_with_a_token) {
  for (std::size_t i = 0; i < kMaxAnonymousVisits; ++i) come();
  EXPECT_EQ(code(join(page())), "room_full");
  EXPECT_TRUE(join(page(), {{"token", "Li/participant"}}).contains("result"));
  EXPECT_EQ(counter("joins_refused"), 1U);
}

TEST_F(DeskVisits, strangers_who_ask_for_help_leave_places_for_people_with_a_token) {
  for (std::size_t i = 0; i < kMaxAnonymousHelps; ++i) {
    EXPECT_TRUE(ask_help(page_from("network " + std::to_string(i))).contains("result"));
  }
  EXPECT_EQ(code(ask_help(page_from("one more"))), "help_full");
  EXPECT_TRUE(ask_help(joined("Li/participant")).contains("result"));
}

TEST_F(DeskVisits, one_network_has_few_open_calls_for_help_of_strangers) {
  std::vector<PageId> pages;
  for (std::size_t i = 0; i < kMaxHelpsOfNetwork; ++i) {
    pages.push_back(page_from("192.0.2.1"));
    EXPECT_TRUE(ask_help(pages.back()).contains("result"));
  }
  EXPECT_EQ(code(ask_help(page_from("192.0.2.1"))), "help_full");
  EXPECT_EQ(counter("helps_refused"), 1U);
  EXPECT_TRUE(ask_help(pages[0]).contains("result")) << "more of a call that is open";
  EXPECT_TRUE(ask_help(page_from("192.0.2.2")).contains("result"));
  const PageId li{++pages_};
  desk_->handle_open(li, now(), "192.0.2.1");
  join(li, {{"token", "Li/participant"}});
  EXPECT_TRUE(ask_help(li).contains("result")) << "who has a token is known";
  EXPECT_TRUE(call(pages[0], "help.close", {{"help", "h-1"}}).contains("result"));
  EXPECT_TRUE(ask_help(page_from("192.0.2.1")).contains("result"));
}

// Fault J5: there are no PINs to guess, and what is signed is not guessed in ten tries or in ten million.
TEST_F(DeskVisits, a_page_has_few_tries_to_join) {
  const PageId guesser = page();
  for (int i = 1; i < kMaxJoinsRefused; ++i) {
    EXPECT_EQ(code(join(guesser, {{"token", "bad"}})), "bad_token");
    EXPECT_FALSE(closed_.contains(guesser)) << i;
    pass(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(code(join(guesser, {{"token", "bad"}})), "bad_token");
  EXPECT_EQ(closed_[guesser], "too many refused");
  EXPECT_TRUE(join(guesser, {{"token", "Li/participant"}}).is_null()) << "too late";
  EXPECT_TRUE(join(page(), {{"token", "Li/participant"}}).contains("result"));
}

// Fault W5: the shell lets in no more of them than it has descriptors for.
TEST_F(DeskVisits, pages_that_have_not_joined_are_counted_until_they_do_or_go) {
  const PageId joins = page();
  const PageId goes = page();
  const PageId waits = page();
  EXPECT_EQ(desk_->unjoined(), 3U);
  join(joins);
  desk_->handle_close(goes, now());
  EXPECT_EQ(desk_->unjoined(), 1U);
  pass(kJoinWithin);
  EXPECT_EQ(closed_[waits], "join first");
  desk_->handle_close(waits, now());
  desk_->handle_close(joins, now());
  EXPECT_EQ(desk_->unjoined(), 0U);
}

// Fault F10: roles are in tokens and nowhere else, so an empty chair stays empty.
TEST_F(DeskVisits, nobody_becomes_moderator_by_being_first_or_by_being_left) {
  const PageId first = joined("");
  const PageId guest = joined("Li/participant");
  for (const PageId page : {first, guest}) {
    EXPECT_EQ(code(call(page, "meeting.take_over")), "role");
    EXPECT_EQ(code(call(page, "list.close")), "role");
  }
  const PageId moderator = joined("Mona/moderator");
  EXPECT_TRUE(call(moderator, "meeting.take_over").contains("result"));
  EXPECT_EQ(state(guest)["in_charge"], "Mona");
  desk_->handle_close(moderator, now());
  pass(kMediaTokenKept);
  for (const PageId page : {first, guest}) EXPECT_EQ(code(call(page, "meeting.take_over")), "role");
  EXPECT_EQ(state(guest)["you"]["role"], "participant");
}

// Fault F10: what they had asked for before is carried out or refused whole; afterwards nothing is.
TEST_F(DeskVisits, a_moderator_whose_link_is_revoked_in_the_middle_of_an_act_acts_no_more) {
  const PageId moderator = joined("Mona/moderator");
  const PageId guest = joined("Li/participant");
  const std::string request = ask(guest);
  hold_ = true;
  call(moderator, "floor.deny", {{"request", request}});
  desk_->handle_revoked("jti:Mona", now());
  turn();
  EXPECT_EQ(closed_[moderator], "revoked");
  EXPECT_TRUE(call(moderator, "list.close").is_null());
  release_disk();
  EXPECT_EQ(state(guest)["queue"].size(), 0U) << "decided before";
  EXPECT_EQ(state(guest)["meeting"]["list"], "open");
}

}  // namespace
}  // namespace plenary::signaling::visits_test
