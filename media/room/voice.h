// A voice for `test:` sources: vowels in syllables and phrases, made by two resonances over a pitch (as formant
// synthesisers do). No words, but nobody takes it for a test tone, and each number sounds like somebody else. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>

namespace plenary::room {

class Voice {
 public:
  // The same number is the same voice, saying the same.
  explicit Voice(std::uint32_t number);

  // The next samples at 48 kHz, mono, with `rms` of a loud vowel.
  void fill(std::span<std::int16_t> samples, double rms);
  // How far the mouth is open now: 0 … 1.
  [[nodiscard]] double mouth() const { return loudness_; }

 private:
  // A resonance of two poles.
  struct Resonance {
    double a = 0, b = 0, c = 0;
    double last = 0, before = 0;
    void tune(double frequency, double bandwidth);
    double pass(double value);
  };
  void next_syllable();
  double next_sample();

  std::mt19937 chance_;
  double base_pitch_;  // Hz
  double stretch_;     // of the formants: a short vocal tract has higher ones
  double pitch_ = 0;   // of this syllable
  double phase_ = 0;   // of the vocal folds, 0 … 1
  double loudness_ = 0;
  double target_ = 0;
  std::uint32_t left_ = 0;            // samples of this syllable or pause
  std::uint32_t syllables_left_ = 0;  // of this phrase
  std::array<Resonance, 3> formants_;
};

}  // namespace plenary::room
