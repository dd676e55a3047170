// Decides whether a source's own H.264 suits viewers as it is: constrained baseline or baseline up to level 3.1, no
// interlacing, no B-frames, key frames at most 2 s apart. The SPS promises, the pictures prove. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::room {

class PassThrough {
 public:
  static constexpr Duration kMaxKeyFrameDistance = std::chrono::milliseconds(2'050);  // 2 s and a frame
  static constexpr std::uint8_t kMaxLevel = 31;                                       // 3.1: 720p at 30 a second

  // One access unit in Annex B, in decoding order. True when it may be passed on: a good group of pictures has been
  // seen from key frame to key frame and nothing bad since.
  bool add(Bytes access_unit, Instant captured);
  // Whether the last access unit was a key frame.
  [[nodiscard]] bool key_frame() const { return key_frame_; }

 private:
  bool passing_ = false;
  bool sps_suits_ = false;
  bool group_suits_ = false;  // since the last key frame
  bool key_frame_ = false;
  std::optional<Instant> last_key_frame_;
};

}  // namespace plenary::room
