// Frames of the right sizes at the right times, for load: Opus of 64 kbit/s, H.264 with a key frame at the beginning,
// each two seconds and when asked. Their contents are noise with valid headers; no decoder is meant to like them. Pure.
#pragma once

#include "media/base/time.h"
#include "media/rtp/frame.h"

namespace plenary::bench {

class MadeFrames {
 public:
  explicit MadeFrames(unsigned video_bitrate) : video_bitrate_(video_bitrate) {}

  // The frames due at `now`, the first ones at the first call.
  std::vector<rtp::Frame> take(Instant now);
  void request_key_frame() { key_frame_ = true; }

 private:
  [[nodiscard]] rtp::Frame picture(Instant captured) const;

  const unsigned video_bitrate_;  // bit/s
  std::optional<Instant> begin_;
  std::int64_t sounds_ = 0;
  std::int64_t pictures_ = 0;
  bool key_frame_ = true;
};

}  // namespace plenary::bench
