// What is measured of somebody's devices reaches those whom it concerns, and nobody else.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "signaling/protocol/desk.h"

namespace plenary::signaling::desk_readiness_test {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

class DeskReadiness : public testing::Test {
 protected:
  DeskReadiness() {
    DeskConfig config;
    config.rules = {.meeting = "room-a", .room = "room-a", .title = "Room A", .languages = {"en"}};
    config.anonymous_may_watch = true;
    // A token in these tests is "NAME/ROLE".
    const auto check = [](std::string_view token) -> Result<Claims> {
      const std::size_t slash = token.find('/');
      Claims claims;
      claims.sub = claims.name = std::string(token.substr(0, slash));
      claims.role = role_from(token.substr(slash + 1)).value();
      return claims;
    };
    desk_ = Desk::open(config, {}, check, random_, now()).value();
    turn();
  }

  Now now() const {
    return {Instant(time_), WallTime(std::chrono::hours(490'000)) + std::chrono::duration_cast<Milliseconds>(time_)};
  }
  void pass(Duration time) {
    time_ += time;
    desk_->handle_timeout(now());
    turn();
  }
  void turn() {
    while (auto output = desk_->poll_output()) {
      if (const auto* send = std::get_if<out::Send>(&*output)) {
        for (const PageId page : send->pages) received_[page].push_back(Json::parse(*send->text));
      } else if (const auto* append = std::get_if<out::Append>(&*output)) {
        saved_ += append->batch.events.size();
        desk_->handle_saved(append->batch.ticket, now());
      }
    }
  }
  Json call(PageId page, const std::string& method, const Json& params) {
    desk_->handle_message(page, Json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}}.dump(),
                          now());
    turn();
    for (auto message = received_[page].rbegin(); message != received_[page].rend(); ++message) {
      if (message->contains("result")) return (*message)["result"];
    }
    return nullptr;
  }
  PageId joined(const std::string& token) {
    const PageId id{++pages_};
    desk_->handle_open(id, now());
    call(id, "meeting.join", token.empty() ? Json::object() : Json{{"token", token}});
    return id;
  }
  RequestId ask(PageId page) {
    const Json asked = call(page, "floor.request", {{"key", "k"}, {"kind", "statement"}, {"language", "en"}});
    return request_from(asked["request"].get<std::string>()).value();
  }
  std::vector<Json> notified(PageId page, const std::string& method) {
    std::vector<Json> found;
    for (const Json& message : received_[page]) {
      if (message.value("method", "") == method) found.push_back(message["params"]);
    }
    return found;
  }

  SeededRandom random_{1};
  Duration time_ = std::chrono::hours(1);
  std::uint64_t pages_ = 0;
  std::size_t saved_ = 0;
  std::map<PageId, std::vector<Json>> received_;
  std::unique_ptr<Desk> desk_;
};

TEST_F(DeskReadiness, readiness_goes_to_the_person_and_to_those_who_run_the_room) {
  const PageId technician = joined("Tech/technician");
  const PageId moderator = joined("Mod/moderator");
  const PageId viewer = joined("");
  const PageId amina = joined("Amina/participant");
  const RequestId request = ask(amina);
  const std::size_t before = saved_;
  desk_->handle_readiness(request, Readiness{.fit = true, .level_db = -23}, now());
  turn();
  for (const PageId page : {technician, moderator, amina}) {
    const auto told = notified(page, "floor.readiness");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]["request"], to_text(request));
    EXPECT_EQ(told[0]["readiness"]["fit"], true);
    EXPECT_EQ(told[0]["readiness"]["level_db"], -23);
  }
  EXPECT_TRUE(notified(viewer, "floor.readiness").empty());
  EXPECT_EQ(saved_, before) << "a fact of this moment is not saved";
  const PageId late = joined("Late/moderator");
  EXPECT_EQ(notified(late, "floor.readiness").size(), 1U);
  EXPECT_TRUE(notified(joined("Li/participant"), "floor.readiness").empty());
}

