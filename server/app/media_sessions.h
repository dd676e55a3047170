// WHIP (RFC 9725) and WHEP sessions: what a POST makes, a PATCH restarts and a DELETE ends. Each is a peer on a shard.
// Which slot of a viewer carries which track is decided by routing/slots.h and carried out here.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/sdp/counter_offer.h"
#include "server/app/media_plane.h"
#include "server/app/memory_watch.h"
#include "server/app/request_rates.h"
#include "server/http/http_server.h"
#include "server/routing/slots.h"
#include "signaling/protocol/desk.h"

namespace plenary::server {

enum class SessionUse : std::uint8_t {
  viewer,       // the room, by the table
  return_page,  // the return, for the room's own screen
  preview,      // one speaker in standby
  uplink,       // a participant's camera and microphone
  check,        // the same, measured before they ask for the floor and heard by nobody
};

// Our offer to a player whose own could not be served, until its answer comes (draft-ietf-wish-whep).
struct AwaitedAnswer {
  sdp::CounterOffer offer;
  sdp::LocalParameters local;
};

struct MediaSession {
  std::string id;  // 190 random bits, in the Location
  std::string room;
  SessionUse use = SessionUse::viewer;
  PeerId peer{};
  std::string bearer;    // what the POST carried; later requests must carry the same
  std::string token_id;  // of the join token behind it; empty: none
  std::string etag;
  ice::Credentials local_ice;
  ice::Credentials remote_ice;
  std::deque<ice::Credentials> former_ice;  // of the peer before its restarts; the newest last
  Asked patches;
  std::optional<AwaitedAnswer> awaited;  // no shard knows the peer before it has come
  bool connected = false;
  signaling::Role role = signaling::Role::observer;
  bool registered = false;  // opened with a token; without one: a plain player, or an anonymous page
  // viewers
  ViewerSeat seat;
  std::string preview_of;                // request
  std::vector<std::size_t> audio_slots;  // m-line indices
  std::vector<std::size_t> video_slots;
  SlotPlan plan;
  std::map<std::size_t, TrackId> carried;  // what each m-line has now
  // uplinks and checks
  std::optional<signaling::PageId> page;
  std::string participant;
  std::optional<Codec> video;  // as it arrives
  bool audio = false;
};

constexpr std::size_t kMaxHalfOpen = 200;  // POSTs whose peer never came; the shard frees each after 30 s
// Of them, for who has a token: strangers without one can not keep speakers and the return out.
constexpr std::size_t kHalfOpenForTokens = 50;
// Of them, for one token: who has one can not keep all others out. Displays of a hall may share one.
constexpr std::size_t kHalfOpenForOne = 100;
constexpr std::size_t kMaxSessions = 10'000;
// A PATCH that was overtaken by so many restarts is no longer told from a new one.
constexpr std::size_t kMaxFormerIce = 8;
constexpr std::string_view kWantRetryAfter = "30";            // seconds: neither load nor memory is gone sooner
constexpr Duration kAnswerWithin = std::chrono::seconds(30);  // of a counter-offer; WHEP's default
// POSTs of one token, or of one network without any: plain players, since pages have tokens of their own.
constexpr Rate kPostRate{.per_second = 20, .burst = 400};
// PATCHes of one session: players that send each candidate by itself send some tens at once.
constexpr Rate kPatchRate{.per_second = 5, .burst = 50};
// Requests of one network to sessions that are not theirs or not there: a hall's pages look for theirs after a restart.
constexpr Rate kMissRate{.per_second = 50, .burst = 2'000};

class MediaSessions {
 public:
  MediaSessions(MediaPlane& plane, RandomSource& random) : plane_(plane), random_(random) {}

  struct Opened {
    MediaSession* session = nullptr;
    HttpResponse response;
  };
  // Answers the offer of somebody of the room whose shard is `home`: viewers of the room may be on any, all others are
  // there. On refusal `session` is null. The caller fills in seat and slots, then calls show().
  // A viewer whose offer has no codec of ours gets 406 with our offer; its session waits for the answer.
  // `needed`: who runs the meeting or speaks in it; they come in when viewers do not any more.
  Opened open(const HttpRequest& request, const std::string& room, std::size_t home, SessionUse use,
              const std::string& h264_profile_level_id, Instant now, bool needed = false);
  struct Handled {
    HttpResponse response;
    std::optional<MediaSession> ended;  // by DELETE
    MediaSession* answered = nullptr;   // the awaited answer came: show() it what it shall carry
  };
  // PATCH, DELETE, GET, OPTIONS on a session's URL.
  Handled handle(const HttpRequest& request, const std::string& id, Instant now);
  // Counter-offers that nobody answered end.
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // Sends the difference between what the slots carry and the plan. `resolve` turns a track's name into its number.
  template <class Resolve>
  void show(MediaSession& session, const SlotPlan& plan, Resolve&& resolve);

  std::optional<MediaSession> close(PeerId peer, bool tell_shard);
  MediaSession* find(PeerId peer);
  MediaSession* uplink_of(const std::string& room, const std::string& participant);
  void set_connected(PeerId peer);
  template <class Visit>
  void for_each(const std::string& room, Visit&& visit) {
    for (auto& [peer, session] : sessions_) {
      if (session.room == room) visit(session);
    }
  }
  void set_memory(Memory memory) { memory_ = memory; }
  [[nodiscard]] Memory memory() const { return memory_; }
  [[nodiscard]] std::size_t viewers(const std::string& room) const;
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  [[nodiscard]] std::size_t half_open() const { return half_open_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t too_often() const { return too_often_; }
  [[nodiscard]] std::uint64_t overloaded() const { return overloaded_; }  // refused for no shard keeps up
  [[nodiscard]] std::uint64_t no_memory() const { return no_memory_; }    // refused for memory
  // Offers with more layers than sdp::kMaxSpeakerLayers.
  [[nodiscard]] std::uint64_t too_many_layers() const { return too_many_layers_; }

 private:
  HttpResponse refuse(int status, std::string_view code, std::string_view message);
  HttpResponse refuse_too_often();
  std::optional<HttpResponse> refuse_for_want(std::optional<std::size_t> shard, bool needed);
  std::optional<HttpResponse> refuse_open(const HttpRequest& request, Instant now);
  Opened offer_instead(const HttpRequest& request, MediaSession session, sdp::LocalParameters local, Instant now);
  Opened add(MediaSession session, HttpResponse response);
  HttpResponse take_answer(const HttpRequest& request, MediaSession& session);
  HttpResponse patch(const HttpRequest& request, MediaSession& session);
  HttpResponse fragment_of(const MediaSession& session, std::string_view mid);
  void carry(MediaSession& session, std::size_t slot, TrackId track);

  MediaPlane& plane_;
  RandomSource& random_;
  std::map<PeerId, MediaSession> sessions_;
  std::map<std::string, PeerId> by_id_;
  std::deque<std::pair<Instant, PeerId>> awaiting_;  // answers, by when
  AskedBy posts_{kPostRate};
  AskedBy misses_{kMissRate};
  std::size_t half_open_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t too_often_ = 0;
  Memory memory_ = Memory::ample;
  std::uint64_t overloaded_ = 0;
  std::uint64_t no_memory_ = 0;
  std::uint64_t too_many_layers_ = 0;
};

// Headers that every answer of an endpoint or session carries, so that players on other origins work.
void add_cors(HttpResponse& response);
HttpResponse endpoint_options();
HttpResponse problem(int status, std::string_view code, std::string_view detail);
// What a WHEP endpoint is known by: GET and HEAD say what it takes.
HttpResponse whep_description();
// GET and OPTIONS on an endpoint, and what it does not take; nothing for POST.
std::optional<HttpResponse> endpoint_answer(const HttpRequest& request);

template <class Resolve>
void MediaSessions::show(MediaSession& session, const SlotPlan& plan, Resolve&& resolve) {
  if (session.awaited) return;
  session.plan = plan;
  for (std::size_t i = 0; i < session.audio_slots.size(); ++i) {
    carry(session, session.audio_slots[i], resolve(plan.audio[i]));
  }
  for (std::size_t i = 0; i < session.video_slots.size(); ++i) {
    carry(session, session.video_slots[i], resolve(plan.video[i]));
  }
}

}  // namespace plenary::server
