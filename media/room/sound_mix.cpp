#include "media/room/sound_mix.h"

#include <algorithm>
#include <limits>

namespace plenary::room {
namespace {

constexpr std::uint32_t kWindowTicks = 100;  // 2 s: what was never needed in it is drift or an old burst, not jitter
constexpr std::size_t kShed = 4;             // samples left out of a frame (4 ‰) until the surplus is gone

}  // namespace

void MixInput::add(Instant captured, SoundValues values) {
  if (ran_out_ && !running_) {  // sound came back after all: it was a burst, not an end
    const Duration away = captured - end_;
    if (away < kFrameDuration && away > -kFrameDuration) wait_ = std::min(wait_ * 2, kLongestWait);
    ran_out_ = false;
  }
  queue_.insert(queue_.end(), values.begin(), values.end());
  end_ = captured + samples_to_duration(static_cast<std::int64_t>(values.size() / kSoundChannels));
  if (queue_.size() <= (wait_ + kSlack) * kSoundChannels) return;
  const std::size_t excess = queue_.size() - wait_ * kSoundChannels;
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(excess));
  cut_ += excess / kSoundChannels;
}

std::optional<SoundFrame> MixInput::take() {
  const std::size_t waiting = queue_.size() / kSoundChannels;
  if (!running_ && waiting < wait_) return std::nullopt;
  if (waiting < kFrameSamples) {
    running_ = false;
    ran_out_ = true;
    ++underruns_;
    return std::nullopt;
  }
  if (!running_) {
    running_ = true;
    window_ticks_ = 0;
    least_waiting_ = waiting;
  }
  SoundFrame frame;
  frame.captured = end_ - samples_to_duration(static_cast<std::int64_t>(waiting));
  std::copy_n(queue_.begin(), kFrameValues, frame.values.begin());
  std::size_t taken = kFrameValues;
  least_waiting_ = std::min(least_waiting_, waiting - kFrameSamples);
  if (++window_ticks_ >= kWindowTicks) {
    const bool surplus = least_waiting_ > 2 * kFrameSamples && waiting > kFrameSamples + kShed;
    if (surplus) {
      taken += kShed * kSoundChannels;
      cut_ += kShed;
      least_waiting_ -= kShed;
    } else {
      window_ticks_ = 0;
      least_waiting_ = waiting;
    }
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
  return frame;
}

void MixInput::clear() {
  queue_.clear();
  running_ = false;
  ran_out_ = false;
}

void mix_into(SoundFrame& sum, const SoundFrame& added) {
  for (std::size_t i = 0; i < kFrameValues; ++i) {
    const int value = sum.values[i] + added.values[i];
    sum.values[i] = static_cast<std::int16_t>(
        std::clamp<int>(value, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
  }
}

}  // namespace plenary::room
