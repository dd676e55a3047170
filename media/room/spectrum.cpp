#include "media/room/spectrum.h"

#include <algorithm>

namespace plenary::room {
namespace {

constexpr float kHannPower = 0.375F;  // mean square of the window, which the measured power is divided by

}  // namespace

void Spectrum::Free::operator()(GstFFTF32* fft) const { gst_fft_f32_free(fft); }

Spectrum::Spectrum() : fft_(gst_fft_f32_new(static_cast<int>(kSpectrumBlock), FALSE)) {}

BandPowers Spectrum::measure(std::span<const float, kSpectrumBlock> samples) {
  std::array<float, kSpectrumBlock> windowed{};
  std::copy(samples.begin(), samples.end(), windowed.begin());
  gst_fft_f32_window(fft_.get(), windowed.data(), GST_FFT_WINDOW_HANN);
  std::array<GstFFTF32Complex, kSpectrumBlock / 2 + 1> bins{};
  gst_fft_f32_fft(fft_.get(), windowed.data(), bins.data());
  // Twice, because half of the power lies at the negative frequencies.
  constexpr float kScale =
      2.0F / (static_cast<float>(kSpectrumBlock) * static_cast<float>(kSpectrumBlock) * kHannPower);
  BandPowers powers{};
  std::size_t first = kFirstBin;
  for (float& power : powers) {
    const std::size_t end = next_band(first);
    for (; first < end; ++first) power += (bins[first].r * bins[first].r + bins[first].i * bins[first].i) * kScale;
  }
  return powers;
}

}  // namespace plenary::room
