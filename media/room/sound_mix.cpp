#include "media/room/sound_mix.h"

#include <algorithm>
#include <limits>

namespace plenary::room {
namespace {

constexpr std::uint32_t kLongTicks = 50;  // one second of too much waiting is drift, less is jitter

}  // namespace

void MixInput::add(Instant captured, SoundValues values) {
  queue_.insert(queue_.end(), values.begin(), values.end());
  end_ = captured + samples_to_duration(static_cast<std::int64_t>(values.size() / kSoundChannels));
  if (queue_.size() <= kMost * kSoundChannels) return;
  const std::size_t excess = queue_.size() - kPrefill * kSoundChannels;
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(excess));
  cut_ += excess / kSoundChannels;
}

std::optional<SoundFrame> MixInput::take() {
  const std::size_t waiting = queue_.size() / kSoundChannels;
  if (!running_ && waiting < kPrefill) return std::nullopt;
  if (waiting < kFrameSamples) {
    running_ = false;
    ++underruns_;
    return std::nullopt;
  }
  running_ = true;
  SoundFrame frame;
  frame.captured = end_ - samples_to_duration(static_cast<std::int64_t>(waiting));
  std::copy_n(queue_.begin(), kFrameValues, frame.values.begin());
  std::size_t taken = kFrameValues;
  long_ticks_ = waiting > kPrefill + 2 * kFrameSamples ? long_ticks_ + 1 : 0;
  if (long_ticks_ > kLongTicks && queue_.size() >= taken + 2 * kSoundChannels) {
    taken += 2 * kSoundChannels;  // the sender's clock is faster than ours: shed two samples a frame
    cut_ += 2;
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
  return frame;
}

void MixInput::clear() {
  queue_.clear();
  running_ = false;
}

void mix_into(SoundFrame& sum, const SoundFrame& added) {
  for (std::size_t i = 0; i < kFrameValues; ++i) {
    const int value = sum.values[i] + added.values[i];
    sum.values[i] = static_cast<std::int16_t>(
        std::clamp<int>(value, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
  }
}

}  // namespace plenary::room
