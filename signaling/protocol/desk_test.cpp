// Pages talk to a meeting: joining, answers after the disk, changes to all, resuming, limits.
#include <gtest/gtest.h>

#include "signaling/protocol/desk_test.h"
#include "signaling/protocol/sample_calls.h"

namespace plenary::signaling::desk_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(DeskTest, joining_gives_identity_keys_and_the_whole_state) {
  const Json join = joins_[joined("Amina/participant")];
  EXPECT_TRUE(participant_from(join["participant"].get<std::string>()));
  EXPECT_GE(join["resume"].get<std::string>().size(), 22U);
  EXPECT_GE(join["media_token"].get<std::string>().size(), 22U);
  EXPECT_NE(join["resume"], join["media_token"]);
  const Json& state = join["state"];
  EXPECT_EQ(state["seq"], join["seq"]);
  EXPECT_EQ(state["meeting"]["list"], "open");
  EXPECT_EQ(state["meeting"]["speakers_max"], 1);
  EXPECT_EQ(state["languages"], Json({"floor", "en", "fr"}));
  EXPECT_EQ(state["queue"], Json::array());
  EXPECT_EQ(state["floor"], Json::array());
  EXPECT_EQ(state["last"], nullptr);
  EXPECT_EQ(state["return"]["connected"], true);
  EXPECT_EQ(state["room"]["picture"], "slate");
  EXPECT_EQ(state["you"]["name"], "Amina");
  EXPECT_EQ(state["you"]["role"], "participant");
}

TEST_F(DeskTest, nothing_is_answered_before_joining) {
  const PageId id = page();
  for (const char* method : {"meeting.state", "floor.grant", "list.close", "channel.select"}) {
    const Json params = std::string(method) == "channel.select" ? Json{{"language", "en"}} : Json::object();
    const Json answer = call(id, method, params);
    EXPECT_EQ(answer["error"]["code"], -32001) << method;
    EXPECT_EQ(answer["error"]["data"]["code"], "not_joined");
  }
  EXPECT_TRUE(disk_.empty());
}

// Fault W5.
TEST_F(DeskTest, a_page_that_does_not_join_is_closed) {
  const PageId silent = page();
  joined("Amina/participant");
  pass(seconds(5));
  EXPECT_TRUE(closed_.contains(silent));
  EXPECT_EQ(closed_.size(), 1U);
}

// Fault J2.
TEST_F(DeskTest, a_bad_token_is_refused_and_anonymous_people_watch_only_where_allowed) {
  const PageId id = page();
  EXPECT_EQ(call(id, "meeting.join", {{"token", "bad"}})["error"]["data"]["code"], "bad_token");
  EXPECT_EQ(joins_[joined("")]["state"]["you"]["role"], "observer");
  anonymous_ = false;
  open({});
  EXPECT_EQ(call(page(), "meeting.join")["error"]["data"]["code"], "token_needed");
}

TEST_F(DeskTest, the_acknowledgement_and_the_change_leave_only_after_the_disk) {
  const PageId amina = joined("Amina/participant");
  const PageId viewer = joined("");
  hold_ = true;
  const Json early =
      call(amina, "floor.request", {{"key", "k"}, {"kind", "question"}, {"topic", "T"}, {"language", "fr"}});
  EXPECT_EQ(early, nullptr);
  EXPECT_TRUE(notified(viewer, "meeting.changed").empty());
  release_disk();
  EXPECT_EQ(answer(amina, calls_)["result"]["position"], 1);
  const auto changes = notified(viewer, "meeting.changed");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0]["seq"].get<int>(), joins_[viewer]["seq"].get<int>() + 1);
  ASSERT_EQ(changes[0]["set"].size(), 2U) << "only what changed: " << changes[0];
  EXPECT_EQ(changes[0]["set"]["waiting"], 1);
  const Json& request = changes[0]["set"]["queue"][0];
  EXPECT_EQ(request["kind"], "question");
  EXPECT_EQ(request["state"], "queued");
  EXPECT_EQ(request["position"], 1);
  EXPECT_EQ(request["reason"], "first_to_ask");
  EXPECT_EQ(request["person"]["name"], "Amina");
}

