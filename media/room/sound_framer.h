// Cuts sound of any buffer size into frames of 20 ms whose timestamps follow each other exactly. A source's clock that
// drifts is followed by leaving out or repeating one sample a buffer (1 ‰, inaudible), a short gap is filled with
// silence, an overlap cut off; only a jump is a discontinuity. Pure; one thread.
#pragma once

#include <optional>
#include <vector>

#include "media/room/sound.h"

namespace plenary::room {

constexpr Duration kMaxDrift = std::chrono::milliseconds(40);  // lip sync is felt from 45 ms on
// Beyond this a timestamp is a jump of the source (it reconnected), not a gap: nothing is made up.
constexpr Duration kMaxGap = std::chrono::milliseconds(500);
constexpr std::size_t kMaxPendingSamples = static_cast<std::size_t>(kSampleRate);  // 1 s; older sound is worthless live

class SoundFramer {
 public:
  void add(Instant captured, SoundValues values);
  std::optional<SoundFrame> next();
  // The source went away: what is left over is dropped, the next sound starts a new timeline.
  void reset();

  [[nodiscard]] std::uint64_t discontinuities() const { return discontinuities_; }

 private:
  void restart(Instant captured);
  void correct_drift(Duration drift);
  SoundValues close_gap(Duration drift, SoundValues values);

  std::vector<std::int16_t> pending_;
  std::size_t taken_ = 0;            // values of pending_ already handed out
  std::optional<Instant> expected_;  // of the next sample to come
  Duration average_drift_{};
  std::int64_t owed_ = 0;  // samples to repeat (positive) or to leave out (negative)
  bool discontinuity_ = true;
  std::uint64_t discontinuities_ = 0;
};

}  // namespace plenary::room
