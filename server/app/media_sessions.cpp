#include "server/app/media_sessions.h"

#include <algorithm>

#include "media/base/log.h"

namespace plenary::server {
namespace {

constexpr std::size_t kSessionIdLength = 32;
constexpr const char* kSdp = "application/sdp";
constexpr const char* kFragment = "application/trickle-ice-sdpfrag";

bool has_media_type(const HttpRequest& request, std::string_view expected) {
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return std::equal(type.begin(), type.end(), expected.begin(), expected.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool sends(SessionUse use) { return use == SessionUse::uplink || use == SessionUse::check; }

}  // namespace

void add_cors(HttpResponse& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("Access-Control-Expose-Headers", "Location, Link, ETag, Retry-After");
}

HttpResponse endpoint_options() {
  HttpResponse response;
  add_cors(response);
  response.headers.emplace_back("Accept-Post", kSdp);
  response.headers.emplace_back("Access-Control-Allow-Methods", "OPTIONS, GET, POST, PATCH, DELETE");
  response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match");
  response.headers.emplace_back("Access-Control-Max-Age", "86400");
  return response;
}

HttpResponse problem(int status, std::string_view code, std::string_view detail) {
  HttpResponse response = HttpResponse::problem(status, code, detail);
  add_cors(response);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::optional<HttpResponse> endpoint_answer(const HttpRequest& request) {
  if (request.method == "OPTIONS") return endpoint_options();
  if (request.method == "GET") {
    HttpResponse response{.status = 204};
    add_cors(response);
    return response;
  }
  if (request.method != "POST") return problem(405, "method", "Send the offer with POST.");
  return std::nullopt;
}

HttpResponse MediaSessions::refuse(int status, std::string_view code, std::string_view message) {
  ++refused_;
  HttpResponse response = HttpResponse::problem(status, code, message);
  add_cors(response);
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  return response;
}

MediaSessions::Opened MediaSessions::open(const HttpRequest& request, const std::string& room, std::size_t home,
                                          SessionUse use, const std::string& h264_profile_level_id) {
  if (!has_media_type(request, kSdp)) {
    return {nullptr, refuse(415, "not_sdp", "Send the offer as application/sdp.")};
  }
  // The caller has checked the token, if there is one.
  const std::size_t most = request.bearer() ? kMaxHalfOpen : kMaxHalfOpen - kHalfOpenForTokens;
  if (half_open_ >= most || sessions_.size() >= kMaxSessions) {
    return {nullptr, refuse(503, "busy", "Too many connections are being set up; try again in two seconds.")};
  }
  const std::size_t shard = use == SessionUse::viewer ? plane_.placement().choose(home) : home;
  const std::string cname = random_.token(16);
  sdp::LocalParameters local{.ice = ice::make_credentials(random_),
                             .fingerprint = plane_.fingerprint(),
                             .candidates = plane_.candidates(shard),
                             .tcp_candidates = plane_.tcp_candidates(shard),
                             .cname = cname,
                             .h264_profile_level_id = h264_profile_level_id};
  Result<sdp::Negotiated, sdp::Refusal> negotiated =
      sends(use) ? sdp::answer_speaker(request.body, local, random_) : sdp::answer_viewer(request.body, local, random_);
  if (!negotiated) {
    const sdp::Refusal& refusal = negotiated.error();
    return {nullptr, refuse(refusal.status, refusal.code, refusal.message)};
  }
  const PeerId peer = plane_.new_peer(shard);
  MediaSession session{.id = random_.token(kSessionIdLength),
                       .room = room,
                       .use = use,
                       .peer = peer,
                       .bearer = std::string(request.bearer().value_or("")),
                       .etag = "\"" + random_.token(16) + "\"",
                       .local_ice = local.ice,
                       .remote_ice = negotiated->remote_ice};
  for (std::size_t i = 0; i < negotiated->media.size(); ++i) {
    (negotiated->media[i].kind == MediaKind::audio ? session.audio_slots : session.video_slots).push_back(i);
  }
  session.seat.audio_slots = session.audio_slots.size();
  session.seat.video_slots = session.video_slots.size();

  HttpResponse response{.status = 201, .content_type = kSdp, .body = negotiated->answer};
  add_cors(response);
  response.headers.emplace_back("Location", "/session/" + session.id);
  response.headers.emplace_back("ETag", session.etag);
  plane_.post(io::AddPeer{.peer = peer,
                          .use = sends(use) ? io::PeerUse::speaker : io::PeerUse::viewer,
                          .local_ice = local.ice,
                          .negotiated = std::move(*negotiated),
                          .cname = cname});
  ++half_open_;
  by_id_[session.id] = peer;
  return {&sessions_.emplace(peer, std::move(session)).first->second, std::move(response)};
}

HttpResponse MediaSessions::handle(const HttpRequest& request, const std::string& id,
                                   std::optional<MediaSession>& ended) {
  if (request.method == "OPTIONS") return endpoint_options();
  const auto found = by_id_.find(id);
  MediaSession* session = found == by_id_.end() ? nullptr : this->find(found->second);
  if (session == nullptr) return refuse(404, "no_session", "This media session does not exist or has ended.");
  if (session->bearer != request.bearer().value_or("")) {
    HttpResponse response = refuse(401, "wrong_token", "Send the token that the session was opened with.");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (request.method == "GET") {
    HttpResponse response{.status = 204};
    add_cors(response);
    return response;
  }
  if (request.method == "DELETE") {
    ended = close(session->peer, true);
    HttpResponse response{.status = 200};
    add_cors(response);
    return response;
  }
  if (request.method == "PATCH") return patch(request, *session);
  return refuse(405, "method", "A session takes PATCH and DELETE.");
}

HttpResponse MediaSessions::patch(const HttpRequest& request, MediaSession& session) {
  if (!has_media_type(request, kFragment)) {
    return refuse(415, "not_fragment", "Send candidates as application/trickle-ice-sdpfrag.");
  }
  const std::string_view match = request.header("if-match");
  if (match.empty()) return refuse(428, "if_match", "Send If-Match with the session's ETag.");
  Result<sdp::IceFragment, sdp::Refusal> fragment = sdp::parse_ice_fragment(request.body);
  if (!fragment) return refuse(fragment.error().status, fragment.error().code, fragment.error().message);
  // Trickled candidates come with the credentials that the session has; new ones ask for a restart (RFC 9725 §4.3).
  const bool restart = fragment->credentials.has_value() && *fragment->credentials != session.remote_ice;
  if (match != session.etag && !(restart && match == "*")) {
    return refuse(412, "etag", "The session has another ETag by now.");
  }
  HttpResponse response{.status = 204};
  add_cors(response);
  if (!restart) return response;  // a lite agent learns candidates from their checks
  session.local_ice = ice::make_credentials(random_);
  session.remote_ice = *fragment->credentials;
  session.etag = "\"" + random_.token(16) + "\"";
  plane_.post(io::RestartIce{session.peer, session.local_ice, session.remote_ice});
  response.status = 200;
  response.content_type = kFragment;
  response.headers.emplace_back("ETag", session.etag);
  const std::size_t shard = io::home_of(session.peer);
  response.body = sdp::write_ice_fragment({.ice = session.local_ice,
                                           .fingerprint = plane_.fingerprint(),
                                           .candidates = plane_.candidates(shard),
                                           .tcp_candidates = plane_.tcp_candidates(shard),
                                           .cname = {}},
                                          fragment->mid.empty() ? "0" : fragment->mid);
  return response;
}

void MediaSessions::carry(MediaSession& session, std::size_t slot, TrackId track) {
  const auto found = session.carried.find(slot);
  if (found != session.carried.end() && found->second == track) return;
  if (found == session.carried.end() && track == kNoTrack) return;
  session.carried[slot] = track;
  plane_.post(io::SetSlot{.peer = session.peer, .slot = slot, .track = track});
}

std::optional<MediaSession> MediaSessions::close(PeerId peer, bool tell_shard) {
  const auto found = sessions_.find(peer);
  if (found == sessions_.end()) return std::nullopt;
  if (tell_shard) plane_.post(io::RemovePeer{peer});
  plane_.end_peer(peer);
  MediaSession session = std::move(found->second);
  if (!session.connected) --half_open_;
  by_id_.erase(session.id);
  sessions_.erase(found);
  return session;
}

MediaSession* MediaSessions::find(PeerId peer) {
  const auto found = sessions_.find(peer);
  return found == sessions_.end() ? nullptr : &found->second;
}

MediaSession* MediaSessions::uplink_of(const std::string& room, const std::string& participant) {
  for (auto& [peer, session] : sessions_) {
    if (session.use == SessionUse::uplink && session.room == room && session.participant == participant) {
      return &session;
    }
  }
  return nullptr;
}

void MediaSessions::set_connected(PeerId peer) {
  MediaSession* session = find(peer);
  if (session == nullptr || session->connected) return;
  session->connected = true;
  --half_open_;
}

std::size_t MediaSessions::viewers(const std::string& room) const {
  return static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second.use == SessionUse::viewer && entry.second.connected && entry.second.room == room;
  }));
}

}  // namespace plenary::server
