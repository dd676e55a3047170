// What a room tells of itself: to those who run it, and to everybody.
#include <set>

#include <nlohmann/json.hpp>

#include "server/app/room.h"

namespace plenary::server {

using nlohmann::json;

std::string Room::status_json() const {
  json status = media_.status();
  status["viewers"] = services_.sessions.viewers(config_.id);
  if (journal_failing_) {
    status["alarms"].push_back({{"code", "journal_failing"},
                                {"text", config_.title + ": the disk fails; speech goes on, new acts are refused"}});
  }
  if (journal_damaged_) {
    status["alarms"].push_back(
        {{"code", "journal_damaged"}, {"text", "Old parts of the database are damaged; the server's log says more"}});
  }
  if (overloaded_) {
    status["alarms"].push_back(
        {{"code", "overloaded"}, {"text", "The server has too much to do: sound goes on, pictures are left out"}});
  }
  if (no_memory_) {
    status["alarms"].push_back(
        {{"code", "no_memory"},
         {"text", "The server's memory is nearly full: who is here stays, no more viewers come in"}});
  }
  return status.dump(-1, ' ', false, json::error_handler_t::replace);
}

HttpResponse Room::answer_still(const HttpRequest& request, const Identity& identity) const {
  const signaling::Audience audience = desk_->meeting().state().audience;
  if (!signaling::may_attend(identity.role, identity.registered, audience)) {
    const signaling::Refusal refusal = signaling::not_admitted(audience);
    return HttpResponse::problem(403, refusal.word, refusal.sentence);
  }
  if (!sees_room(identity)) return HttpResponse::problem(403, "not_live", "The room is not shown at present.");
  if (media_.still().empty()) return HttpResponse::problem(404, "no_picture", "There is no picture yet.");
  // Kept by whom it was for alone, who asks each time whether they may still see it.
  HttpResponse response{.content_type = "image/jpeg",
                        .headers = {{"Cache-Control", "private, no-cache"}, {"ETag", media_.still_etag()}}};
  if (request.header("if-none-match") == media_.still_etag()) {
    response.status = 304;
  } else {
    response.body = media_.still();
  }
  return response;
}

HttpResponse Room::answer_picture(std::string_view name) const {
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    const std::string& jpeg = media_.picture(std::string(name.substr(0, slash)), std::string(name.substr(slash + 1)));
    if (!jpeg.empty()) return {.content_type = "image/jpeg", .headers = {{"Cache-Control", "no-store"}}, .body = jpeg};
  }
  return HttpResponse::problem(404, "no_picture", "There is no picture yet.");
}

void Room::publish_status(Now now) {
  for (const std::string& request : media_.take_readiness_changes()) {
    if (const auto id = signaling::request_from(request)) desk_->handle_readiness(*id, media_.readiness(request), now);
  }
  if (!status_dirty_ || now.monotonic < status_due_) return;
  status_dirty_ = false;
  status_due_ = now.monotonic + kStatusInterval;
  desk_->notify_room_status(status_json());
}

void Room::settle_pictures(Now now) {
  const Placement& placement = services_.plane.placement();
  const bool left_out = placement.worst_shed() == io::Shed::pictures;
  if (left_out ? pictures_due_ && now.monotonic < *pictures_due_ : !pictures_due_) return;
  pictures_due_ = left_out ? std::optional(now.monotonic + kPicturesInterval) : std::nullopt;
  std::set<signaling::ParticipantId> without;
  if (left_out) {
    services_.sessions.for_each(config_.id, [&](const MediaSession& session) {
      if (session.use != SessionUse::viewer || session.video_slots.empty()) return;
      if (placement.shed(io::home_of(session.peer)) != io::Shed::pictures) return;
      if (const auto id = signaling::participant_from(session.participant)) without.insert(*id);
    });
  }
  desk_->notify_pictures(without);
}

std::string Room::summary_json() const {
  const signaling::State& state = desk_->meeting().state();
  const bool is_public = state.audience == signaling::Audience::everyone;
  std::string on_air;
  for (const signaling::Request* request : signaling::floor_holders(state)) {
    const bool named = !signaling::is_chair(*request) || on_air.empty();
    if (request->state == signaling::RequestState::on_air && named) on_air = request->person.name;
  }
  const json summary = {{"id", config_.id},
                        {"title", config_.title},
                        {"languages", config_.languages},
                        {"state", signaling::to_text(state.state)},
                        {"picture", media_.picture_is_live() ? "live" : "slate"},
                        {"audience", signaling::to_text(state.audience)},
                        {"speaker", on_air.empty() || !is_public ? json() : json(on_air)},
                        {"viewers", services_.sessions.viewers(config_.id)}};
  return summary.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::pair<std::string, std::uint64_t>> RoomMedia::counters() const {
  std::vector<std::pair<std::string, std::uint64_t>> counters = {{"restarts", link_.restarts()},
                                                                 {"commands_dropped", link_.commands_dropped()}};
  for (const auto& [name, count] : dropped_) counters.emplace_back(name + "_dropped", count);
  return counters;
}

}  // namespace plenary::server
