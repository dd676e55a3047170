#include "server/app/room.h"

#include <algorithm>

#include "media/base/log.h"
#include "media/io/clock.h"
#include "server/app/meeting_rules.h"

namespace plenary::server {
namespace {

using signaling::Role;

signaling::Claims meeting_claims(const Claims& claims) {
  signaling::Claims result{.sub = claims.subject,
                           .name = claims.name,
                           .title = claims.title,
                           .role = signaling::role_from(claims.role).value_or(Role::observer),
                           .room = claims.room.empty() ? claims.meeting : claims.room,
                           .organisation = claims.delegation.empty() ? claims.organisation : claims.delegation,
                           .category = signaling::category_from(claims.category).value_or(signaling::Category::none),
                           .country = claims.country,
                           .rank = static_cast<std::int32_t>(claims.rank),
                           .where = signaling::where_from(claims.where),
                           .token_id = claims.token_id};
  if (claims.expires) result.exp = *claims.expires;
  return result;
}

ShownTo shown_to(signaling::MeetingState state) {
  if (state == signaling::MeetingState::live) return ShownTo::everybody;
  return state == signaling::MeetingState::rehearsal ? ShownTo::called : ShownTo::staff;
}

// Goes on hearing while the meeting is in rehearsal or suspended.
bool works_in_room(Role role) { return role != Role::observer && role != Role::participant; }

bool may_preview(Role role) {
  return role == Role::moderator || role == Role::technician || role == Role::chair || role == Role::admin;
}

}  // namespace

Room::Room(const RoomConfig& config, RoomServices services)
    : config_(config), services_(services), media_(config, services.plane, services.room_program) {}

Result<std::unique_ptr<Room>> Room::open(const RoomConfig& config, RoomServices services, Now now) {
  std::unique_ptr<Room> room(new Room(config, services));
  const TokenSigner& signer = services.signer;
  Links& links = services.links;
  auto check = [&signer, &links, &config](std::string_view token) -> Result<signaling::Claims> {
    // The wall clock is read here because tokens expire by it; nothing else in a meeting depends on it.
    const auto wall = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    Result<Claims> claims = signer.verify(token, wall);
    if (!claims) return claims.error();
    if (!claims->admits_to_room(config.id)) return Error{"wrong_room", "This link is for another room."};
    if (links.is_revoked(claims->token_id)) return Error{"revoked", signaling::revoked_refusal().sentence};
    links.see(*claims);
    return meeting_claims(*claims);
  };
  signaling::DeskConfig desk{.rules = rules_of(config),
                             .anonymous_may_watch = services.config.auth.anonymous == Anonymous::watch};
  if (const TurnServers* turn = services.turn) {
    desk.ice_servers = [turn](signaling::ParticipantId participant, WallTime now) {
      return turn->ice_servers(signaling::to_text(participant), now);
    };
  }
  auto history = load_history(services.journal, desk.rules);
  if (!history) return history.error();
  room->snapshot_seq_ = history->from ? history->from->seq : 0;
  auto opened = signaling::Desk::open(std::move(desk), *history, std::move(check), services.random, now);
  if (!opened) return opened.error();
  room->desk_ = std::move(opened).value();
  return room;
}

Result<Room::Identity, HttpResponse> Room::identify(const HttpRequest& request, Now now) const {
  const std::optional<std::string_view> bearer = request.bearer();
  if (!bearer) {
    if (services_.config.auth.anonymous == Anonymous::watch) return Identity{};
    return problem(401, "token_needed", "Send a join token as Authorization: Bearer.");
  }
  if (const auto page = desk_->find_media(*bearer)) {
    return Identity{.participant = signaling::to_text(page->participant),
                    .role = page->role,
                    .language = page->language,
                    .registered = page->registered,
                    .id = page->participant,
                    .page = page->page,
                    .token_id = page->token_id};
  }
  Result<Claims> claims = services_.signer.verify(*bearer, now.wall);
  if (!claims) return problem(401, claims.error().code, claims.error().message);
  if (!claims->admits_to_room(config_.id)) return problem(403, "wrong_room", "This token is for another room.");
  const bool is_removed = desk_->meeting().state().removed.contains(claims->token_id);
  if (is_removed || services_.links.is_revoked(claims->token_id)) {
    const signaling::Refusal refusal = is_removed ? signaling::removed_refusal() : signaling::revoked_refusal();
    return problem(401, refusal.word, refusal.sentence);
  }
  services_.links.see(*claims);
  return Identity{.role = meeting_claims(*claims).role,
                  .registered = true,
                  .token_id = claims->token_id,
                  .everywhere = claims->room == "*" || claims->meeting == "*"};
}

Result<Asker, HttpResponse> Room::asker_of(const HttpRequest& request, Now now) const {
  const Result<Identity, HttpResponse> identity = identify(request, now);
  if (!identity) return identity.error();
  return Asker{identity->role, identity->token_id, identity->everywhere};
}

MediaSessions::Opened Room::open_session(const HttpRequest& request, const Identity& identity, SessionUse use,
                                         const std::string& h264_profile_level_id, Now now) {
  const bool needed =
      works_in_room(identity.role) || (identity.id && desk_->publishing_request(*identity.id) != nullptr);
  auto opened =
      services_.sessions.open(request, config_.id, media_.home(), use, h264_profile_level_id, now.monotonic, needed);
  if (opened.session != nullptr) {
    media_.relay_to(io::home_of(opened.session->peer));
    opened.session->role = identity.role;
    opened.session->registered = identity.registered;
    opened.session->token_id = identity.token_id;
    opened.session->participant = identity.participant;
    if (services_.turn != nullptr) {
      const std::string user = identity.participant.empty() ? "guest" : identity.participant;
      for (std::string& link : services_.turn->links(user, now.wall)) {
        opened.response.headers.emplace_back("Link", std::move(link));
      }
    }
  }
  return opened;
}

HttpResponse Room::handle_whep(const HttpRequest& request, std::string_view rest, Now now) {
  constexpr std::string_view kPreview = "preview/";
  const bool preview = rest.starts_with(kPreview);
  if (!rest.empty() && rest != "return" && !preview) return problem(404, "not_found", "There is no such stream.");
  if (request.method == "GET") return whep_description();
  if (auto answer = endpoint_answer(request)) return *std::move(answer);
  Result<Identity, HttpResponse> identity = identify(request, now);
  if (!identity) return identity.error();
  const signaling::Audience audience = desk_->meeting().state().audience;
  if (!signaling::may_attend(identity->role, identity->registered, audience)) {
    const signaling::Refusal refusal = signaling::not_admitted(audience);
    return problem(403, refusal.word, refusal.sentence);
  }
  if (rest == "return") return open_return(request, *identity, now);
  if (preview) return open_preview(request, *identity, rest.substr(kPreview.size()), now);
  return open_viewer(request, *identity, now);
}

HttpResponse Room::open_viewer(const HttpRequest& request, const Identity& identity, Now now) {
  const auto language = request.query.find("language");
  if (language != request.query.end() && !config_.has_channel(language->second)) {
    return problem(400, "no_language", "This room has no channel of that language.");
  }
  auto opened = open_session(request, identity, SessionUse::viewer, media_.h264_profile_level_id(), now);
  if (opened.session == nullptr) return std::move(opened.response);
  ViewerSeat& seat = opened.session->seat;
  seat.participant = identity.participant;
  seat.language = language == request.query.end() ? identity.language : language->second;
  seat.works_here = works_in_room(identity.role);
  show_session(*opened.session);
  status_dirty_ = true;
  return std::move(opened.response);
}

HttpResponse Room::open_return(const HttpRequest& request, const Identity& identity, Now now) {
  if (identity.role != Role::technician && identity.role != Role::admin) {
    return problem(403, "not_allowed", "The return is for the room's technicians.");
  }
  auto opened = open_session(request, identity, SessionUse::return_page, "42e01f", now);
  if (opened.session == nullptr) return std::move(opened.response);
  show_session(*opened.session);
  return std::move(opened.response);
}

HttpResponse Room::open_preview(const HttpRequest& request, const Identity& identity, std::string_view which, Now now) {
  if (!may_preview(identity.role)) return problem(403, "not_allowed", "Previews are for moderators and technicians.");
  const bool known = std::any_of(speakers_.begin(), speakers_.end(),
                                 [&](const auto& speaker) { return signaling::to_text(speaker.request) == which; });
  const auto request_id = signaling::request_from(which);
  if (!known && request_id && desk_->meeting().state().open.contains(*request_id)) {
    HttpResponse response = problem(409, "not_called", "They have not been called yet; try again when they are.");
    response.headers.emplace_back("Retry-After", "2");
    return response;
  }
  if (!known) return problem(404, "not_found", "Nobody of that number is in standby or on the floor.");
  auto opened = open_session(request, identity, SessionUse::preview, "42e01f", now);
  if (opened.session == nullptr) return std::move(opened.response);
  opened.session->preview_of = which;
  show_session(*opened.session);
  return std::move(opened.response);
}

HttpResponse Room::handle_api(const HttpRequest& request, std::string_view rest, Now now) {
  if (request.method != "GET") return problem(405, "method", "Only GET works here.");
  Result<Identity, HttpResponse> identity = identify(request, now);
  if (!identity) return identity.error();
  if (rest == "pictures/room") return answer_still(request, *identity);
  if (!may_preview(identity->role))
    return problem(403, "not_allowed", "This needs a technician's or moderator's token.");
  if (rest == "status") return HttpResponse::json(200, status_json());
  constexpr std::string_view kPictures = "pictures/";
  if (rest.starts_with(kPictures)) return answer_picture(rest.substr(kPictures.size()));
  return problem(404, "not_found", "There is no such resource.");
}

void Room::handle_room_process(Now now) { take(media_.handle_readable(now.monotonic), now); }

void Room::handle_timeout(Now now) {
  take(media_.handle_timeout(now.monotonic), now);
  end_checks(checks_.handle_timeout(now.monotonic));
  desk_->handle_timeout(now);
}

std::optional<Instant> Room::next_timeout() const {
  Instant next = media_.next_timeout();
  if (const auto desk = desk_->next_timeout()) next = std::min(next, *desk);
  if (const auto check = checks_.next_timeout()) next = std::min(next, *check);
  if (status_dirty_) next = std::min(next, status_due_);
  if (pictures_due_) next = std::min(next, *pictures_due_);
  return next;
}

void Room::take(const RoomMediaChange& change, Now now) {
  take_checks(change, now);
  if (change.tracks) viewers_dirty_ = true;
  if (change.channels) viewers_dirty_ = true;
  if (change.status) status_dirty_ = true;
  if (change.returns) desk_->handle_return(media_.return_connected(), now);
  if (change.channels || change.tracks || change.status) {
    const std::set<std::string>& silent = media_.silent_channels();
    desk_->handle_room({media_.picture_is_live(), {silent.begin(), silent.end()}}, now);
  }
  for (const std::string& request : change.decoding) {
    if (const auto id = signaling::request_from(request)) desk_->handle_speaker_decoding(*id, true, now);
  }
  for (const std::string& request : change.on_air) {
    if (const auto id = signaling::request_from(request)) desk_->handle_speaker_on_air(*id, true, now);
  }
  for (const std::string& request : change.off_air) {
    if (const auto id = signaling::request_from(request)) desk_->handle_speaker_on_air(*id, false, now);
  }
  for (const std::string& request : change.not_decoding) {
    if (const auto id = signaling::request_from(request)) desk_->handle_speaker_decoding(*id, false, now);
  }
}

bool Room::handle_track_live(const io::TrackLive& live, Now now) {
  if (!media_.handle_track_live(live)) return false;
  take({.status = true}, now);
  viewers_dirty_ = true;  // a speaker's camera may be on or off
  return true;
}

void Room::handle_uplink(const MediaSession& session, bool flowing, Instant last_packet, Now now) {
  if (session.use == SessionUse::check) return;  // nobody's presence depends on it
  const auto participant = signaling::participant_from(session.participant);
  if (!participant) return;
  if (flowing) {
    desk_->handle_uplink_back(*participant, now);
  } else {
    desk_->handle_uplink_silent(*participant, last_packet, now);
  }
  viewers_dirty_ = true;
}

void Room::handle_session_closed(const MediaSession& session, Now now) {
  status_dirty_ = true;
  if (session.use == SessionUse::check) end_check(session.peer, "closed");
  if (session.use == SessionUse::return_page) handle_screen_closed(session, now);
  if (session.use == SessionUse::uplink && services_.sessions.uplink_of(config_.id, session.participant) == nullptr) {
    handle_uplink(session, false, now.monotonic, now);
  }
}

void Room::handle_session_answered(MediaSession& session) {
  show_session(session);
  status_dirty_ = true;
}

// After a reload the page's last session still lives for a while; the newest is the one that sounds.
void Room::handle_screen_closed(const MediaSession& closed, Now now) {
  bool newer = false;
  bool older = false;
  services_.sessions.for_each(config_.id, [&](const MediaSession& other) {
    if (other.use == SessionUse::return_page) (other.peer > closed.peer ? newer : older) = true;
  });
  if (!newer) take(media_.set_screen_return(older, false), now);
}

template <class Which>
void Room::close_sessions(Which&& which, Now now) {
  std::vector<PeerId> peers;
  services_.sessions.for_each(config_.id, [&](const MediaSession& session) {
    if (which(session)) peers.push_back(session.peer);
  });
  for (const PeerId peer : peers) {
    if (const auto closed = services_.sessions.close(peer, true)) handle_session_closed(*closed, now);
  }
}

void Room::handle_revoked(const std::string& token_id, Now now) {
  close_sessions([&](const MediaSession& session) { return session.token_id == token_id; }, now);
  desk_->handle_revoked(token_id, now);
}

// A plain player that they opened beside the page has their token, but is no participant.
void Room::handle_removed(signaling::ParticipantId participant, Now now) {
  const std::string name = signaling::to_text(participant);
  const auto& removed = desk_->meeting().state().removed;
  const auto is_theirs = [&](const MediaSession& session) {
    return session.participant == name || removed.contains(session.token_id);
  };
  close_sessions(is_theirs, now);
  log(LogLevel::info, "people.removed", {{"room", config_.id}, {"participant", name}});
}

void Room::handle_return_sound(signaling::PageId, bool started, Now now) {
  take(media_.set_screen_return(true, started), now);
}

void Room::settle(Now now) {
  settle_meeting();
  settle_speakers(now);
  if (viewers_dirty_) settle_viewers();
  settle_journal();
  settle_wants();
  settle_pictures(now);
}

void Room::settle_meeting() {
  const signaling::State& state = desk_->meeting().state();
  if (state.state != shown_state_) {
    shown_state_ = state.state;
    viewers_dirty_ = status_dirty_ = true;
  }
  if (state.audience != admitted_) {
    admitted_ = state.audience;
    cut_those_not_admitted();
  }
}

// Participants who publish came with a token and a role, so only those who watch are cut.
void Room::cut_those_not_admitted() {
  std::vector<PeerId> cut;
  services_.sessions.for_each(config_.id, [&](const MediaSession& session) {
    const bool watches = session.use == SessionUse::viewer || session.use == SessionUse::preview;
    if (watches && !signaling::may_attend(session.role, session.registered, admitted_)) cut.push_back(session.peer);
  });
  for (const PeerId peer : cut) services_.sessions.close(peer, true);
  if (!cut.empty()) log(LogLevel::info, "viewers.cut", {{"room", config_.id}, {"viewers", std::to_string(cut.size())}});
  status_dirty_ = status_dirty_ || !cut.empty();
}

void Room::settle_speakers(Now now) {
  std::vector<signaling::Speaker> speakers = desk_->speakers();
  std::vector<SpeakerMedia> wanted;
  for (const signaling::Speaker& speaker : speakers) {
    const MediaSession* uplink = services_.sessions.uplink_of(config_.id, signaling::to_text(speaker.participant));
    if (uplink == nullptr) continue;
    wanted.push_back({.request = signaling::to_text(speaker.request),
                      .name = speaker.name,
                      .peer = uplink->peer,
                      .video = uplink->video,
                      .open = speaker.in_return,
                      .muted = speaker.muted});
  }
  if (wanted != speaker_media_) {
    // A connection that took another's place is not in the return before the room process says so.
    RoomMediaChange replaced;
    for (const SpeakerMedia& before : speaker_media_) {
      const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const SpeakerMedia& media) {
        return media.request == before.request && media.peer == before.peer;
      });
      if (stays) continue;
      replaced.off_air.push_back(before.request);
      replaced.not_decoding.push_back(before.request);
    }
    take(replaced, now);
    media_.set_speakers(wanted);
    speaker_media_ = std::move(wanted);
    viewers_dirty_ = status_dirty_ = true;
  }
  if (speakers != speakers_) {
    speakers_ = std::move(speakers);
    viewers_dirty_ = status_dirty_ = true;
  }
}

