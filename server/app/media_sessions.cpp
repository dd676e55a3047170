#include "server/app/media_sessions.h"

#include <algorithm>

#include "media/base/check.h"

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

// RFC 9110 §13.1.1: one of several, compared strongly; no tag of ours has a comma.
bool lists_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == tag) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

// Both sides know the other's description: the shard may expect the peer.
void begin(MediaPlane& plane, MediaSession& session, sdp::Negotiated negotiated, const std::string& cname) {
  session.remote_ice = negotiated.remote_ice;
  for (std::size_t i = 0; i < negotiated.media.size(); ++i) {
    (negotiated.media[i].kind == MediaKind::audio ? session.audio_slots : session.video_slots).push_back(i);
  }
  session.seat.audio_slots = session.audio_slots.size();
  session.seat.video_slots = session.video_slots.size();
  plane.post(
      io::AddPeer{.peer = session.peer,
                  .use = sends(session.use) ? io::PeerUse::speaker : io::PeerUse::viewer,
                  .local_ice = session.local_ice,
                  .negotiated = std::move(negotiated),
                  .cname = cname,
                  .keeps_pictures = session.use == SessionUse::return_page || session.use == SessionUse::preview});
}

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

HttpResponse whep_description() {
  HttpResponse response{.content_type = kSdp};
  add_cors(response);
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
  HttpResponse response = problem(status, code, message);
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  return response;
}

HttpResponse MediaSessions::refuse_too_often() {
  ++too_often_;
  HttpResponse response = refuse(429, "too_often", "You ask too often; try again in a second.");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::optional<HttpResponse> MediaSessions::refuse_open(const HttpRequest& request, Instant now) {
  const std::optional<std::string_view> bearer = request.bearer();
  // From this machine come a proxy that names nobody, and load generators.
  const bool counts = bearer || !request.is_local();
  if (counts && !posts_.allow(bearer ? "token " + std::string(*bearer) : request.network(), now)) {
    return refuse_too_often();
  }
  if (!has_media_type(request, kSdp)) return refuse(415, "not_sdp", "Send the offer as application/sdp.");
  // The caller has checked the token, if there is one.
  const std::size_t most = bearer ? kMaxHalfOpen : kMaxHalfOpen - kHalfOpenForTokens;
  if (half_open_ >= most || sessions_.size() >= kMaxSessions) {
    return refuse(503, "busy", "Too many connections are being set up; try again in two seconds.");
  }
  if (!bearer || half_open_ < kHalfOpenForOne) return std::nullopt;
  const auto own = std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return !entry.second.connected && entry.second.bearer == *bearer;
  });
  if (static_cast<std::size_t>(own) >= kHalfOpenForOne) return refuse_too_often();
  return std::nullopt;
}

std::optional<HttpResponse> MediaSessions::refuse_for_want(std::optional<std::size_t> shard, bool needed) {
  const bool no_memory = memory_ == Memory::exhausted || (memory_ == Memory::tight && !needed);
  if (!no_memory && (shard || needed)) return std::nullopt;
  ++(no_memory ? no_memory_ : overloaded_);
  ++refused_;
  HttpResponse response =
      no_memory ? problem(503, "no_memory", "The server has no memory for more people; try again in half a minute.")
                : problem(503, "overloaded", "The server has no room for more viewers; try again in half a minute.");
  response.headers.emplace_back("Retry-After", kWantRetryAfter);
  return response;
}

