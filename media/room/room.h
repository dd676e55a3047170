// A room: wires sources, channels, tracks, speakers and returns together. Commands come from the main loop; media comes
// from the sources' threads and is passed on without waiting.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/room/channel.h"
#include "media/room/check_desk.h"
#include "media/room/command.h"
#include "media/room/frame_writer.h"
#include "media/room/preview.h"
#include "media/room/reporter.h"
#include "media/room/room_video.h"
#include "media/room/sound_track.h"
#include "media/room/source.h"
#include "media/room/speaker_desk.h"
#include "media/room/track_list.h"
#include "media/rtp/frame.h"

namespace plenary::room {

class Room final : public SourceSink {
 public:
  Room(FrameWriter& writer, Reporter& reporter) : writer_(writer), reporter_(reporter), tracks_(reporter) {}
  ~Room() override;

  // Main loop only.
  void handle(const Command& command);
  void on_speaker_frame(const rtp::Frame& frame);
  void tick(Instant now);
  [[nodiscard]] bool ended() const { return ended_; }

  // Sources' threads.
  void on_picture(const std::string& source, const Picture& picture, bool passing) override;
  void on_access_unit(const std::string& source, const AccessUnit& unit) override;
  void on_sound(const std::string& source, int track, Instant captured, SoundValues values) override;
  void on_status(const std::string& source, const SourceStatus& status) override;
  bool wants_pictures(const std::string& source) override;

 private:
  struct Route {  // one channel's part of a source
    Channel* channel = nullptr;
    SoundPick pick;
  };
  struct Input {  // one source; routes and rank do not change while it runs
    SourceConfig config;
    int rank = 0;  // 0 the source itself, 1 … its backups
    bool shows = false;
    std::vector<Route> routes;
    std::mutex mutex;
    LevelMeter meter;                // guarded by mutex
    std::optional<Picture> latest;   // guarded by mutex
    std::unique_ptr<Source> source;  // last: its threads use what stands above
  };

  void handle_command(const Configure& command);
  void handle_command(const KeyFrame& command);
  void handle_command(const Want& command);
  void handle_command(const SpeakerAdd& command);
  void handle_command(const SpeakerAir& command);
  void handle_command(const SpeakerMute& command);
  void handle_command(const SpeakerRemove& command);
  void handle_command(const CheckAdd& command);
  void handle_command(const CheckRemove& command);
  void handle_command(const Stop& command);

  void make_tracks();
  void make_video();
  void make_desk();
  void write_slate();
  void make_channels();
  void make_channel(const std::string& name);
  void make_inputs();
  void start_inputs();
  void report_levels(Instant now);
  void report_next_picture(Instant now);
  // What viewers are shown in place of a moving picture: the room's, or the slate where nothing comes.
  Picture still();
  Input* find_input(const std::string& id);

  FrameWriter& writer_;
  Reporter& reporter_;
  Configure config_;
  bool configured_ = false;
  std::atomic<bool> ended_{false};
  TrackList tracks_;
  Picture slate_;
  std::vector<ByteVector> slate_key_frames_;       // of each layer, as below
  std::vector<std::uint16_t> slate_video_tracks_;  // the best layer's first
  std::uint16_t slate_vp8_track_ = 0;
  std::uint16_t slate_audio_track_ = 0;
  std::string encoded_profile_;
  std::unique_ptr<Preview> preview_;
  Instant next_levels_{};
  Instant next_picture_{};
  Instant next_still_{};
  std::size_t picture_turn_ = 0;
  std::unique_ptr<RoomVideo> video_;
  std::map<std::string, std::unique_ptr<SoundTrack>> sound_tracks_;  // by channel
  std::unique_ptr<SpeakerDesk> desk_;
  CheckDesk checks_{reporter_};
  std::map<std::string, std::unique_ptr<Channel>> channels_;
  std::map<std::string, std::unique_ptr<Input>> inputs_;  // by source
};

}  // namespace plenary::room
