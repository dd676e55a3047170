// A desk and its pages for tests, over a disk that works, fails or is slow.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "signaling/protocol/desk.h"

namespace plenary::signaling {

using Json = nlohmann::json;

// A token in these tests is "NAME/ROLE" or "NAME/ROLE/WHERE", with "NAME+2" for another one of the same person; "bad"
// is refused.
inline Result<Claims> check_token(std::string_view token) {
  const auto slash = token.find('/');
  const std::string_view rest = slash == std::string_view::npos ? std::string_view{} : token.substr(slash + 1);
  const auto second = rest.find('/');
  const auto role = role_from(rest.substr(0, second));
  if (!role) return Error{"bad_token", "This link is not valid; ask for a new one."};
  Claims claims;
  claims.sub = std::string(token.substr(0, std::min(slash, token.find('+'))));
  claims.name = claims.sub;
  claims.role = *role;
  claims.token_id = "jti:" + std::string(token.substr(0, slash));
  if (second != std::string_view::npos) claims.where = where_from(rest.substr(second + 1));
  return claims;
}

class DeskTest : public testing::Test {
 protected:
  DeskTest() { open({}); }

  void open(const std::vector<StoredEvent>& history) {
    DeskConfig config;
    config.rules = {.meeting = "room-a", .room = "room-a", .title = "Room A", .languages = {"en", "fr"}};
    config.anonymous_may_watch = anonymous_;
    desk_ = Desk::open(config, history, check_token, random_, now()).value();
    desk_->handle_return(true, now());
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

  // As the shell does: until nothing is left to do.
  void turn() {
    while (auto output = desk_->poll_output(ready_)) {
      if (const auto* send = std::get_if<out::Send>(&*output)) {
        for (const PageId page : send->pages) {
          if (send->change && slow_.contains(page)) {
            desk_->handle_behind(page);
          } else {
            received_[page].push_back(Json::parse(*send->text));
          }
        }
      } else if (const auto* append = std::get_if<out::Append>(&*output)) {
        if (disk_works_) disk_.insert(disk_.end(), append->batch.events.begin(), append->batch.events.end());
        if (hold_) {
          held_.push_back(append->batch.ticket);
        } else if (disk_works_) {
          desk_->handle_saved(append->batch.ticket, now());
        } else {
          desk_->handle_not_saved(append->batch.ticket, now());
        }
      } else if (const auto* close = std::get_if<out::Close>(&*output)) {
        closed_[close->page] = close->reason;
      } else if (const auto* select = std::get_if<out::SelectChannel>(&*output)) {
        selected_ = *select;
      } else if (const auto* removed = std::get_if<out::Removed>(&*output)) {
        removed_.push_back(removed->participant);
      }
    }
  }
  void release_disk() {
    hold_ = false;
    for (const Ticket ticket : std::exchange(held_, {})) desk_->handle_saved(ticket, now());
    turn();
  }

  PageId page() {
    const PageId id{++pages_};
    desk_->handle_open(id, now());
    return id;
  }
  void text(PageId page, const std::string& text) {
    desk_->handle_message(page, text, now());
    turn();
  }
  // The answer; null when none came.
  Json call(PageId page, const std::string& method, const Json& params = Json::object()) {
    const int id = ++calls_;
    text(page, Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump());
    return answer(page, id);
  }
  Json answer(PageId page, int id) {
    for (const Json& message : received_[page]) {
      if (message.value("id", Json()) == id) return message;
    }
    return nullptr;
  }
  PageId joined(const std::string& token) {
    const PageId id = page();
    const Json answer = call(id, "meeting.join", token.empty() ? Json::object() : Json{{"token", token}});
    EXPECT_TRUE(answer.contains("result")) << answer;
    joins_[id] = answer["result"];
    return id;
  }
  std::string ask(PageId page) {
    return call(page, "floor.request",
                {{"key", "k" + std::to_string(++calls_)},
                 {"kind", "statement"},
                 {"topic", "T"},
                 {"language", "en"}})["result"]["request"];
  }
  std::vector<Json> notified(PageId page, const std::string& method) {
    std::vector<Json> found;
    for (const Json& message : received_[page]) {
      if (message.value("method", "") == method) found.push_back(message["params"]);
    }
    return found;
  }
  Json state(PageId page) { return call(page, "meeting.state")["result"]; }

  bool anonymous_ = true;
  Duration time_ = std::chrono::hours(1);
  SeededRandom random_{1};
  std::unique_ptr<Desk> desk_;
  std::map<PageId, std::vector<Json>> received_;
  std::map<PageId, Json> joins_;
  std::set<PageId> slow_;  // their changes are left out
  std::map<PageId, std::string> closed_;
  std::optional<out::SelectChannel> selected_;
  std::vector<ParticipantId> removed_;
  std::vector<StoredEvent> disk_;
  std::vector<Ticket> held_;
  Desk::Ready ready_ = Desk::Ready::all;
  bool disk_works_ = true;
  bool hold_ = false;
  std::uint64_t pages_ = 0;
  int calls_ = 0;
};

}  // namespace plenary::signaling