MediaSessions::Opened MediaSessions::open(const HttpRequest& request, const std::string& room, std::size_t home,
                                          SessionUse use, const std::string& h264_profile_level_id, Instant now,
                                          bool needed) {
  if (auto refusal = refuse_open(request, now)) return {nullptr, *std::move(refusal)};
  const bool anywhere = use == SessionUse::viewer;
  const std::optional<std::size_t> chosen = anywhere ? plane_.placement().choose(home) : std::optional(home);
  if (auto refusal = refuse_for_want(chosen, needed || !anywhere)) return {nullptr, *std::move(refusal)};
  const std::size_t shard = chosen.value_or(home);
  sdp::LocalParameters local{.ice = ice::make_credentials(random_),
                             .fingerprint = plane_.fingerprint(),
                             .candidates = plane_.candidates(shard),
                             .tcp_candidates = plane_.tcp_candidates(shard),
                             .cname = random_.token(16),
                             .h264_profile_level_id = h264_profile_level_id};
  Result<sdp::Negotiated, sdp::Refusal> negotiated =
      sends(use) ? sdp::answer_speaker(request.body, local, random_) : sdp::answer_viewer(request.body, local, random_);
  const bool offers_instead = !negotiated && negotiated.error().status == 406 && use == SessionUse::viewer;
  if (!negotiated && !offers_instead) {
    const sdp::Refusal& refusal = negotiated.error();
    return {nullptr, refuse(refusal.status, refusal.code, refusal.message)};
  }
  MediaSession session{.id = random_.token(kSessionIdLength),
                       .room = room,
                       .use = use,
                       .peer = plane_.new_peer(shard),
                       .bearer = std::string(request.bearer().value_or("")),
                       .etag = "\"" + random_.token(16) + "\"",
                       .local_ice = local.ice};
  if (offers_instead) return offer_instead(request, std::move(session), std::move(local), now);
  too_many_layers_ += std::ranges::any_of(negotiated->media, [](const auto& one) { return one.layers_left_out > 0; });
  HttpResponse response{.status = 201, .content_type = kSdp, .body = negotiated->answer};
  begin(plane_, session, *std::move(negotiated), local.cname);
  return add(std::move(session), std::move(response));
}

MediaSessions::Opened MediaSessions::offer_instead(const HttpRequest& request, MediaSession session,
                                                   sdp::LocalParameters local, Instant now) {
  Result<sdp::CounterOffer, sdp::Refusal> offer = sdp::write_counter_offer(request.body, local, random_);
  PLENARY_CHECK(offer.ok());  // it has been read before
  ++refused_;
  HttpResponse response{.status = 406, .content_type = kSdp, .body = offer->text};
  session.awaited = AwaitedAnswer{.offer = *std::move(offer), .local = std::move(local)};
  awaiting_.emplace_back(now + kAnswerWithin, session.peer);
  return add(std::move(session), std::move(response));
}

MediaSessions::Opened MediaSessions::add(MediaSession session, HttpResponse response) {
  add_cors(response);
  response.headers.emplace_back("Location", "/session/" + session.id);
  response.headers.emplace_back("ETag", session.etag);
  ++half_open_;
  by_id_[session.id] = session.peer;
  const PeerId peer = session.peer;
  return {&sessions_.emplace(peer, std::move(session)).first->second, std::move(response)};
}

void MediaSessions::handle_timeout(Instant now) {
  for (; !awaiting_.empty() && awaiting_.front().first <= now; awaiting_.pop_front()) {
    const MediaSession* session = find(awaiting_.front().second);
    if (session != nullptr && session->awaited) close(session->peer, false);
  }
}

std::optional<Instant> MediaSessions::next_timeout() const {
  if (awaiting_.empty()) return std::nullopt;
  return awaiting_.front().first;
}

MediaSessions::Handled MediaSessions::handle(const HttpRequest& request, const std::string& id, Instant now) {
  if (request.method == "OPTIONS") return {.response = endpoint_options()};
  const auto found = by_id_.find(id);
  MediaSession* session = found == by_id_.end() ? nullptr : this->find(found->second);
  const bool theirs = session != nullptr && session->bearer == request.bearer().value_or("");
  if (!theirs && !request.is_local() && !misses_.allow(request.network(), now)) return {.response = refuse_too_often()};
  if (session == nullptr) {
    return {.response = refuse(404, "no_session", "This media session does not exist or has ended.")};
  }
  if (!theirs) return {.response = refuse(401, "wrong_token", "Send the token that the session was opened with.")};
  HttpResponse done{.status = request.method == "GET" ? 204 : 200};
  add_cors(done);
  if (request.method == "GET") return {.response = std::move(done)};
  if (request.method == "DELETE") return {.response = std::move(done), .ended = close(session->peer, true)};
  if (request.method != "PATCH") return {.response = refuse(405, "method", "A session takes PATCH and DELETE.")};
  if (!session->patches.allow(kPatchRate, now)) return {.response = refuse_too_often()};
  if (!session->awaited) return {.response = patch(request, *session)};
  HttpResponse response = take_answer(request, *session);
  return {.response = std::move(response), .answered = session->awaited ? nullptr : session};
}

