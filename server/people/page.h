// A page without a browser: one person's connection to a meeting by plenary.v1. The network is somebody else's: texts
// and events come in, texts go out by poll_message().
#pragma once

#include <cstdint>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "media/base/time.h"
#include "server/people/meeting_view.h"

namespace plenary::people {

class Page {
 public:
  explicit Page(std::string token) : token_(std::move(token)) {}

  // The connection is there: joins.
  void handle_open();
  void handle_message(std::string_view text, Instant now);
  void handle_closed();
  void call(std::string_view method, const nlohmann::json& params);
  std::optional<std::string> poll_message();

  [[nodiscard]] bool joined() const { return joined_; }
  [[nodiscard]] const std::string& participant() const { return participant_; }
  [[nodiscard]] const std::string& media_token() const { return media_token_; }
  [[nodiscard]] const MeetingView& view() const { return view_; }
  // The meeting's clock now, ms.
  [[nodiscard]] std::int64_t meeting_time(Instant now) const;
  // Calls that were refused, and the last one's stable word.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  void take_result(const nlohmann::json& message, Instant now);

  const std::string token_;
  bool joined_ = false;
  std::int64_t next_id_ = 1;
  std::int64_t join_id_ = 0;
  std::string participant_;
  std::string media_token_;
  MeetingView view_;
  Instant view_at_{};
  std::uint64_t refused_ = 0;
  std::string last_refusal_;
  std::deque<std::string> out_;
};

}  // namespace plenary::people
