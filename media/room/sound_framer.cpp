#include "media/room/sound_framer.h"

#include <algorithm>

namespace plenary::room {
namespace {

constexpr std::int64_t kDriftSmoothing = 64;                        // buffers; about 1.4 s of AAC
constexpr Duration kTolerableDrift = std::chrono::milliseconds(2);  // jitter of timestamps, not drift
constexpr std::size_t kMinBufferForRepair = 8 * kSoundChannels;     // values

}  // namespace

void SoundFramer::restart(Instant captured) {
  pending_.clear();
  taken_ = 0;
  expected_ = captured;
  average_drift_ = {};
  owed_ = 0;
  discontinuity_ = true;
  ++discontinuities_;
}

void SoundFramer::reset() {
  pending_.clear();
  taken_ = 0;
  expected_.reset();
  discontinuity_ = true;
}

void SoundFramer::correct_drift(Duration drift) {
  average_drift_ += (drift - average_drift_) / kDriftSmoothing;
  if (average_drift_ > kTolerableDrift) owed_ = 1;
  if (average_drift_ < -kTolerableDrift) owed_ = -1;
}

// What is left of `values` once the timeline fits again.
SoundValues SoundFramer::close_gap(Duration drift, SoundValues values) {
  average_drift_ = {};
  const std::int64_t samples = duration_to_samples(drift);
  if (samples > 0) {
    pending_.insert(pending_.end(), static_cast<std::size_t>(samples) * kSoundChannels, 0);
    *expected_ += samples_to_duration(samples);
    return values;
  }
  const std::size_t over = std::min(values.size(), static_cast<std::size_t>(-samples) * kSoundChannels);
  return values.subspan(over);
}

void SoundFramer::add(Instant captured, SoundValues values) {
  values = values.first(values.size() / kSoundChannels * kSoundChannels);
  if (values.empty()) return;
  const Duration drift = expected_ ? captured - *expected_ : Duration{};
  if (!expected_ || drift > kMaxGap || drift < -kMaxGap || pending_.size() - taken_ > kMaxPendingSamples * 2) {
    restart(captured);
  } else if (drift > kMaxDrift || drift < -kMaxDrift) {
    values = close_gap(drift, values);
  } else {
    correct_drift(drift);
  }
  if (taken_ > 0) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  std::int64_t kept = static_cast<std::int64_t>(values.size() / kSoundChannels);
  if (owed_ < 0 && values.size() > kMinBufferForRepair) {
    values = values.subspan(kSoundChannels);
    --kept;
    average_drift_ += samples_to_duration(1);
    owed_ = 0;
  } else if (owed_ > 0) {
    pending_.insert(pending_.end(), values.begin(), values.begin() + kSoundChannels);
    ++kept;
    average_drift_ -= samples_to_duration(1);
    owed_ = 0;
  }
  pending_.insert(pending_.end(), values.begin(), values.end());
  *expected_ += samples_to_duration(kept);
}

std::optional<SoundFrame> SoundFramer::next() {
  if (!expected_ || pending_.size() - taken_ < kFrameValues) return std::nullopt;
  SoundFrame frame;
  const auto waiting = static_cast<std::int64_t>((pending_.size() - taken_) / kSoundChannels);
  frame.captured = *expected_ - samples_to_duration(waiting);
  frame.discontinuity = discontinuity_;
  discontinuity_ = false;
  std::copy_n(pending_.begin() + static_cast<std::ptrdiff_t>(taken_), kFrameValues, frame.values.begin());
  taken_ += kFrameValues;
  return frame;
}

}  // namespace plenary::room