TEST_F(DeskTest, a_failing_disk_is_told_to_everybody_who_waits_and_nothing_changes) {
  const PageId amina = joined("Amina/participant");
  disk_works_ = false;
  const Json answer =
      call(amina, "floor.request", {{"key", "k"}, {"kind", "question"}, {"topic", ""}, {"language", "fr"}});
  EXPECT_EQ(answer["error"]["code"], -32004);
  EXPECT_EQ(answer["error"]["data"]["code"], "not_saved");
  EXPECT_EQ(state(amina)["queue"], Json::array());
  EXPECT_TRUE(notified(amina, "meeting.changed").empty());
  disk_works_ = true;
  pass(seconds(1));
  EXPECT_EQ(call(amina, "floor.request",
                 {{"key", "k"}, {"kind", "question"}, {"topic", ""}, {"language", "fr"}})["result"]["position"],
            1);
}

TEST_F(DeskTest, changes_applied_one_by_one_are_the_state_that_is_asked_for) {
  const PageId viewer = joined("");
  const PageId moderator = joined("Mod/moderator");
  Json seen = joins_[viewer]["state"];
  for (const char* name : {"A/participant", "B/participant", "C/participant"}) ask(joined(name));
  call(moderator, "floor.grant");
  call(moderator, "list.close");
  call(moderator, "floor.grant");
  desk_->handle_room({true, {"fr"}}, now());
  turn();
  for (const Json& change : notified(viewer, "meeting.changed")) {
    ASSERT_EQ(change["seq"].get<int>(), seen["seq"].get<int>() + 1);
    seen["seq"] = change["seq"];
    seen["server_time"] = change["server_time"];
    for (const auto& [member, value] : change["set"].items()) seen[member] = value;
  }
  const Json asked = state(viewer);
  EXPECT_EQ(seen, asked);
  EXPECT_EQ(asked["room"], (Json{{"picture", "live"}, {"silent_channels", {"fr"}}}));
}

// Fault F1.
TEST_F(DeskTest, roles_come_from_the_session_and_forged_ones_are_ignored) {
  const PageId amina = joined("Amina/participant");
  const PageId other = joined("Li/participant");
  const std::string request = ask(other);
  const std::size_t before = disk_.size();
  const Json forged = {
      {"request", request}, {"role", "moderator"}, {"participant", joins_[other]["participant"]}, {"reason", ""}};
  for (const char* method :
       {"floor.grant", "floor.revoke", "floor.deny", "floor.approve", "floor.prepare", "floor.pass"}) {
    EXPECT_EQ(call(amina, method, forged)["error"]["data"]["code"], "role") << method;
  }
  EXPECT_EQ(call(amina, "floor.withdraw", forged)["error"]["data"]["code"], "not_yours");
  EXPECT_EQ(disk_.size(), before);
}

TEST_F(DeskTest, resume_and_the_same_token_bring_back_the_same_participant_and_place) {
  const PageId first = joined("Amina/participant");
  const std::string request = ask(first);
  desk_->handle_close(first, now());
  turn();
  pass(seconds(60));

  const PageId by_resume = page();
  const Json resumed = call(by_resume, "meeting.join", {{"resume", joins_[first]["resume"]}})["result"];
  EXPECT_EQ(resumed["participant"], joins_[first]["participant"]);
  EXPECT_EQ(resumed["state"]["you"]["role"], "participant");
  EXPECT_EQ(resumed["state"]["queue"][0]["request"], request);
  desk_->handle_close(by_resume, now());

  const PageId by_token = joined("Amina/participant");
  EXPECT_EQ(joins_[by_token]["participant"], joins_[first]["participant"]);
  EXPECT_EQ(joins_[by_token]["state"]["queue"][0]["person"]["participant"], joins_[first]["participant"]);
}