TEST_F(DeskReadiness, readiness_is_told_every_two_seconds_at_most_and_its_end_too) {
  const PageId amina = joined("Amina/participant");
  const RequestId request = ask(amina);
  for (int second = 0; second < 10; ++second) {
    desk_->handle_readiness(request, Readiness{.fit = true, .level_db = -20 - second}, now());
    pass(seconds(1));
  }
  const std::size_t told = notified(amina, "floor.readiness").size();
  EXPECT_GE(told, 5U);
  EXPECT_LE(told, 6U);
  desk_->handle_readiness(request, std::nullopt, now());
  ASSERT_TRUE(desk_->next_timeout());
  EXPECT_LE(*desk_->next_timeout(), now().monotonic + seconds(2));
  pass(seconds(2));
  EXPECT_EQ(notified(amina, "floor.readiness").back()["readiness"], nullptr);
}

TEST_F(DeskReadiness, a_device_check_is_told_to_the_page_that_makes_it_and_to_nobody_else) {
  const PageId moderator = joined("Mod/moderator");
  const PageId amina = joined("Amina/participant");
  desk_->notify_check(amina, CheckResult{.seconds_left = 59, .now_db = -30, .heard = true}, now());
  desk_->notify_check_ended(amina, "time_over");
  turn();
  ASSERT_EQ(notified(amina, "check.result").size(), 1U);
  EXPECT_EQ(notified(amina, "check.result")[0]["heard"], true);
  EXPECT_EQ(notified(amina, "check.ended").back()["code"], "time_over");
  EXPECT_TRUE(notified(moderator, "check.result").empty());
}

TEST_F(DeskReadiness, interpreters_and_the_chair_are_told_of_readiness_too) {
  const PageId interpreter = joined("Iris/interpreter");
  const PageId chair = joined("Chair/chair");
  const RequestId request = ask(joined("Amina/participant"));
  desk_->handle_readiness(request, Readiness{.fit = true}, now());
  turn();
  EXPECT_EQ(notified(interpreter, "floor.readiness").size(), 1U);
  EXPECT_EQ(notified(chair, "floor.readiness").size(), 1U);
}

TEST_F(DeskReadiness, a_checks_verdict_is_told_with_its_time_to_those_who_act_on_it) {
  const PageId amina = joined("Amina/participant");
  const PageId moderator = joined("Mona/moderator");
  const PageId li = joined("Li/participant");
  const auto known = [&](PageId page) {
    std::vector<Json> found;
    for (const Json& message : received_[page]) {
      if (message.value("method", "") == "check.known") found.push_back(message["params"]);
    }
    return found;
  };
  CheckResult result{.seconds_left = 59, .now_db = -30, .heard = true};
  desk_->notify_check(amina, result, now());
  turn();
  EXPECT_TRUE(known(moderator).empty()) << "not judged yet";
  result.readiness.fit = false;
  result.readiness.problems = {ReadinessProblem::noisy};
  for (int second = 0; second < 5; ++second) {
    desk_->notify_check(amina, result, now());
    pass(seconds(1));
  }
  ASSERT_EQ(known(moderator).size(), 1U) << "once a verdict";
  EXPECT_EQ(known(moderator)[0]["readiness"]["problems"], Json::array({"noisy"}));
  EXPECT_TRUE(known(moderator)[0]["at"].is_number());
  result.readiness.fit = true;
  result.readiness.problems = {};
  desk_->notify_check(amina, result, now());
  turn();
  ASSERT_EQ(known(moderator).size(), 2U);
  EXPECT_GT(known(moderator)[1]["at"], known(moderator)[0]["at"]);
  EXPECT_TRUE(known(amina).empty());
  EXPECT_TRUE(known(li).empty());
  pass(seconds(61));
  desk_->notify_check(amina, result, now());
  turn();
  EXPECT_EQ(known(moderator).size(), 3U) << "another check, another time";
  const auto after = known(joined("Chris/chair"));
  ASSERT_EQ(after.size(), 1U) << "who joins later is told, too";
  EXPECT_EQ(after[0], known(moderator)[2]);
  EXPECT_TRUE(known(joined("Olga/observer")).empty());
}

}  // namespace
}  // namespace plenary::signaling::desk_readiness_test
