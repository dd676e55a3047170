// The room's picture in layers. The best is the source's own H.264 where that suits, encoded here otherwise; it
// switches between the two at key frames and says so. Lower layers are encoded from the same decoded pictures while
// wanted.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "media/room/failover.h"
#include "media/room/video_encoder.h"
#include "media/room/video_layers.h"
#include "media/room/video_track.h"

namespace plenary::room {

class RoomVideo {
 public:
  struct Outputs {                                    // from a media thread
    std::function<void(const std::string&)> profile;  // what the best layer's SPS says has changed
    std::function<void(bool)> passing;                // whether the best layer is the source's own
  };
  RoomVideo(std::uint16_t track, VideoFormat format, FrameWriter& writer, std::string profile_level_id,
            Outputs outputs);
  // Those beneath the best one.
  [[nodiscard]] VideoLayers& lower() { return lower_; }

  // `rank` as in Channel. Any thread. `passing`: its source's own access units come, too.
  void push_picture(int rank, const Picture& picture, bool passing, Instant now);
  void push_access_unit(int rank, const AccessUnit& unit, Instant now);
  // Does a layer need each decoded picture of a source that is passed through?
  [[nodiscard]] bool wants_pictures(int rank) const;
  // Of the source that is shown, or was last.
  [[nodiscard]] std::optional<int> rank_in_use() const;
  void want(std::uint16_t track, bool wanted);
  // Pass-through cannot make one; the shard replays the last group of pictures then.
  void request_key_frame(std::uint16_t track);

 private:
  void write_encoded(const AccessUnit& unit);
  void note_profile(const AccessUnit& unit);
  void note_passing(bool passing);

  VideoTrack track_;
  Outputs outputs_;
  VideoLayers lower_;
  mutable std::mutex mutex_;
  Failover failover_;                 // guarded by mutex_
  std::string profile_;               // guarded by mutex_
  bool told_passing_ = false;         // guarded by mutex_
  std::atomic<bool> passing_{false};  // the track carries the source's own access units
  VideoEncoder encoder_;              // last: its thread uses what stands above
};

}  // namespace plenary::room
