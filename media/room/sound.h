// Sound as the room process handles it everywhere between decoder and encoder: 48 kHz, stereo, signed 16 bit,
// interleaved; 20 ms at a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/base/time.h"

namespace plenary::room {

constexpr std::int64_t kSampleRate = 48'000;  // Opus's own rate (RFC 7587 §4.1)
constexpr std::size_t kSoundChannels = 2;
constexpr std::size_t kFrameSamples = 960;  // a side; 20 ms: Opus's best point between overhead and delay
constexpr std::size_t kFrameValues = kFrameSamples * kSoundChannels;
constexpr Duration kFrameDuration = std::chrono::milliseconds(20);

using SoundValues = std::span<const std::int16_t>;  // left, right, left, right, …

struct SoundFrame {
  Instant captured{};          // of the first sample
  bool discontinuity = false;  // does not follow the frame before it
  std::array<std::int16_t, kFrameValues> values{};
};

constexpr Duration samples_to_duration(std::int64_t samples) {
  return Duration(samples * 1'000'000'000LL / kSampleRate);
}
constexpr std::int64_t duration_to_samples(Duration duration) {
  return duration.count() / 1'000 * kSampleRate / 1'000'000;
}

}  // namespace plenary::room
