// Leaves out pictures of sources faster than the room's frame rate. Pure. (GStreamer's videorate ends the process with
// an assertion when it thins a stream without a nominal rate, as VP8 decoders give it.)
#pragma once

#include <cstdint>
#include <optional>

namespace plenary::room {

class FrameThinner {
 public:
  static constexpr std::int64_t kInterval = 1'000'000'000 / 30;  // nanoseconds
  static constexpr std::int64_t kTolerance = 4'000'000;          // jitter of timestamps

  // `stamp` in nanoseconds, rising. False: leave this picture out.
  bool keep(std::int64_t stamp) {
    const bool jumped = due_ && (stamp < *due_ - 2 * kInterval || stamp > *due_ + 2 * kInterval);
    if (!due_ || jumped) {
      due_ = stamp + kInterval;
      return true;
    }
    if (stamp < *due_ - kTolerance) return false;
    *due_ += kInterval;
    return true;
  }

 private:
  std::optional<std::int64_t> due_;  // of the next picture
};

}  // namespace plenary::room
