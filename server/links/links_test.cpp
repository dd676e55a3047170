#include "server/links/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/auth/token_signer.h"

namespace plenary::server::links_test {
namespace {

using signaling::StoredEvent;
using signaling::Ticket;
using testing::Optional;

WallTime at(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }

Claims claims(const std::string& id, const std::string& room = "room-a") {
  return {.subject = "link/" + id,
          .token_id = id,
          .name = "Ámina \"Q\"",
          .role = "participant",
          .room = room,
          .organisation = "Ministry",
          .category = "government",
          .expires = at(9'000)};
}

class LinksTest : public testing::Test {
 protected:
  // What a disk that works does with everything.
  void save() {
    while (auto batch = links_.poll_append()) {
      disk_.insert(disk_.end(), batch->events.begin(), batch->events.end());
      links_.handle_saved(batch->ticket);
    }
  }
  Links reopened() const { return Links::open(disk_).value(); }

  Links links_ = Links::open({}).value();
  std::vector<StoredEvent> disk_;
};

TEST_F(LinksTest, a_link_is_there_when_it_is_saved_and_after_a_restart) {
  ASSERT_TRUE(links_.make(claims("one"), true, at(5'000)));
  EXPECT_TRUE(links_.of_room("room-a").empty());
  save();
  for (const Links& links : {links_, reopened()}) {
    const auto found = links.of_room("room-a");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]->claims.token_id, "one");
    EXPECT_EQ(found[0]->claims.subject, "link/one");
    EXPECT_EQ(found[0]->claims.name, "Ámina \"Q\"");
    EXPECT_EQ(found[0]->claims.role, "participant");
    EXPECT_EQ(found[0]->claims.organisation, "Ministry");
    EXPECT_EQ(found[0]->claims.category, "government");
    EXPECT_EQ(found[0]->claims.expires, at(9'000));
    EXPECT_EQ(found[0]->made_at, at(5'000));
    EXPECT_TRUE(found[0]->in_room);
    EXPECT_FALSE(found[0]->revoked);
    EXPECT_TRUE(links.of_room("room-b").empty());
  }
}

TEST_F(LinksTest, a_link_keeps_title_country_and_rank_so_that_its_token_can_be_made_again) {
  Claims minister = claims("one");
  minister.title = "Minister";
  minister.country = "Ghana";
  minister.delegation = "African Group";
  minister.rank = kMaxRank;
  ASSERT_TRUE(links_.make(minister, false, at(1)));
  ASSERT_TRUE(links_.make(claims("two"), false, at(2)));
  save();
  EXPECT_EQ(disk_[1].payload.find("rank"), std::string::npos) << "as in every event of before";
  const Links links = reopened();
  const Claims& kept = links.find("one")->claims;
  EXPECT_EQ(kept.title, "Minister");
  EXPECT_EQ(kept.country, "Ghana");
  EXPECT_EQ(kept.delegation, "African Group");
  EXPECT_EQ(kept.rank, kMaxRank);
  EXPECT_EQ(links.find("two")->claims.rank, 0);
  EXPECT_TRUE(links.find("two")->claims.title.empty());
}

TEST_F(LinksTest, a_revoked_link_stays_revoked) {
  ASSERT_TRUE(links_.make(claims("one"), false, at(1)));
  ASSERT_TRUE(links_.make(claims("two"), false, at(2)));
  save();
  const Ticket ticket = links_.revoke("room-a", "one", at(3)).value();
  EXPECT_FALSE(links_.is_revoked("one")) << "not before it is saved";
  const auto batch = links_.poll_append();
  ASSERT_TRUE(batch);
  disk_.push_back(batch->events.at(0));
  EXPECT_THAT(links_.handle_saved(ticket), Optional(std::string("one")));
  for (const Links& links : {links_, reopened()}) {
    EXPECT_TRUE(links.is_revoked("one"));
    EXPECT_FALSE(links.is_revoked("two"));
    EXPECT_FALSE(links.is_revoked(""));
    ASSERT_EQ(links.of_room("room-a").size(), 2U);
    EXPECT_TRUE(links.of_room("room-a")[0]->revoked);
  }
}

TEST_F(LinksTest, a_link_of_another_room_or_of_none_cannot_be_revoked) {
  ASSERT_TRUE(links_.make(claims("one"), false, at(1)));
  save();
  EXPECT_EQ(links_.revoke("room-b", "one", at(2)).error().code, "no_link");
  EXPECT_EQ(links_.revoke("room-a", "two", at(2)).error().code, "no_link");
  EXPECT_FALSE(links_.poll_append());
}

TEST_F(LinksTest, a_token_made_elsewhere_can_be_revoked_once_it_was_seen) {
  Claims elsewhere = claims("cli", "*");
  elsewhere.expires.reset();
  EXPECT_EQ(links_.revoke("room-a", "cli", at(1)).error().code, "no_link");
  links_.see(elsewhere);
  links_.see(elsewhere);
  links_.see(claims("other", "room-b"));
  ASSERT_EQ(links_.of_room("room-a").size(), 1U);
  EXPECT_FALSE(links_.of_room("room-a")[0]->made_at);
  ASSERT_TRUE(links_.revoke("room-a", "cli", at(2)));
  save();
  links_.see(elsewhere);
  for (const Links& links : {links_, reopened()}) {
    EXPECT_TRUE(links.is_revoked("cli"));
    ASSERT_EQ(links.of_room("room-a").size(), 1U);
    EXPECT_EQ(links.of_room("room-a")[0]->claims.name, "Ámina \"Q\"");
    EXPECT_FALSE(links.of_room("room-a")[0]->claims.expires);
    EXPECT_FALSE(links.of_room("room-a")[0]->made_at);
  }
}

TEST_F(LinksTest, a_token_revoked_by_its_signature_is_revoked_by_the_digest_of_it) {
  const std::string signature(42, 'A');
  links_.see(claims("sig:" + signature));
  ASSERT_TRUE(links_.revoke("room-a", "sig:" + signature, at(1)));
  save();
  const Links links = reopened();
  EXPECT_TRUE(links.is_revoked(current_token_id("sig:" + signature)));
  ASSERT_EQ(links.of_room("room-a").size(), 1U);
  EXPECT_EQ(links.of_room("room-a")[0]->claims.token_id, current_token_id("sig:" + signature));
}

TEST_F(LinksTest, of_the_tokens_seen_the_oldest_are_forgotten_and_none_that_is_revoked) {
  links_.see(claims("revoked"));
  ASSERT_TRUE(links_.revoke("room-a", "revoked", at(1)));
  save();
  for (std::size_t i = 0; i < kMaxSeen + 5; ++i) links_.see(claims(std::to_string(i)));
  EXPECT_TRUE(links_.is_revoked("revoked"));
  EXPECT_EQ(links_.find("0"), nullptr);
  EXPECT_NE(links_.find(std::to_string(kMaxSeen)), nullptr);
  EXPECT_EQ(links_.of_room("room-a").size(), kMaxSeen + 1);
}

TEST_F(LinksTest, what_the_disk_did_not_take_never_was) {
  const Ticket first = links_.make(claims("one"), false, at(1)).value();
  const Ticket second = links_.make(claims("two"), false, at(2)).value();
  const auto batch = links_.poll_append();
  ASSERT_TRUE(batch);
  ASSERT_TRUE(links_.poll_append());
  links_.handle_not_saved(first);
  links_.handle_not_saved(second);
  EXPECT_FALSE(links_.handle_saved(second));
  EXPECT_TRUE(links_.of_room("room-a").empty());
  ASSERT_TRUE(links_.make(claims("three"), false, at(3)));
  EXPECT_EQ(links_.poll_append()->events.at(0).seq, 1U) << "continues what the disk has";
}

TEST_F(LinksTest, links_are_listed_in_the_order_they_were_made) {
  for (const char* id : {"c", "a", "b"}) ASSERT_TRUE(links_.make(claims(id), false, at(id[0] == 'c' ? 1 : 2)));
  save();
  EXPECT_EQ(links_.of_room("room-a")[0]->claims.token_id, "c");
}

TEST_F(LinksTest, an_event_that_cannot_be_read_is_a_clear_error) {
  ASSERT_TRUE(links_.make(claims("one"), false, at(1)));
  save();
  for (const StoredEvent& broken :
       {StoredEvent{1, 0, "link_made", "{"}, StoredEvent{1, 0, "link_made", R"({"v":1,"id":7})"},
        StoredEvent{1, 0, "link_lent", R"({"v":1})"}, StoredEvent{1, 0, "link_revoked", R"({"v":2,"id":"x"})"},
        StoredEvent{2, 0, "link_revoked", R"({"v":1,"id":"x"})"}}) {
    EXPECT_EQ(Links::open({broken}).error().code, "link_unreadable") << broken.payload;
  }
}

TEST_F(LinksTest, there_are_not_endlessly_many) {
  for (std::size_t i = 0; i < kMaxLinks; ++i) ASSERT_TRUE(links_.make(claims(std::to_string(i)), false, at(1)));
  EXPECT_EQ(links_.make(claims("more"), false, at(1)).error().code, "too_many_links");
}

}  // namespace
}  // namespace plenary::server::links_test
