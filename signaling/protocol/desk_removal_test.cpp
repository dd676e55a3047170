// Who is sent away: by a link that is revoked, or by the moderator.
#include <gtest/gtest.h>

#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_removal_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Removal : public DeskTest {
 protected:
  Json remove(PageId by, PageId whom, const Json& more = Json::object()) {
    Json params = more;
    params["participant"] = joins_[whom]["participant"];
    return call(by, "people.remove", params);
  }
  // The word that joining is refused with; empty: it is not.
  std::string refused(const Json& params) {
    const Json answer = call(page(), "meeting.join", params);
    return answer.contains("error") ? answer["error"]["data"]["code"].get<std::string>() : "";
  }
};

TEST_F(Removal, a_revoked_token_tells_and_closes_its_pages_and_leads_back_no_more) {
  const PageId first = joined("amina/participant");
  const PageId second = joined("amina/participant");
  const PageId other = joined("li/participant");
  const std::string media_token = joins_[first]["media_token"];
  EXPECT_EQ(desk_->find_media(media_token)->token_id, "jti:amina");
  desk_->handle_revoked("jti:amina", now());
  turn();
  EXPECT_EQ(closed_.at(first), "revoked");
  EXPECT_EQ(closed_.at(second), "revoked");
  EXPECT_EQ(notified(second, "meeting.excluded").at(0)["code"], "revoked");
  EXPECT_FALSE(closed_.contains(other));
  EXPECT_FALSE(desk_->find_media(media_token));
  // What still comes from such a page before its connection ends is not carried out.
  EXPECT_TRUE(call(first, "meeting.state").is_null());
  EXPECT_EQ(refused({{"resume", joins_[first]["resume"]}}), "revoked");
}

TEST_F(Removal, what_a_revoked_link_asked_for_ends_with_it) {
  const PageId amina = joined("amina/participant");
  ask(amina);
  const PageId li = joined("li/participant");
  ask(li);
  ASSERT_TRUE(call(joined("mona/moderator"), "floor.grant").contains("result"));
  desk_->handle_revoked("jti:amina", now());
  turn();
  EXPECT_EQ(state(li)["floor"].size(), 0U);
  EXPECT_EQ(state(li)["queue"].size(), 1U);
  EXPECT_EQ(desk_->meeting().state().ended.back().state, RequestState::revoked);
  EXPECT_EQ(desk_->meeting().state().ended.back().reason, "link_revoked");
}

TEST_F(Removal, who_has_another_link_goes_on_by_that_one) {
  const PageId first = joined("amina/participant");
  const PageId second = joined("amina+2/participant");
  ask(first);
  desk_->handle_revoked("jti:amina", now());
  turn();
  EXPECT_TRUE(closed_.contains(first));
  EXPECT_FALSE(closed_.contains(second));
  EXPECT_EQ(state(second)["queue"].size(), 1U);
  desk_->handle_revoked("jti:amina+2", now());
  turn();
  EXPECT_TRUE(desk_->meeting().state().open.empty());
  // A new link is a new beginning.
  const PageId third = joined("amina+3/participant");
  ask(third);
  EXPECT_EQ(state(third)["queue"].size(), 1U);
}

// Fault J3.
TEST_F(Removal, a_removed_person_is_told_cut_and_kept_out_with_every_link_they_came_with) {
  const PageId moderator = joined("Mona/moderator");
  const PageId first = joined("Amina/participant");
  const PageId second = joined("Amina+2/participant");
  const PageId li = joined("Li/participant");
  const Json asked = ask(first);
  EXPECT_TRUE(remove(moderator, first, {{"reason", "shouted"}}).contains("result"));
  for (const PageId page : {first, second}) {
    EXPECT_EQ(notified(page, "meeting.excluded").at(0)["code"], "removed");
    EXPECT_EQ(closed_.at(page), "removed");
    EXPECT_FALSE(desk_->find_media(joins_[page]["media_token"].get<std::string>()));
    EXPECT_EQ(refused({{"resume", joins_[page]["resume"]}}), "removed");
  }
  EXPECT_EQ(removed_.size(), 1U);
  EXPECT_FALSE(closed_.contains(li));
  EXPECT_EQ(state(li)["queue"].size(), 0U);
  EXPECT_EQ(desk_->meeting().state().ended.back().id, request_from(asked.get<std::string>()));
  EXPECT_EQ(desk_->meeting().state().ended.back().reason, "shouted");
  EXPECT_EQ(refused({{"token", "Amina/participant"}}), "removed");
  EXPECT_EQ(refused({{"token", "Amina+2/participant"}}), "removed");
  EXPECT_EQ(refused({{"token", "Li/participant"}}), "");
  EXPECT_EQ(call(moderator, "floor.undo")["error"]["data"]["code"], "nothing_to_undo");
}