TEST_F(DeskTest, an_anonymous_page_is_the_same_participant_by_its_resume_key_only) {
  const PageId first = joined("");
  desk_->handle_close(first, now());
  const Json again = call(page(), "meeting.join", {{"resume", joins_[first]["resume"]}})["result"];
  EXPECT_EQ(again["participant"], joins_[first]["participant"]);
  const PageId other = joined("");
  EXPECT_NE(joins_[other]["participant"], joins_[first]["participant"]);
}

TEST_F(DeskTest, people_who_are_gone_and_never_asked_are_forgotten) {
  for (int i = 0; i < 100; ++i) {
    const PageId page = joined("");
    desk_->handle_close(page, now());
  }
  EXPECT_EQ(desk_->meeting().presence().people.size(), 100U);
  pass(kMediaTokenKept);
  EXPECT_EQ(desk_->meeting().presence().people.size(), 0U);
  EXPECT_FALSE(desk_->find_media(joins_[PageId{1}]["media_token"].get<std::string>()));
}

TEST_F(DeskTest, everything_is_there_after_kill_9) {
  const PageId amina = joined("Amina/participant");
  const PageId li = joined("Li/participant");
  const std::string first = ask(amina);
  const std::string second = ask(li);
  const Json before = state(li)["queue"];
  open(disk_);
  const PageId back = joined("Li/participant");
  EXPECT_EQ(joins_[back]["participant"], joins_[li]["participant"]);
  Json after = joins_[back]["state"]["queue"];
  after[0]["connected"] = after[1]["connected"] = true;
  EXPECT_EQ(after, before);
}

TEST_F(DeskTest, whose_media_a_token_is) {
  const PageId amina = joined("Amina/participant");
  const std::string token = joins_[amina]["media_token"];
  auto media = desk_->find_media(token);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->page, amina);
  EXPECT_EQ(to_text(media->participant), joins_[amina]["participant"].get<std::string>());
  EXPECT_EQ(media->language, "floor");
  EXPECT_TRUE(media->connected);
  EXPECT_EQ(desk_->publishing_request(media->participant), nullptr);
  ask(amina);
  EXPECT_NE(desk_->publishing_request(media->participant), nullptr);

  EXPECT_EQ(call(amina, "channel.select", {{"language", "de"}})["error"]["data"]["code"], "unknown_language");
  EXPECT_EQ(call(amina, "channel.select", {{"language", "fr"}})["result"], Json::object());
  ASSERT_TRUE(selected_);
  EXPECT_EQ(selected_->media_token, token);
  EXPECT_EQ(desk_->find_media(token)->language, "fr");

  desk_->handle_close(amina, now());
  EXPECT_FALSE(desk_->find_media(token)->connected);
  EXPECT_FALSE(desk_->find_media(""));
  EXPECT_FALSE(desk_->find_media("guess"));
}

TEST_F(DeskTest, a_person_is_told_how_their_request_ended) {
  const PageId amina = joined("Amina/participant");
  const PageId li = joined("Li/participant");
  const PageId moderator = joined("Mod/moderator");
  const std::string request = ask(amina);
  call(moderator, "floor.deny", {{"request", request}, {"reason", "Please send it in writing"}});
  const auto told = notified(amina, "floor.ended");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["request"], request);
  EXPECT_EQ(told[0]["outcome"], "denied");
  EXPECT_EQ(told[0]["outcome_reason"], "Please send it in writing");
  EXPECT_TRUE(notified(li, "floor.ended").empty());
}

