// What people send to a room by WHIP: the floor's speakers, and those who check their devices before.
#include <nlohmann/json.hpp>

#include "media/base/log.h"
#include "server/app/room.h"

namespace plenary::server {

using signaling::Role;

HttpResponse Room::handle_whip(const HttpRequest& request, std::string_view rest, Now now) {
  if (rest != "floor" && rest != "check") {
    return problem(404, "not_found",
                   "Participants publish to /whip/ROOM/floor, and check their devices at /whip/ROOM/check.");
  }
  if (auto answer = endpoint_answer(request)) return *std::move(answer);
  if (!request.bearer()) return problem(401, "token_needed", "Send the page's media token as Authorization: Bearer.");
  Result<Identity, HttpResponse> identity = identify(request, now);
  if (!identity) return identity.error();
  if (!identity->id) return problem(403, "not_joined", "Only a page that has joined the meeting may publish.");
  return rest == "floor" ? open_uplink(request, *identity, now) : open_check(request, *identity, now);
}

HttpResponse Room::open_uplink(const HttpRequest& request, const Identity& identity, Now now) {
  if (desk_->publishing_request(*identity.id) == nullptr) {
    return problem(403, "not_called", "Ask for the floor first; publish when you are called to the green room.");
  }
  const MediaSession* before = services_.sessions.uplink_of(config_.id, identity.participant);
  auto opened = open_session(request, identity, SessionUse::uplink, "42e01f", now);
  if (opened.session == nullptr) return std::move(opened.response);
  if (auto check = checks_.end_of(identity.participant, "called")) end_checks({*std::move(check)});
  // One camera and microphone a person: the page opened last has them.
  if (before != nullptr) {
    if (before->page && before->page != identity.page) desk_->notify_replaced(*before->page);
    if (const auto replaced = services_.sessions.close(before->peer, true)) {
      // Until media flow on the new one, the floor counts as lost; otherwise an empty connection would keep it.
      handle_uplink(*replaced, false, now.monotonic, now);
    }
  }
  opened.session->page = identity.page;
  return std::move(opened.response);
}

HttpResponse Room::open_check(const HttpRequest& request, const Identity& identity, Now now) {
  if (identity.role == Role::observer || !identity.page) {
    return problem(403, "not_allowed", "Observers do not speak, and have nothing to check.");
  }
  const signaling::Audience audience = desk_->meeting().state().audience;
  if (!signaling::may_attend(identity.role, identity.registered, audience)) {
    const signaling::Refusal refusal = signaling::not_admitted(audience);
    return problem(403, refusal.word, refusal.sentence);
  }
  if (services_.sessions.uplink_of(config_.id, identity.participant) != nullptr) {
    return problem(403, "publishing",
                   "Your camera and microphone are open for the room already, and are measured there.");
  }
  const std::optional<FeedId> feed = media_.running_feed();
  if (const auto word = checks_.refuses(identity.participant, feed.has_value())) {
    const bool busy = *word == "checks_busy";
    HttpResponse response = problem(503, *word,
                                    busy ? "Too many people check their devices now; try again in a minute."
                                         : "The room is starting; try again in a few seconds.");
    response.headers.emplace_back("Retry-After", busy ? "30" : "2");
    return response;
  }
  auto opened = open_session(request, identity, SessionUse::check, "42e01f", now);
  if (opened.session == nullptr) return std::move(opened.response);
  if (auto before = checks_.end_of(identity.participant, "replaced")) {
    if (before->check.page == *identity.page) before->code = {};  // it knows: it made the new one
    end_checks({*std::move(before)});
  }
  opened.session->page = identity.page;
  const PeerId peer = opened.session->peer;
  const DeviceChecks::Check& check = checks_.add(peer, identity.participant, *identity.page, now.monotonic);
  media_.command({{"command", "check.add"}, {"check", check.id}, {"audio_track", check.track}});
  // The sound alone, and to the room process alone: no track that a viewer could be shown, no picture.
  services_.plane.post(io::SetUplink{.peer = peer, .feed = feed, .feed_audio = check.track});
  return std::move(opened.response);
}

void Room::handle_uplink_started(const MediaSession& session, MediaKind kind, Now now) {
  if (session.use == SessionUse::check) checks_.handle_media(session.peer, kind);
  handle_uplink(session, true, now.monotonic, now);
}

void Room::take_checks(const RoomMediaChange& change, Now now) {
  if (change.process_ended) end_checks(checks_.end_all("room_restarting"));
  for (const nlohmann::json& report : change.checks) {
    const auto told = checks_.handle_report(report, now.monotonic);
    if (told) desk_->notify_check(told->page, told->result, now);
  }
}

void Room::end_check(PeerId peer, std::string_view code) {
  if (auto ended = checks_.end(peer, code)) end_checks({*std::move(ended)});
}

void Room::end_checks(const std::vector<DeviceChecks::Ended>& ended) {
  for (const DeviceChecks::Ended& one : ended) {
    services_.sessions.close(one.peer, true);
    media_.command({{"command", "check.remove"}, {"check", one.check.id}});
    if (!one.code.empty()) desk_->notify_check_ended(one.check.page, one.code);
  }
}

}  // namespace plenary::server