TEST_F(Removal, the_speaker_is_off_the_floor_at_once) {
  const PageId moderator = joined("Mona/moderator");
  const PageId amina = joined("Amina/participant");
  ask(amina);
  ASSERT_TRUE(call(moderator, "floor.grant").contains("result"));
  ASSERT_EQ(desk_->speakers().size(), 1U);
  EXPECT_TRUE(remove(moderator, amina).contains("result"));
  EXPECT_TRUE(desk_->speakers().empty());
  EXPECT_EQ(desk_->meeting().state().ended.back().state, RequestState::revoked);
  EXPECT_EQ(desk_->meeting().state().ended.back().reason, "removed");
}

TEST_F(Removal, an_anonymous_page_is_cut_and_what_it_was_given_is_void) {
  const PageId moderator = joined("Mona/moderator");
  const PageId stranger = joined("");
  EXPECT_TRUE(remove(moderator, stranger).contains("result"));
  EXPECT_EQ(closed_.at(stranger), "removed");
  EXPECT_FALSE(desk_->find_media(joins_[stranger]["media_token"].get<std::string>()));
  EXPECT_EQ(refused({{"resume", joins_[stranger]["resume"]}}), "removed");
  EXPECT_TRUE(desk_->meeting().state().removed.empty()) << "they had no token that could come back";
}

TEST_F(Removal, nobody_is_cut_before_the_disk_has_it) {
  const PageId moderator = joined("Mona/moderator");
  const PageId amina = joined("Amina/participant");
  hold_ = true;
  EXPECT_TRUE(remove(moderator, amina).is_null());
  EXPECT_FALSE(closed_.contains(amina));
  // What they ask for meanwhile does not stay behind.
  call(amina, "floor.request", {{"key", "k"}, {"kind", "statement"}, {"language", "en"}});
  release_disk();
  EXPECT_TRUE(closed_.contains(amina));
  turn();
  EXPECT_TRUE(desk_->meeting().state().open.empty());
}

TEST_F(Removal, a_failing_disk_removes_nobody) {
  const PageId moderator = joined("Mona/moderator");
  const PageId amina = joined("Amina/participant");
  disk_works_ = false;
  EXPECT_EQ(remove(moderator, amina)["error"]["data"]["code"], "not_saved");
  EXPECT_FALSE(closed_.contains(amina));
  EXPECT_EQ(refused({{"token", "Amina/participant"}}), "");
}

// Fault J3.
TEST_F(Removal, kicked_is_kicked_after_kill_9) {
  const PageId moderator = joined("Mona/moderator");
  EXPECT_TRUE(remove(moderator, joined("Amina/participant")).contains("result"));
  const PageId li = joined("Li/participant");
  const Json participant = joins_[li]["participant"];
  ask(li);
  open(disk_);
  EXPECT_EQ(refused({{"token", "Amina/participant"}}), "removed");
  // Their place on the list is known with its link, also while they are not back yet.
  EXPECT_TRUE(call(joined("Mona/moderator"), "people.remove", {{"participant", participant}}).contains("result"));
  EXPECT_EQ(refused({{"token", "Li/participant"}}), "removed");
}

TEST_F(Removal, staff_oneself_and_nobody_are_refused_with_a_word) {
  const PageId moderator = joined("Mona/moderator");
  const auto word = [&](PageId by, PageId whom) { return remove(by, whom)["error"]["data"]["code"]; };
  for (const char* staff : {"A/moderator", "B/chair", "C/technician", "D/organiser", "E/admin"}) {
    const PageId page = joined(staff);
    EXPECT_EQ(word(moderator, page), "not_removable") << staff;
    EXPECT_FALSE(closed_.contains(page)) << staff;
  }
  EXPECT_EQ(word(moderator, moderator), "yourself");
  const PageId admin = joined("Root/admin");
  EXPECT_TRUE(remove(admin, moderator).contains("result"));
  EXPECT_EQ(call(admin, "people.remove", {{"participant", "p-4711"}})["error"]["data"]["code"], "nobody");
  EXPECT_EQ(word(joined("Chair/chair"), admin), "role");
}

}  // namespace
}  // namespace plenary::signaling::desk_removal_test