// The table of access.cpp as it is felt over the wire; access_test.cpp has it a second time by hand.
// Fault F2.
TEST_F(DeskTest, every_method_is_refused_by_role_to_exactly_those_whom_the_table_does_not_name) {
  for (unsigned r = 0; r <= static_cast<unsigned>(Role::admin); ++r) {
    const Role role = static_cast<Role>(r);
    for (const auto& [method, params] : kGoodCalls) {
      if (method == "meeting.join") continue;
      const PageId page = joined("Somebody/" + std::string(to_text(role)));
      const Json answer = call(page, method, Json::parse(params));
      const bool by_role = answer.contains("error") && answer["error"]["data"]["code"] == "role";
      EXPECT_EQ(by_role, !may(role, *method_from(method))) << to_text(role) << " " << method << " " << answer;
      desk_->handle_close(page, now());
    }
  }
}

TEST_F(DeskTest, the_last_act_can_be_undone_and_every_page_sees_that_and_who_is_in_charge) {
  const PageId moderator = joined("Mona/moderator");
  const PageId amina = joined("Amina/participant");
  const std::string request = ask(amina);
  EXPECT_EQ(state(amina)["undo"], nullptr);
  EXPECT_EQ(state(amina)["in_charge"], nullptr);
  call(moderator, "meeting.take_over");
  EXPECT_EQ(notified(amina, "meeting.changed").back()["set"], (Json{{"in_charge", "Mona"}}));
  call(moderator, "floor.deny", {{"request", request}});
  const Json undo = notified(amina, "meeting.changed").back()["set"]["undo"];
  EXPECT_EQ(undo["by"], "Mona");
  EXPECT_EQ(undo["act"], "floor.deny");
  EXPECT_EQ(undo["request"], request);
  EXPECT_EQ(undo["until"], state(amina)["server_time"].get<std::int64_t>() + 5'000);
  EXPECT_EQ(call(moderator, "floor.undo")["result"]["position"], 1);
  EXPECT_EQ(state(amina)["queue"][0]["request"], request);
  call(moderator, "floor.deny", {{"request", request}});
  pass(seconds(5));
  EXPECT_EQ(notified(amina, "meeting.changed").back()["set"], (Json{{"undo", nullptr}}));
}

TEST_F(DeskTest, a_stricter_audience_closes_the_pages_that_it_does_not_admit) {
  const PageId moderator = joined("Mona/moderator");
  const PageId amina = joined("Amina/participant");
  const PageId guest = joined("Guest/observer");
  const PageId anonymous = joined("");
  EXPECT_FALSE(desk_->find_media(joins_[anonymous]["media_token"].get<std::string>())->registered);
  call(moderator, "meeting.audience", {{"audience", "registered"}});
  EXPECT_EQ(notified(anonymous, "meeting.excluded")[0]["code"], "audience_registered");
  EXPECT_EQ(closed_[anonymous], "audience_registered");
  EXPECT_FALSE(closed_.contains(guest));

  const std::size_t before = received_[anonymous].size();
  call(moderator, "meeting.audience", {{"audience", "closed"}});
  EXPECT_EQ(closed_[guest], "audience_closed");
  EXPECT_FALSE(closed_.contains(amina));
  EXPECT_FALSE(closed_.contains(moderator));
  ask(amina);
  EXPECT_EQ(received_[anonymous].size(), before) << "nothing more is told to who is out";
}

TEST_F(DeskTest, who_is_not_admitted_cannot_join_by_token_or_by_resume) {
  const PageId moderator = joined("Mona/moderator");
  const PageId anonymous = joined("");
  call(moderator, "meeting.audience", {{"audience", "closed"}});
  const auto refused = [&](const Json& params) {
    return call(page(), "meeting.join", params)["error"]["data"]["code"];
  };
  EXPECT_EQ(refused(Json::object()), "audience_closed");
  EXPECT_EQ(refused({{"resume", joins_[anonymous]["resume"]}}), "audience_closed");
  EXPECT_EQ(refused({{"token", "Guest/observer"}}), "audience_closed");
  joined("Li/participant");
  joined("Booth/interpreter");
  call(moderator, "meeting.audience", {{"audience", "public"}});
  joined("");
}

TEST_F(DeskTest, room_status_goes_to_those_who_run_the_room) {
  const PageId technician = joined("Tech/technician");
  const PageId moderator = joined("Mod/moderator");
  const PageId amina = joined("Amina/participant");
  desk_->notify_room_status(R"({"room":"room-a"})");
  desk_->notify_replaced(amina);
  turn();
  EXPECT_EQ(notified(technician, "room.status").size(), 1U);
  EXPECT_EQ(notified(moderator, "room.status").size(), 1U);
  EXPECT_TRUE(notified(amina, "room.status").empty());
  EXPECT_EQ(notified(amina, "meeting.replaced").size(), 1U);
}

TEST_F(DeskTest, who_gets_no_pictures_is_told_on_each_page_that_joins_until_they_are_back) {
  const PageId amina = joined("Amina/participant");
  const PageId li = joined("Li/participant");
  const auto without = [&] { return std::set{*participant_from(joins_[amina]["participant"].get<std::string>())}; };
  for (int look = 0; look < 3; ++look) desk_->notify_pictures(without());
  turn();
  ASSERT_EQ(notified(amina, "media.pictures").size(), 1U);
  EXPECT_EQ(notified(amina, "media.pictures")[0]["left_out"], true);
  const PageId second = joined("Amina/participant");
  EXPECT_TRUE(notified(second, "media.pictures").empty());
  desk_->notify_pictures(without());
  turn();
  EXPECT_EQ(notified(second, "media.pictures").size(), 1U);
  desk_->notify_pictures({});
  turn();
  for (const PageId page : {amina, second}) {
    ASSERT_EQ(notified(page, "media.pictures").size(), 2U);
    EXPECT_EQ(notified(page, "media.pictures")[1]["left_out"], false);
  }
  EXPECT_TRUE(notified(li, "media.pictures").empty());
}

TEST_F(DeskTest, people_who_come_and_go_change_nothing_for_the_others) {
  const PageId viewer = joined("");
  ask(joined("Amina/participant"));
  const std::size_t before = received_[viewer].size();
  for (int i = 0; i < 50; ++i) {
    const PageId other = joined("");
    desk_->handle_close(other, now());
    pass(seconds(1));
  }
  EXPECT_EQ(received_[viewer].size(), before);
}

// Fault W7.
TEST_F(DeskTest, one_client_that_floods_is_closed_and_the_others_are_served) {
  const PageId flood = joined("Flood/participant");
  const PageId amina = joined("Amina/participant");
  for (int i = 0; i < 1'000; ++i) text(flood, R"({"jsonrpc":"2.0","id":0,"method":"meeting.state"})");
  EXPECT_TRUE(closed_.contains(flood));
  EXPECT_LE(received_[flood].size(), 300U);
  EXPECT_TRUE(state(amina).contains("queue"));
}

TEST_F(DeskTest, garbage_is_answered_with_an_error_and_the_page_goes_on) {
  const PageId amina = joined("Amina/participant");
  text(amina, "{{{");
  text(amina, std::string(100'000, 'x'));
  text(amina, R"({"jsonrpc":"2.0","id":null,"method":"floor.dance"})");
  EXPECT_EQ(received_[amina].back()["error"]["code"], -32601);
  EXPECT_TRUE(state(amina).contains("queue"));
}

TEST_F(DeskTest, pages_are_told_what_type_of_meeting_it_is_where_the_configuration_says_so) {
  EXPECT_TRUE(state(joined(""))["meeting"]["type"].is_null());
  DeskConfig config;
  config.rules = {.meeting = "room-a", .room = "room-a", .title = "Room A", .type = "workshop"};
  desk_ = Desk::open(config, std::vector<StoredEvent>{}, check_token, random_, now()).value();
  EXPECT_EQ(state(joined("Mona/moderator"))["meeting"]["type"], "workshop");
}

}  // namespace
}  // namespace plenary::signaling::desk_test
