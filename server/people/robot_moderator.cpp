#include "server/people/robot_moderator.h"

#include <algorithm>

namespace plenary::people {

std::optional<RobotModerator::Act> RobotModerator::look(const MeetingView& view, std::int64_t server_time,
                                                        Instant now) {
  if (!view.undo_by.empty() && view.undo_by != name_) aside_until_ = now + kStepsAsideFor;
  if (!view.floor.empty()) floor_empty_since_.reset();
  if (view.floor.empty() && !floor_empty_since_) floor_empty_since_ = now;
  if (steps_aside(now) || view.state != "live" || (next_act_ && now < *next_act_)) return std::nullopt;
  std::optional<Act> act = act_on_floor(view, server_time);
  if (!act) act = call_next(view, now);
  if (act) next_act_ = now + kBetweenActs;
  return act;
}

std::optional<RobotModerator::Act> RobotModerator::act_on_floor(const MeetingView& view,
                                                                std::int64_t server_time) const {
  for (const Row& row : view.floor) {
    const std::int64_t running = row.running_since ? server_time - *row.running_since : 0;
    if (row.limit_s > 0 && row.elapsed_ms + running > row.limit_s * 1'000 + kOverTimeMs) {
      return Act{"floor.release", row.request};
    }
  }
  const bool all_paused = std::ranges::all_of(view.floor, [](const Row& row) { return row.state == "paused"; });
  if (!view.floor.empty() && all_paused) return Act{"floor.resume", view.floor.back().request};
  return std::nullopt;
}

std::optional<RobotModerator::Act> RobotModerator::call_next(const MeetingView& view, Instant now) const {
  const auto called = std::ranges::find(view.queue, std::string("standby"), &Row::state);
  const auto next =
      called != view.queue.end() ? called : std::ranges::find(view.queue, std::string("queued"), &Row::state);
  if (next == view.queue.end()) return std::nullopt;
  // A text is read out in the room: nobody is called for it.
  const bool is_there = next->in_room || next->kind == "written";
  if (!is_there && next->state == "queued") return Act{"floor.prepare", next->request};
  const bool audible = is_there || (next->ready && next->media_flows && view.return_connected);
  if (!audible) return std::nullopt;
  const bool interrupts = next->kind == "point_of_order" && !view.floor.empty() &&
                          std::ranges::none_of(view.floor, [](const Row& row) { return row.kind == "point_of_order"; });
  const bool free = floor_empty_since_ && now - *floor_empty_since_ >= kBetweenSpeakers;
  if (!free && !interrupts) return std::nullopt;
  return Act{"floor.grant", next->request};
}

}  // namespace plenary::people
