// A spoken text for `test:` sources: the sound of a WAV file (PCM, 16 bit, one channel), at 48 kHz, over and over.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/base/bytes.h"

namespace plenary::room {

constexpr std::size_t kMaxRecording = 16 * 1024 * 1024;  // bytes of a file; three minutes and more

class Recording {
 public:
  // Nothing for anything else, or if it is silent.
  static std::optional<Recording> from_wav(Bytes file);

  // The next samples, with `rms` where it is loud.
  void fill(std::span<std::int16_t> samples, double rms);
  // How loud it is now, against its usual: 0 … 1, for a mouth.
  [[nodiscard]] double mouth() const { return mouth_; }

 private:
  Recording(std::vector<std::int16_t> samples, unsigned rate);

  std::vector<std::int16_t> samples_;  // at `step_` × 48 kHz
  double step_;
  double usual_ = 1;  // RMS of its loud half, of full scale
  double at_ = 0;
  double mouth_ = 0;
};

}  // namespace plenary::room
