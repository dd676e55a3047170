#include "media/room/voice.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace plenary::room {
namespace {

constexpr double kRate = 48'000;
// First three formants of a, e, i, o, u of a man; Peterson and Barney's averages, rounded.
constexpr std::array<std::array<double, 3>, 5> kVowels{
    {{730, 1'090, 2'440}, {530, 1'840, 2'480}, {270, 2'290, 3'010}, {570, 840, 2'410}, {300, 870, 2'240}}};
constexpr std::array<double, 3> kBandwidths{80, 100, 140};  // Hz
constexpr double kEdge = 1.0 / (0.025 * kRate);             // a syllable begins and ends within 25 ms
constexpr double kGain = 5.0;  // of the resonances' sum, so that a vowel's RMS is about that of a full sine

std::uint32_t samples(double seconds) { return static_cast<std::uint32_t>(seconds * kRate); }

}  // namespace

void Voice::Resonance::tune(double frequency, double bandwidth) {
  const double radius = std::exp(-std::numbers::pi * bandwidth / kRate);
  b = 2 * radius * std::cos(2 * std::numbers::pi * frequency / kRate);
  c = -radius * radius;
  a = 1 - b - c;
}

double Voice::Resonance::pass(double value) {
  const double out = a * value + b * last + c * before;
  before = last;
  last = out;
  return out;
}

Voice::Voice(std::uint32_t number)
    : chance_(number), base_pitch_(95.0 + number * 37 % 130), stretch_(0.95 + base_pitch_ / 900) {}

void Voice::next_syllable() {
  const auto between = [this](double low, double high) {
    return low + (high - low) * static_cast<double>(chance_() % 1'000) / 1'000;
  };
  if (syllables_left_ == 0) {  // a breath
    syllables_left_ = 6 + static_cast<std::uint32_t>(chance_() % 12);
    target_ = 0;
    left_ = samples(between(0.3, 0.6));
    return;
  }
  --syllables_left_;
  // The melody of a phrase falls.
  pitch_ = base_pitch_ * between(0.94, 1.06) * (0.9 + 0.015 * std::min(syllables_left_, 12U));
  const auto& vowel = kVowels[chance_() % kVowels.size()];
  for (std::size_t i = 0; i < formants_.size(); ++i) formants_[i].tune(vowel[i] * stretch_, kBandwidths[i]);
  target_ = target_ > 0.5 ? between(0.1, 0.3) : between(0.7, 1.0);  // consonants are what lies between vowels
  left_ = samples(target_ > 0.5 ? between(0.09, 0.19) : between(0.03, 0.06));
}

double Voice::next_sample() {
  if (left_-- == 0) {
    next_syllable();
    --left_;
  }
  loudness_ += std::clamp(target_ - loudness_, -kEdge, kEdge);
  phase_ += pitch_ / kRate;
  if (phase_ >= 1) phase_ -= 1;
  // Open two thirds of the time, closing faster than opening.
  const double pulse = phase_ < 0.45 ? phase_ / 0.45 : phase_ < 0.66 ? (0.66 - phase_) / 0.21 : 0;
  double value = pulse - 0.33;
  for (Resonance& formant : formants_) value = formant.pass(value);
  return value * loudness_ * kGain;
}

void Voice::fill(std::span<std::int16_t> samples, double rms) {
  for (std::int16_t& sample : samples) {
    const double value = std::clamp(next_sample() * rms * 32'767, -32'767.0, 32'767.0);
    sample = static_cast<std::int16_t>(std::lround(value));
  }
}

}  // namespace plenary::room
