// Synthetic voices: harmonics of 120 Hz whose strengths follow the long-term spectrum of speech, in syllables and
// phrases, cut to a band, with noise and too loud or too quiet.
#include "media/room/speech_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "media/base/random.h"

namespace plenary::room::speech_meter_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kPitchHz = 120;  // a man's voice; its period is 400 samples exactly
constexpr std::size_t kPeriod = 400;

struct Voice {
  double low_hz = 50;
  double high_hz = 20'000;
  double level_db = -26;  // of the syllables
  double noise_db = -70;  // white, over all the band
  bool speaks = true;
};

// dB per Hz against its value at 500 Hz (Byrne et al. 1994, combined).
double speech_density_db(double hz) {
  struct Point {
    double hz;
    double db;
  };
  static constexpr std::array kCurve = {Point{60, -10},    Point{125, 1},     Point{500, 0},     Point{1'000, -11},
                                        Point{2'000, -19}, Point{4'000, -25}, Point{8'000, -30}, Point{20'000, -38}};
  for (std::size_t i = 1; i < kCurve.size(); ++i) {
    if (hz > kCurve[i].hz) continue;
    const double part =
        std::log(std::max(hz, kCurve[0].hz) / kCurve[i - 1].hz) / std::log(kCurve[i].hz / kCurve[i - 1].hz);
    return kCurve[i - 1].db + part * (kCurve[i].db - kCurve[i - 1].db);
  }
  return kCurve.back().db;
}

class Talker {
 public:
  explicit Talker(const Voice& voice, std::uint64_t seed = 1) : voice_(voice), random_(seed), period_(kPeriod) {
    for (int k = 1; k * kPitchHz < kSampleRate / 2.0; ++k) {
      const double hz = k * kPitchHz;
      if (hz < voice.low_hz || hz > voice.high_hz) continue;
      const double amplitude = std::pow(10.0, speech_density_db(hz) / 20);
      const double phase = fraction() * 2 * std::numbers::pi;
      for (std::size_t i = 0; i < kPeriod; ++i) {
        period_[i] += amplitude * std::sin(2 * std::numbers::pi * k * static_cast<double>(i) / kPeriod + phase);
      }
    }
    double power = 0;
    for (const double value : period_) power += value * value / kPeriod;
    gain_ = std::pow(10.0, voice.level_db / 20) / std::sqrt(power);
    noise_ = std::pow(10.0, voice.noise_db / 20) * std::sqrt(3.0);  // a uniform value of ±1 has a power of a third
  }

  std::vector<std::int16_t> say(double seconds) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(seconds * kSampleRate));
    for (std::int16_t& sample : samples) {
      double value = noise_ * (2 * fraction() - 1);
      if (voice_.speaks) value += gain_ * envelope() * period_[at_ % kPeriod];
      ++at_;
      sample = static_cast<std::int16_t>(std::lround(std::clamp(value * 32'768, -32'768.0, 32'767.0)));
    }
    return samples;
  }

 private:
  double fraction() { return static_cast<double>(random_.u32()) / 4'294'967'296.0; }
  // Syllables of 250 ms with soft edges, a breath of 600 ms after every eleven.
  [[nodiscard]] double envelope() const {
    const double second = std::fmod(static_cast<double>(at_) / kSampleRate, 3.35);
    if (second > 2.75) return 0;
    const double in_syllable = std::fmod(second, 0.25);
    return std::clamp(std::min(in_syllable, 0.18 - in_syllable) / 0.02, 0.0, 1.0);
  }

  Voice voice_;
  SeededRandom random_;
  std::vector<double> period_;
  double gain_ = 0;
  double noise_ = 0;
  std::size_t at_ = 0;
};

std::optional<SpeechQuality> heard(const Voice& voice, double seconds = 12) {
  SpeechMeter meter;
  meter.add(Talker(voice).say(seconds));
  return meter.measure();
}

using Problems = std::vector<SoundProblem>;

Problems problems_of(const Voice& voice) {
  const std::optional<SpeechQuality> quality = heard(voice);
  EXPECT_TRUE(quality);
  return quality ? quality->problems : Problems{};
}

TEST(Spectrum, a_sine_is_found_with_its_power_in_its_band) {
  Spectrum spectrum;
  std::array<float, kSpectrumBlock> samples{};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] =
        0.5F * static_cast<float>(std::sin(2 * std::numbers::pi * 1'000 * static_cast<double>(i) / kSampleRate));
  }
  const BandPowers powers = spectrum.measure(samples);
  float total = 0;
  for (std::size_t i = 0; i < kBands; ++i) {
    total += powers[i];
    if (kBandEdgesHz[i] > 1'200 || kBandEdgesHz[i + 1] < 800) {
      EXPECT_LT(powers[i], 1e-7F) << kBandEdgesHz[i];
    }
  }
  EXPECT_NEAR(total, 0.125F, 0.002F);
}

TEST(SpeechMeter, a_full_band_voice_is_fit) {
  const auto quality = heard({});
  ASSERT_TRUE(quality);
  EXPECT_THAT(quality->problems, IsEmpty());
  EXPECT_LE(quality->low_hz, 125);
  EXPECT_GE(quality->high_hz, 15'000);
  EXPECT_NEAR(quality->level_db, -26, 2);
  EXPECT_NEAR(quality->noise_db, -70, 2);
  EXPECT_EQ(quality->clipped, 0);
}

TEST(SpeechMeter, a_telephone_is_told_by_its_band) {
  const auto quality = heard({.low_hz = 300, .high_hz = 3'400});
  ASSERT_TRUE(quality);
  EXPECT_THAT(quality->problems, ElementsAre(SoundProblem::telephone_band));
  EXPECT_NEAR(quality->low_hz, 300, 60);
  EXPECT_NEAR(quality->high_hz, 3'400, 400);
}

TEST(SpeechMeter, wideband_telephony_is_a_telephone_too) {
  const auto quality = heard({.low_hz = 50, .high_hz = 7'000});
  ASSERT_TRUE(quality);
  EXPECT_THAT(quality->problems, ElementsAre(SoundProblem::telephone_band));
  EXPECT_NEAR(quality->high_hz, 7'000, 800);
}

TEST(SpeechMeter, hiss_over_a_telephone_does_not_make_it_full_band) {
  for (const double noise : {-70.0, -60.0, -50.0}) {
    EXPECT_THAT(problems_of({.low_hz = 300, .high_hz = 3'400, .noise_db = noise}),
                ElementsAre(SoundProblem::telephone_band))
        << noise;
  }
}

TEST(SpeechMeter, noise_is_measured_between_the_words) {
  for (const double noise : {-60.0, -50.0, -43.0, -36.0}) {
    const auto quality = heard({.noise_db = noise});
    ASSERT_TRUE(quality) << noise;
    EXPECT_NEAR(quality->noise_db, noise, 2);
    const bool noisy = noise > -45;
    EXPECT_EQ(quality->problems, noisy ? Problems{SoundProblem::noisy} : Problems{}) << noise;
  }
}

TEST(SpeechMeter, a_voice_that_hits_full_scale_clips) {
  const auto quality = heard({.level_db = -6});
  ASSERT_TRUE(quality);
  EXPECT_GT(quality->clipped, 0.005);
  EXPECT_THAT(quality->problems, ElementsAre(SoundProblem::clipping));
}

TEST(SpeechMeter, a_voice_far_below_the_nominal_level_is_too_quiet) {
  EXPECT_THAT(problems_of({.level_db = -50, .noise_db = -85}), ElementsAre(SoundProblem::too_quiet));
}

TEST(SpeechMeter, silence_noise_and_tones_give_no_verdict) {
  EXPECT_FALSE(heard({.noise_db = -200, .speaks = false}));
  for (const double noise : {-70.0, -40.0, -20.0}) EXPECT_FALSE(heard({.noise_db = noise, .speaks = false})) << noise;

  std::vector<std::int16_t> tone(kSampleRate * 12);
  for (std::size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<std::int16_t>(3'000 *
                                        std::sin(2 * std::numbers::pi * 1'000 * static_cast<double>(i) / kSampleRate));
  }
  SpeechMeter meter;
  meter.add(tone);
  EXPECT_FALSE(meter.measure());
}

TEST(SpeechMeter, a_microphone_that_is_switched_on_in_a_noisy_place_is_no_voice) {
  SpeechMeter meter;
  meter.add(std::vector<std::int16_t>(kSampleRate * 4));
  meter.add(Talker({.noise_db = -45, .speaks = false}).say(6));
  EXPECT_FALSE(meter.measure());
}

TEST(SpeechMeter, the_verdict_comes_after_a_few_seconds_of_speech_and_stays_while_they_are_silent) {
  SpeechMeter meter;
  Talker telephone({.low_hz = 300, .high_hz = 3'400});
  meter.add(telephone.say(1.5));
  EXPECT_FALSE(meter.measure());
  meter.add(telephone.say(2.5));
  ASSERT_TRUE(meter.measure());
  EXPECT_THAT(meter.measure()->problems, ElementsAre(SoundProblem::telephone_band));
  meter.add(Talker({.speaks = false}).say(30));
  ASSERT_TRUE(meter.measure());
  EXPECT_THAT(meter.measure()->problems, ElementsAre(SoundProblem::telephone_band));
}

TEST(SpeechMeter, another_microphone_takes_the_verdict_back) {
  SpeechMeter meter;
  meter.add(Talker({.low_hz = 300, .high_hz = 3'400}).say(12));
  ASSERT_THAT(meter.measure()->problems, ElementsAre(SoundProblem::telephone_band));
  meter.add(Talker({}).say(12));
  EXPECT_THAT(meter.measure()->problems, IsEmpty());
}

TEST(SpeechMeter, between_the_two_limits_it_stays_as_it_was) {
  const Voice between{.noise_db = -49};  // 21.5 dB under what is measured of the voice: neither below 20 nor above 23
  SpeechMeter from_good;
  from_good.add(Talker({}).say(12));
  ASSERT_THAT(from_good.measure()->problems, IsEmpty());
  from_good.add(Talker(between).say(12));
  EXPECT_THAT(from_good.measure()->problems, IsEmpty());

  SpeechMeter from_bad;
  from_bad.add(Talker({.noise_db = -36}).say(12));
  ASSERT_THAT(from_bad.measure()->problems, ElementsAre(SoundProblem::noisy));
  from_bad.add(Talker(between).say(12));
  EXPECT_THAT(from_bad.measure()->problems, ElementsAre(SoundProblem::noisy));
}

TEST(SpeechMeter, pieces_of_any_size_measure_the_same) {
  const std::vector<std::int16_t> said = Talker({}).say(12);
  SpeechMeter whole;
  whole.add(said);
  SpeechMeter cut;
  for (std::size_t at = 0; at < said.size(); at += 333) {
    cut.add(std::span(said).subspan(at, std::min<std::size_t>(333, said.size() - at)));
  }
  EXPECT_EQ(whole.measure()->level_db, cut.measure()->level_db);
  EXPECT_EQ(whole.measure()->high_hz, cut.measure()->high_hz);
}

}  // namespace
}  // namespace plenary::room::speech_meter_test
