#include "media/room/voice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace plenary::room::voice_test {
namespace {

std::vector<std::int16_t> speak(std::uint32_t number, std::size_t seconds) {
  std::vector<std::int16_t> samples(48'000 * seconds);
  Voice(number).fill(samples, 0.1);
  return samples;
}

double rms(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample * sample;
  return std::sqrt(sum / static_cast<double>(samples.size())) / 32'767;
}

TEST(Voice, is_as_loud_as_asked_for_and_never_clips) {
  for (std::uint32_t number = 0; number < 12; ++number) {
    const auto samples = speak(number, 5);
    EXPECT_GT(rms(samples), 0.02) << number;
    EXPECT_LT(rms(samples), 0.2) << number;
    EXPECT_LT(*std::ranges::max_element(samples), 32'767) << number;
  }
}

TEST(Voice, speaks_in_phrases_with_breaths_between) {
  const auto samples = speak(3, 10);
  std::size_t silent = 0;
  for (std::size_t at = 0; at + 4'800 <= samples.size(); at += 4'800) {
    if (rms(std::span(samples).subspan(at, 4'800)) < 0.002) ++silent;
  }
  EXPECT_GE(silent, 3U) << "tenths of a second";
  EXPECT_LE(silent, 50U);
}

TEST(Voice, a_number_is_always_the_same_voice_and_another_number_another) {
  EXPECT_EQ(speak(1, 1), speak(1, 1));
  EXPECT_NE(speak(1, 1), speak(2, 1));
}

TEST(Voice, its_mouth_opens_and_closes) {
  Voice voice(5);
  std::vector<std::int16_t> frame(960);
  double least = 1;
  double most = 0;
  for (int i = 0; i < 250; ++i) {
    voice.fill(frame, 0.1);
    least = std::min(least, voice.mouth());
    most = std::max(most, voice.mouth());
  }
  EXPECT_LT(least, 0.1);
  EXPECT_GT(most, 0.6);
  EXPECT_LE(most, 1.0);
}

}  // namespace
}  // namespace plenary::room::voice_test
