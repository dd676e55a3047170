// Leaves out pictures of sources faster than a frame rate: the room's, or that of a lower layer. Pure. (GStreamer's
// videorate ends the process with an assertion when it thins a stream without a nominal rate, as VP8 decoders give it.)
#pragma once

#include <cstdint>
#include <optional>

#include "media/room/picture.h"

namespace plenary::room {

class FrameThinner {
 public:
  static constexpr std::int64_t kTolerance = 4'000'000;  // nanoseconds: jitter of timestamps

  explicit FrameThinner(int rate = kMaxFrameRate) : interval_(1'000'000'000 / rate) {}

  // `stamp` in nanoseconds, rising. False: leave this picture out.
  bool keep(std::int64_t stamp) {
    const bool jumped = due_ && (stamp < *due_ - 2 * interval_ || stamp > *due_ + 2 * interval_);
    if (!due_ || jumped) {
      due_ = stamp + interval_;
      return true;
    }
    if (stamp < *due_ - kTolerance) return false;
    *due_ += interval_;
    return true;
  }

 private:
  std::int64_t interval_;            // nanoseconds
  std::optional<std::int64_t> due_;  // of the next picture
};

}  // namespace plenary::room
