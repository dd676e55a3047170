// Everything about remote speakers in one room: their ways in, the mixer, the return's ways out, and the tracks that
// carry them (return, programme, minus).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "media/room/command.h"
#include "media/room/frame_writer.h"
#include "media/room/mixer.h"
#include "media/room/on_demand_video.h"
#include "media/room/reporter.h"
#include "media/room/return_sink.h"
#include "media/room/sound_track.h"
#include "media/room/speaker.h"
#include "media/room/speaker_codecs.h"
#include "media/room/track_list.h"
#include "media/room/video_layers.h"
#include "media/room/video_track.h"

namespace plenary::room {

class SpeakerDesk {
 public:
  // On air and in standby; more are refused with a fault.
  static constexpr std::size_t kMaxSpeakers = 16;
  static constexpr Duration kReadinessInterval = std::chrono::seconds(1);  // a verdict is for reading, not a meter

  struct Settings {
    Mix mix = Mix::desk;
    std::vector<ReturnConfig> returns;
    Picture slate;
    std::vector<VideoFormat> layers;  // of the programme, as of the room's picture
    std::string profile_level_id;     // of our encodings
    SoundTrack* floor = nullptr;      // gets the mix with `mix = "server"`
  };

  SpeakerDesk(Settings settings, TrackList& tracks, FrameWriter& writer, Reporter& reporter);
  ~SpeakerDesk();
  SpeakerDesk(const SpeakerDesk&) = delete;
  SpeakerDesk& operator=(const SpeakerDesk&) = delete;

  // Starts the returns; after `ready`, so that reports come in order.
  void start();

  // Main loop only.
  void add(const SpeakerAdd& command);
  void remove(const std::string& speaker);
  void set_air(const std::string& speaker, bool on);
  void set_muted(const std::string& speaker, bool muted);
  void want(std::uint16_t track, bool wanted);
  void request_key_frame(std::uint16_t track);
  void on_frame(const rtp::Frame& frame);
  void handle_timeout(Instant now);
  void add_levels(Levels& levels);
  [[nodiscard]] Picture return_picture(Instant now) const { return mixer_->return_picture(now); }

  // Sources' threads.
  void push_room_sound(const SoundFrame& frame) { mixer_->push_room_sound(frame); }
  void push_room_picture(const Picture& picture);
  [[nodiscard]] bool programme_wanted() const { return programme_.wanted(); }

 private:
  [[nodiscard]] bool known(const std::string& speaker);
  void update_return();
  [[nodiscard]] bool anybody_connected() const;
  void on_return_sound(const SoundFrame& frame, double db);
  void on_return_unit(const AccessUnit& unit);
  void on_minus_sound(const std::string& speaker, const SoundFrame& frame, double db);
  void on_speaker_state(const std::string& speaker, std::string_view state);
  void start_return(const ReturnConfig& config);
  void report_readiness();
  Speaker::Outputs outputs_of(const SpeakerAdd& command);

  Settings settings_;
  TrackList& tracks_;
  FrameWriter& writer_;
  Reporter& reporter_;
  VideoTrack return_video_;
  SoundTrack return_sound_;
  std::atomic<bool> return_video_wanted_{false};
  std::atomic<bool> return_waits_for_key_frame_{true};  // a new viewer's decoder starts with one
  std::atomic<bool> return_sound_wanted_{false};
  std::mutex minus_mutex_;
  std::map<std::string, std::unique_ptr<SoundTrack>> minus_;  // guarded by minus_mutex_
  std::mutex sinks_mutex_;                                    // guards the list while it is filled
  std::vector<std::unique_ptr<ReturnSink>> sinks_;
  OnDemandVideo return_;
  VideoLayers programme_;
  SpeakerCodecs codecs_;
  std::map<std::string, std::unique_ptr<Speaker>> speakers_;
  Instant next_readiness_{};
  std::unique_ptr<Mixer> mixer_;  // its thread uses what stands above
};

}  // namespace plenary::room
