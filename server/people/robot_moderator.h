// Runs a demo room by itself, as a patient moderator would: calls the next, gives the floor when they are ready, ends
// speeches far over their time, resumes what a point of order paused. Steps aside while somebody real moderates.
// Sans-IO: what its page shows and the time come in, acts come out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "media/base/time.h"
#include "server/people/meeting_view.h"

namespace plenary::people {

constexpr Duration kStepsAsideFor = std::chrono::minutes(3);  // after an act of somebody real
constexpr Duration kBetweenSpeakers = std::chrono::seconds(5);
constexpr Duration kBetweenActs = std::chrono::seconds(2);
constexpr std::int64_t kOverTimeMs = 15'000;  // of a speech, before it is ended

class RobotModerator {
 public:
  // `name` as its own acts are signed.
  explicit RobotModerator(std::string name) : name_(std::move(name)) {}

  struct Act {
    std::string_view method;  // floor.prepare, floor.grant, floor.release, floor.resume
    std::string request;
  };
  // `server_time`: the meeting's clock now, ms. At most one act a call; call again when something changed or a second
  // has passed.
  std::optional<Act> look(const MeetingView& view, std::int64_t server_time, Instant now);
  [[nodiscard]] bool steps_aside(Instant now) const { return aside_until_ && now < *aside_until_; }

 private:
  std::optional<Act> act_on_floor(const MeetingView& view, std::int64_t server_time) const;
  std::optional<Act> call_next(const MeetingView& view, Instant now) const;

  const std::string name_;
  std::optional<Instant> aside_until_;
  std::optional<Instant> next_act_;
  std::optional<Instant> floor_empty_since_;
};

}  // namespace plenary::people
