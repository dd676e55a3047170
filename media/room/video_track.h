// A video track of the feed: access units in, equal payloads out to the server.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "media/room/frame_writer.h"
#include "media/room/video_encoder.h"

namespace plenary::room {

class VideoTrack {
 public:
  VideoTrack(std::uint16_t track, FrameWriter& writer, Codec codec = Codec::h264)
      : track_(track), writer_(writer), codec_(codec) {}

  // False when the frame did not go out whole: the next must be a key frame. Any thread.
  bool write(const AccessUnit& unit, bool slate = false);
  [[nodiscard]] std::uint16_t track() const { return track_; }

 private:
  std::uint16_t track_;
  FrameWriter& writer_;
  Codec codec_;
  std::mutex mutex_;
  std::uint16_t picture_id_ = 0;                 // VP8; guarded by mutex_
  std::optional<std::uint32_t> last_timestamp_;  // guarded by mutex_
};

// "42c01f" of the first SPS in the access unit.
std::optional<std::string> profile_level_id(Bytes access_unit);

}  // namespace plenary::room
