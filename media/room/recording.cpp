#include "media/room/recording.h"

#include <algorithm>
#include <cmath>

namespace plenary::room {
namespace {

constexpr double kFullScale = 32'767;
constexpr double kRate = 48'000;
constexpr unsigned kSlowest = 8'000;  // samples a second
constexpr unsigned kFastest = 96'000;
constexpr std::size_t kBreath = 12'000;  // samples of silence before it begins anew
constexpr double kSilent = 0.003;
constexpr double kMouthSpeed = 0.35;  // of the way in 20 ms

// RIFF is little endian.
unsigned u16(Bytes bytes, std::size_t at) { return bytes[at] | static_cast<unsigned>(bytes[at + 1]) << 8; }
std::uint32_t u32(Bytes bytes, std::size_t at) { return u16(bytes, at) | u16(bytes, at + 2) << 16; }

double rms(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample * sample;
  return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size())) / kFullScale;
}

struct Format {
  unsigned rate = 0;
  bool fits = false;
};

}  // namespace

std::optional<Recording> Recording::from_wav(Bytes file) {
  if (file.size() < 12 || file.size() > kMaxRecording) return std::nullopt;
  if (as_text(file.first(4)) != "RIFF" || as_text(file.subspan(8, 4)) != "WAVE") return std::nullopt;
  Format format;
  for (std::size_t at = 12; at + 8 <= file.size();) {
    const std::string_view name = as_text(file.subspan(at, 4));
    // Writers that do not know the length write more than there is.
    const std::size_t size = std::min<std::size_t>(u32(file, at + 4), file.size() - at - 8);
    const Bytes chunk = file.subspan(at + 8, size);
    if (name == "fmt " && size >= 16) {
      format.rate = u32(chunk, 4);
      format.fits = u16(chunk, 0) == 1 && u16(chunk, 2) == 1 && u16(chunk, 14) == 16;
    }
    if (name == "data") {
      if (!format.fits || format.rate < kSlowest || format.rate > kFastest) return std::nullopt;
      std::vector<std::int16_t> samples(size / 2);
      for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int16_t>(u16(chunk, 2 * i));
      if (rms(samples) < kSilent) return std::nullopt;
      return Recording(std::move(samples), format.rate);
    }
    at += 8 + size + size % 2;
  }
  return std::nullopt;
}

Recording::Recording(std::vector<std::int16_t> samples, unsigned rate)
    : samples_(std::move(samples)), step_(rate / kRate) {
  const std::size_t piece = rate / 50;
  std::vector<double> loudness;
  for (std::size_t at = 0; at + piece <= samples_.size(); at += piece) {
    loudness.push_back(rms(std::span(samples_).subspan(at, piece)));
  }
  std::sort(loudness.begin(), loudness.end());
  if (!loudness.empty()) usual_ = std::max(kSilent, loudness[loudness.size() * 3 / 4]);
  samples_.insert(samples_.end(), kBreath, 0);
}

void Recording::fill(std::span<std::int16_t> samples, double wanted) {
  const double gain = wanted / usual_;
  for (std::int16_t& sample : samples) {
    const auto index = static_cast<std::size_t>(at_);
    const double part = at_ - static_cast<double>(index);
    const double value = samples_[index] * (1 - part) + samples_[(index + 1) % samples_.size()] * part;
    sample = static_cast<std::int16_t>(std::lround(std::clamp(value * gain, -kFullScale, kFullScale)));
    at_ += step_;
    if (at_ >= static_cast<double>(samples_.size())) at_ -= static_cast<double>(samples_.size());
  }
  mouth_ += (std::clamp(rms(samples) / std::max(wanted, 1e-6), 0.0, 1.0) - mouth_) * kMouthSpeed;
}

}  // namespace plenary::room
