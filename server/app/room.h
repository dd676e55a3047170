// One room on the control thread: its meeting (signaling::Desk), its media (RoomMedia) and its share of the WHIP and
// WHEP sessions, translated into each other. The meeting's state alone decides who is heard; this compares it with what
// was routed last and makes the difference.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/app/device_checks.h"
#include "server/app/links_api.h"
#include "server/app/media_sessions.h"
#include "server/app/room_media.h"
#include "server/auth/token_signer.h"
#include "server/auth/turn_servers.h"
#include "server/http/http_server.h"
#include "server/journal/journal.h"
#include "signaling/protocol/desk.h"

namespace plenary::server {

// What all rooms share; outlives them.
struct RoomServices {
  MediaPlane& plane;
  MediaSessions& sessions;
  Journal& journal;
  const TokenSigner& signer;
  Links& links;
  RandomSource& random;
  const Config& config;
  const TurnServers* turn;  // null: none
  std::filesystem::path room_program;
};

// Room status reaches the pages at most this often; meters move faster than eyes follow anyway.
constexpr Duration kStatusInterval = std::chrono::milliseconds(500);
// While pictures are left out: as often it is looked whose, for they come, go, and get another shard.
constexpr Duration kPicturesInterval = std::chrono::seconds(1);

class Room {
 public:
  static Result<std::unique_ptr<Room>> open(const RoomConfig& config, RoomServices services, Now now);

  // HTTP below /whep/ROOM, /whip/ROOM and /api/v1/rooms/ROOM; `rest` is what follows.
  HttpResponse handle_whep(const HttpRequest& request, std::string_view rest, Now now);
  HttpResponse handle_whip(const HttpRequest& request, std::string_view rest, Now now);
  HttpResponse handle_api(const HttpRequest& request, std::string_view rest, Now now);

  // The bearer, as their token says; the refusal where it does not work here.
  [[nodiscard]] Result<Asker, HttpResponse> asker_of(const HttpRequest& request, Now now) const;

  signaling::Desk& desk() { return *desk_; }
  const signaling::Desk& desk() const { return *desk_; }
  RoomMedia& media() { return media_; }
  const DeviceChecks& checks() const { return checks_; }
  const RoomConfig& config() const { return config_; }

  void handle_room_process(Now now);  // its descriptor is readable
  void handle_timeout(Now now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // Shard events; false: not of this room.
  bool handle_track_live(const io::TrackLive& live, Now now);
  bool handle_uplink_quality(const io::UplinkQuality& quality) {
    return media_.handle_uplink_quality(quality) || checks_.handle_uplink_quality(quality);
  }
  void handle_uplink_started(const MediaSession& session, MediaKind kind, Now now);
  void handle_uplink(const MediaSession& session, bool flowing, Instant last_packet, Now now);
  void handle_session_closed(const MediaSession& session, Now now);
  void handle_session_answered(MediaSession& session);
  // Closes pages and media of that token.
  void handle_revoked(const std::string& token_id, Now now);
  // Closes media of who was removed; their pages are closed already.
  void handle_removed(signaling::ParticipantId participant, Now now);
  void handle_return_sound(signaling::PageId page, bool started, Now now);

  // Brings media in line with the meeting. Cheap when nothing changed; called once after each turn of the loop.
  void settle(Now now);
  // `room.status`, when it is due, and what the desk tells of readiness.
  void publish_status(Now now);
  void select_channel(const std::string& media_token, const std::string& language);

  [[nodiscard]] std::string summary_json() const;  // an entry of GET /api/v1/rooms

 private:
  struct Identity {
    std::string participant;  // empty: a plain player
    signaling::Role role = signaling::Role::observer;
    std::string language = "floor";
    bool registered = false;  // came with a token
    std::optional<signaling::ParticipantId> id;
    std::optional<signaling::PageId> page;
    std::string token_id;
    bool everywhere = false;  // the token is for all rooms
  };

  Room(const RoomConfig& config, RoomServices services);
  Result<Identity, HttpResponse> identify(const HttpRequest& request, Now now) const;
  MediaSessions::Opened open_session(const HttpRequest& request, const Identity& identity, SessionUse use,
                                     const std::string& h264_profile_level_id, Now now);
  HttpResponse open_uplink(const HttpRequest& request, const Identity& identity, Now now);
  HttpResponse open_check(const HttpRequest& request, const Identity& identity, Now now);
  void take_checks(const RoomMediaChange& change, Now now);
  void end_check(PeerId peer, std::string_view code);
  void end_checks(const std::vector<DeviceChecks::Ended>& ended);
  HttpResponse open_viewer(const HttpRequest& request, const Identity& identity, Now now);
  HttpResponse open_return(const HttpRequest& request, const Identity& identity, Now now);
  HttpResponse open_preview(const HttpRequest& request, const Identity& identity, std::string_view which, Now now);
  template <class Which>
  void close_sessions(Which&& which, Now now);
  void take(const RoomMediaChange& change, Now now);
  void handle_screen_closed(const MediaSession& closed, Now now);
  void settle_meeting();
  void cut_those_not_admitted();
  void settle_speakers(Now now);
  void settle_viewers();
  void settle_journal();
  void settle_wants();
  void settle_pictures(Now now);
  void show_session(MediaSession& session);
  [[nodiscard]] std::string status_json() const;
  [[nodiscard]] bool sees_room(const Identity& identity) const;
  [[nodiscard]] bool is_called(const std::string& participant) const;
  [[nodiscard]] HttpResponse answer_still(const HttpRequest& request, const Identity& identity) const;
  [[nodiscard]] HttpResponse answer_picture(std::string_view name) const;

  const RoomConfig& config_;
  RoomServices services_;
  RoomMedia media_;
  DeviceChecks checks_;
  std::unique_ptr<signaling::Desk> desk_;
  signaling::MeetingState shown_state_ = signaling::MeetingState::live;  // as routed last
  signaling::Audience admitted_ = signaling::Audience::everyone;
  std::vector<signaling::Speaker> speakers_;  // as routed last
  std::vector<SpeakerMedia> speaker_media_;
  bool journal_failing_ = false;  // these as the status says
  bool journal_damaged_ = false;
  bool overloaded_ = false;
  bool no_memory_ = false;
  std::uint64_t snapshot_seq_ = 0;  // of the last event in the last snapshot
  bool viewers_dirty_ = true;
  bool status_dirty_ = true;
  Instant status_due_{};
  std::optional<Instant> pictures_due_;  // while some people are told that they get none
};

}  // namespace plenary::server
