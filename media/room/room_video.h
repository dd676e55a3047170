// The room's picture: pass-through of the source's own H.264 where it suits, encoded here otherwise. Switches between
// the two at key frames and says so.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "media/room/failover.h"
#include "media/room/video_encoder.h"
#include "media/room/video_track.h"

namespace plenary::room {

class RoomVideo {
 public:
  // `on_profile` is called from a media thread when what the track's SPS says has changed.
  RoomVideo(std::uint16_t track, FrameWriter& writer, std::string profile_level_id,
            std::function<void(const std::string&)> on_profile);

  // `rank` as in Channel. Any thread.
  void push_picture(int rank, const Picture& picture, Instant now);
  void push_access_unit(int rank, const AccessUnit& unit, Instant now);
  // Pass-through cannot make one; the shard replays the last group of pictures then.
  void request_key_frame();
  [[nodiscard]] std::optional<Picture> latest() const;
  [[nodiscard]] std::uint16_t track() const { return track_.track(); }
  [[nodiscard]] std::string current_profile() const;

 private:
  void write_encoded(const AccessUnit& unit);
  void note_profile(const AccessUnit& unit);

  VideoTrack track_;
  std::function<void(const std::string&)> on_profile_;
  mutable std::mutex mutex_;
  Failover failover_;                 // guarded by mutex_
  std::string profile_;               // guarded by mutex_
  std::optional<Picture> latest_;     // guarded by mutex_
  std::atomic<bool> passing_{false};  // the track carries the source's own access units
  VideoEncoder encoder_;              // last: its thread uses what stands above
};

}  // namespace plenary::room
