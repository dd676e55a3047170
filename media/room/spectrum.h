// The power of a short block of sound in bands of a sixth of an octave, from 94 Hz to 20 kHz. Pure; one thread.
#pragma once

#include <gst/fft/gstfftf32.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "media/room/sound.h"

namespace plenary::room {

// 43 ms: short enough to fall into the gaps between syllables, long enough for 23 Hz of resolution.
constexpr std::size_t kSpectrumBlock = 2'048;
constexpr double kBinHz = static_cast<double>(kSampleRate) / kSpectrumBlock;
constexpr std::size_t kFirstBin = 4;   // 94 Hz: the hum of the mains (50 and 60 Hz) stays outside
constexpr std::size_t kEndBin = 853;   // 20 kHz: the end of Opus's full band (RFC 6716 §2)
constexpr double kBandStep = 1.12246;  // a sixth of an octave

// The first bin of the band after the one that begins at `bin`. Narrower than two bins no band can be told.
constexpr std::size_t next_band(std::size_t bin) {
  const auto step = static_cast<std::size_t>(static_cast<double>(bin) * kBandStep + 0.5);
  const std::size_t next = step > bin + 2 ? step : bin + 2;
  return next < kEndBin ? next : kEndBin;
}
constexpr std::size_t count_bands() {
  std::size_t count = 0;
  for (std::size_t bin = kFirstBin; bin < kEndBin; bin = next_band(bin)) ++count;
  return count;
}
constexpr std::size_t kBands = count_bands();
using BandPowers = std::array<float, kBands>;  // mean squares, full scale 1

// Lower edges of the bands in Hz, and the upper one of the last.
constexpr std::array<double, kBands + 1> kBandEdgesHz = [] {
  std::array<double, kBands + 1> edges{};
  std::size_t bin = kFirstBin;
  for (double& edge : edges) {
    edge = static_cast<double>(bin) * kBinHz;
    bin = next_band(bin);
  }
  return edges;
}();

class Spectrum {
 public:
  Spectrum();
  // `samples` between −1 and 1.
  BandPowers measure(std::span<const float, kSpectrumBlock> samples);

 private:
  struct Free {
    void operator()(GstFFTF32* fft) const;
  };
  std::unique_ptr<GstFFTF32, Free> fft_;
};

}  // namespace plenary::room
