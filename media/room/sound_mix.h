// Inputs of a mix: each is a short queue that takes sound as it comes and gives 20 ms at each tick. The mix itself is
// a saturating sum. Pure; one thread (the mixer holds a lock around it).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "media/room/sound.h"

namespace plenary::room {

class MixInput {
 public:
  // Sound waits this long before it starts: one frame of tick phase and half of jitter. Each time it ran out the wait
  // doubles, because some senders put half a second of sound into one packet of their container.
  static constexpr std::size_t kLeastWait = kFrameSamples + kFrameSamples / 2;  // samples a side
  static constexpr std::size_t kLongestWait = 20 * kFrameSamples;               // 400 ms
  // So much beyond the wait is cut off: delay must not pile up.
  static constexpr std::size_t kSlack = 20 * kFrameSamples;

  void add(Instant captured, SoundValues values);
  // 20 ms, or nothing while it fills up.
  std::optional<SoundFrame> take();
  void clear();

  [[nodiscard]] std::uint64_t underruns() const { return underruns_; }
  [[nodiscard]] std::uint64_t cut_samples() const { return cut_; }

 private:
  std::deque<std::int16_t> queue_;
  Instant end_{};  // when the sample behind the last one was captured
  std::size_t wait_ = kLeastWait;
  bool running_ = false;
  bool ran_out_ = false;
  std::size_t least_waiting_ = 0;  // in the current window of ticks: what was never needed
  std::uint32_t window_ticks_ = 0;
  std::uint64_t underruns_ = 0;
  std::uint64_t cut_ = 0;
};

// Adds `values` to `sum` with saturation.
void mix_into(SoundFrame& sum, const SoundFrame& added);

}  // namespace plenary::room
