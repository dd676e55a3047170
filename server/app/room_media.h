// One room's media as the control thread sees it: its room process, the tracks that come out of it, the remote speakers
// that go into it, and what it reports. Outlives every process that serves it: tracks keep their numbers, so viewers
// keep their connections and see the slate between two processes.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/app/media_plane.h"
#include "server/app/room_tracks.h"
#include "server/app/speaker_readiness.h"
#include "server/config/config.h"
#include "server/room_link/room_link.h"

namespace plenary::server {

// Somebody remote whose media goes to the room process: in standby, granted, or on air.
struct SpeakerMedia {
  std::string request;
  std::string name;
  PeerId peer{};
  std::optional<Codec> video;  // as it arrives; nothing: no picture yet
  bool open = false;           // unmuted into the return
  bool muted = false;          // by the moderator, while open
  bool operator==(const SpeakerMedia&) const = default;
};

// What changed for the meeting and the viewers; returned, not called back.
struct RoomMediaChange {
  bool tracks = false;                    // a track appeared or got another number
  bool channels = false;                  // a booth fell silent or came back
  bool returns = false;                   // return connected or gone
  bool status = false;                    // anything that a technician sees
  std::vector<std::string> decoding;      // requests
  std::vector<std::string> on_air;        // requests: the return carries them
  std::vector<std::string> not_decoding;  // requests: no more
  std::vector<std::string> off_air;
  std::vector<nlohmann::json> checks;  // reports `check`
  bool process_ended = false;

  void add(RoomMediaChange other);
};

class RoomMedia {
 public:
  // Numbers of speakers' tracks in a feed start here, above those that the room process gives its own.
  static constexpr std::uint16_t kFirstSpeakerTrack = 1'000;

  RoomMedia(const RoomConfig& config, MediaPlane& plane, std::filesystem::path program);

  RoomMediaChange handle_timeout(Instant now);
  RoomMediaChange handle_readable(Instant now);
  [[nodiscard]] Instant next_timeout() const { return link_.next_timeout(); }
  [[nodiscard]] int descriptor() const { return link_.descriptor(); }

  // The shard of its speakers and its room process.
  [[nodiscard]] std::size_t home() const { return home_; }
  // That shard has viewers of this room, from now on.
  void relay_to(std::size_t shard);

  // Shard events that concern this room's tracks; false: not ours.
  bool handle_key_frame_wanted(const io::KeyFrameWanted& wanted);
  bool handle_track_watched(const io::TrackWatched& watched);
  bool handle_track_live(const io::TrackLive& live);
  bool handle_uplink_quality(const io::UplinkQuality& quality);

  // Where the room process takes more than speakers: nothing while it does not run.
  [[nodiscard]] std::optional<FeedId> running_feed() const { return ready_ ? feed_ : std::nullopt; }
  void command(const nlohmann::json& command) { link_.send(command); }
  // The whole set, each time it changes; the difference is commanded.
  void set_speakers(const std::vector<SpeakerMedia>& speakers);
  // Requests whose readiness may have changed since the last call, those that are gone too.
  std::set<std::string> take_readiness_changes() { return std::exchange(readiness_changes_, {}); }
  [[nodiscard]] std::optional<signaling::Readiness> readiness(const std::string& request) const;
  // The return page counts as a return while it is open and its sound has been started.
  RoomMediaChange set_screen_return(bool open, bool sound);

  [[nodiscard]] TrackId track(const std::string& name) const;  // kNoTrack when it does not exist
  // What a viewer's decoder has to take.
  [[nodiscard]] std::string h264_profile_level_id() const { return tracks_.h264_profile_level_id(); }
  [[nodiscard]] bool picture_is_live() const { return picture_live_; }
  [[nodiscard]] bool return_connected() const;
  [[nodiscard]] const std::set<std::string>& silent_channels() const { return silent_channels_; }
  // Their camera sends; false while it is off.
  [[nodiscard]] bool speaker_has_picture(const std::string& request) const;
  [[nodiscard]] std::string loudest_speaker() const;
  // JPEG of a source or return; empty: none yet. `kind` "source" or "return".
  [[nodiscard]] const std::string& picture(const std::string& kind, const std::string& id) const;
  // What is shown of the room in place of a moving picture, as JPEG; empty while its process does not run.
  [[nodiscard]] const std::string& still() const { return picture("room", "still"); }
  // RFC 9110 §8.8.3, another for each that looks different.
  [[nodiscard]] const std::string& still_etag() const { return still_etag_; }
  // `room.status` of signaling/README.md, without viewers and names of speakers.
  [[nodiscard]] nlohmann::json status() const;
  [[nodiscard]] const RoomConfig& config() const { return config_; }
  void ask_to_end() { link_.ask_to_end(); }
  // Of speakers' pictures, in codecs that they do not send: those that run.
  [[nodiscard]] std::uint64_t speaker_encoders() const { return speaker_encoders_; }
  // For metrics: starts of the process, and what it or its link dropped.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const;

 private:
  struct Speaker {
    SpeakerMedia media;
    std::uint16_t audio_track = 0;
    std::uint16_t video_track = 0;
    TrackId audio{};
    TrackId video{};
    std::array<TrackId, sdp::kMaxSpeakerLayers - 1> layers{};  // where their picture comes in several
    std::set<TrackId> pictures;                                // of video and layers: those in which frames arrive
    std::string state;                                         // as reported: "", "decoding", "on_air"
    SpeakerReadiness readiness;
  };

  RoomMediaChange start(Instant now);
  RoomMediaChange handle_report(const nlohmann::json& report);
  void take_tracks(const nlohmann::json& list);
  void take_levels(const nlohmann::json& report);
  void take_picture(const nlohmann::json& report);
  void take_speaker(const nlohmann::json& report, RoomMediaChange& change);
  void take_readiness(const nlohmann::json& report);
  void add_speaker(const SpeakerMedia& media);
  void remove_speaker(const Speaker& speaker);
  void tell_speaker(const Speaker& speaker);
  void tell_muted(const SpeakerMedia& media);
  void tell_air(const SpeakerMedia& media);
  void route_uplink(const Speaker& speaker);

  const RoomConfig& config_;
  MediaPlane& plane_;
  std::size_t home_;
  io::ShardSet relayed_to_ = 0;
  RoomLink link_;
  std::optional<FeedId> feed_;
  bool ready_ = false;
  RoomTracks tracks_;
  std::map<std::string, Speaker> speakers_;  // by request
  std::set<std::string> readiness_changes_;  // requests
  std::uint16_t next_speaker_track_ = 0;
  bool picture_live_ = false;
  bool screen_open_ = false;
  bool screen_sound_ = false;
  std::set<std::string> silent_channels_;
  std::map<std::string, nlohmann::json> sources_;
  std::map<std::string, nlohmann::json> returns_;
  std::map<std::string, double> channel_levels_;
  std::map<std::string, double> source_levels_;
  std::map<std::string, double> return_levels_;
  std::map<std::string, double> speaker_levels_;
  std::map<std::string, std::string> pictures_;  // "source/main" → JPEG
  std::string still_etag_;
  std::map<std::string, std::uint64_t> dropped_ = {
      {"frames", 0}, {"reports", 0}, {"mixer_ticks", 0}, {"speaker_encoders", 0}};  // it says so
  std::uint64_t speaker_encoders_ = 0;
  std::optional<nlohmann::json> fault_;
};

}  // namespace plenary::server