void Room::settle_viewers() {
  viewers_dirty_ = false;
  services_.sessions.for_each(config_.id, [&](MediaSession& session) { show_session(session); });
}

void Room::settle_wants() {
  const bool overloaded = services_.plane.placement().worst_shed() != io::Shed::nothing;
  const bool no_memory = services_.sessions.memory() != Memory::ample;
  if (overloaded != overloaded_ || no_memory != no_memory_) status_dirty_ = true;
  overloaded_ = overloaded;
  no_memory_ = no_memory;
}

void Room::settle_journal() {
  const bool failing = services_.journal.failing();
  const bool damaged = services_.journal.damaged();
  if (failing != journal_failing_ || damaged != journal_damaged_) status_dirty_ = true;
  journal_failing_ = failing;
  journal_damaged_ = damaged;
  const signaling::Meeting& meeting = desk_->meeting();
  const std::uint64_t seq = meeting.state().seq;
  if (seq < snapshot_seq_ + kSnapshotEvery) return;
  if (std::optional<std::string> text = meeting.snapshot()) {
    services_.journal.keep_snapshot(config_.id, seq, *std::move(text));
    snapshot_seq_ = seq;
  }
}

void Room::show_session(MediaSession& session) {
  const auto resolve = [&](const std::string& name) { return name.empty() ? kNoTrack : media_.track(name); };
  SlotPlan plan;
  switch (session.use) {
    case SessionUse::uplink:
    case SessionUse::check:
      return;
    case SessionUse::return_page:
      plan.audio[0] = "return/audio";
      plan.video[0] = "return/video";
      break;
    case SessionUse::preview:
      plan.audio[0] = speaker_audio_track(session.preview_of);
      plan.video[0] = speaker_video_track(session.preview_of);
      break;
    case SessionUse::viewer: {
      RoomPicture picture{.mix = config_.mix,
                          .shown = shown_to(shown_state_),
                          .has_clean_channel = media_.track(channel_track("clean")) != kNoTrack,
                          .channels = {config_.languages.begin(), config_.languages.end()},
                          .silent_channels = media_.silent_channels()};
      std::vector<OpenSpeaker> open;
      for (const signaling::Speaker& speaker : speakers_) {
        if (!speaker.in_return || !signaling::needs_return(speaker.where)) continue;
        const std::string participant = signaling::to_text(speaker.participant);
        const MediaSession* uplink = services_.sessions.uplink_of(config_.id, participant);
        open.push_back({.request = signaling::to_text(speaker.request),
                        .participant = participant,
                        .on_air = speaker.to_viewers,
                        .has_video = uplink != nullptr && uplink->video.has_value() &&
                                     media_.speaker_has_picture(signaling::to_text(speaker.request))});
      }
      ViewerSeat seat = session.seat;
      seat.called = is_called(seat.participant);
      plan = plan_slots(picture, open, media_.loudest_speaker(), seat);
      break;
    }
  }
  services_.sessions.show(session, plan, resolve);
}

bool Room::is_called(const std::string& participant) const {
  return std::ranges::any_of(speakers_, [&](const signaling::Speaker& speaker) {
    return signaling::to_text(speaker.participant) == participant;
  });
}

bool Room::sees_room(const Identity& identity) const {
  ViewerSeat seat{.participant = identity.participant};
  seat.works_here = works_in_room(identity.role);
  seat.called = is_called(identity.participant);
  return gets_room(shown_to(desk_->meeting().state().state), seat);
}

void Room::select_channel(const std::string& media_token, const std::string& language) {
  services_.sessions.for_each(config_.id, [&](MediaSession& session) {
    if (session.use != SessionUse::viewer || session.bearer != media_token) return;
    session.seat.language = language;
    show_session(session);
  });
}

}  // namespace plenary::server