HttpResponse MediaSessions::take_answer(const HttpRequest& request, MediaSession& session) {
  if (!has_media_type(request, kSdp)) {
    return refuse(422, "not_answered", "Answer the offer first, as application/sdp.");
  }
  Result<sdp::Negotiated, sdp::Refusal> negotiated =
      sdp::take_answer(request.body, session.awaited->offer, session.awaited->local, random_);
  if (!negotiated) return refuse(negotiated.error().status, negotiated.error().code, negotiated.error().message);
  begin(plane_, session, *std::move(negotiated), session.awaited->local.cname);
  session.awaited.reset();
  HttpResponse response{.status = 204};
  add_cors(response);
  return response;
}

HttpResponse MediaSessions::patch(const HttpRequest& request, MediaSession& session) {
  if (!has_media_type(request, kFragment)) {
    return refuse(415, "not_fragment", "Send candidates as application/trickle-ice-sdpfrag.");
  }
  const std::string_view match = request.header("if-match");
  if (match.empty()) return refuse(428, "if_match", "Send If-Match with the session's ETag.");
  Result<sdp::IceFragment, sdp::Refusal> fragment = sdp::parse_ice_fragment(request.body);
  if (!fragment) return refuse(fragment.error().status, fragment.error().code, fragment.error().message);
  // RFC 9725 §4.3.3 shows the star in quotes, which no tag of ours is; RFC 9110 §13.1.1 has it without.
  const bool any = match == "*" || match == "\"*\"";
  if (!any && !lists_tag(match, session.etag)) return refuse(412, "etag", "The session has another ETag by now.");
  // Trickled candidates come with the credentials that the session has; new ones ask for a restart (RFC 9725 §4.3).
  if (!fragment->credentials || *fragment->credentials == session.remote_ice) {
    // A restart whose answer was lost is asked for again.
    if (any && fragment->credentials && !session.former_ice.empty()) return fragment_of(session, fragment->mid);
    HttpResponse response{.status = 204};
    add_cors(response);
    return response;  // a lite agent learns candidates from their checks
  }
  if (std::ranges::find(session.former_ice, *fragment->credentials) != session.former_ice.end()) {
    return refuse(412, "overtaken", "A later restart came before this request.");
  }
  session.former_ice.push_back(std::move(session.remote_ice));
  if (session.former_ice.size() > kMaxFormerIce) session.former_ice.pop_front();
  session.local_ice = ice::make_credentials(random_);
  session.remote_ice = *fragment->credentials;
  session.etag = "\"" + random_.token(16) + "\"";
  plane_.post(io::RestartIce{session.peer, session.local_ice, session.remote_ice});
  return fragment_of(session, fragment->mid);
}

HttpResponse MediaSessions::fragment_of(const MediaSession& session, std::string_view mid) {
  HttpResponse response{.status = 200, .content_type = kFragment};
  add_cors(response);
  response.headers.emplace_back("ETag", session.etag);
  const std::size_t shard = io::home_of(session.peer);
  response.body = sdp::write_ice_fragment({.ice = session.local_ice,
                                           .fingerprint = plane_.fingerprint(),
                                           .candidates = plane_.candidates(shard),
                                           .tcp_candidates = plane_.tcp_candidates(shard),
                                           .cname = {}},
                                          mid.empty() ? "0" : mid);
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
