#include "media/room/recording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

namespace plenary::room::recording_test {
namespace {

void append(ByteVector& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}
void append(ByteVector& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

// A second of a sine of 441 Hz at half of full scale.
ByteVector wav(unsigned channels = 1, unsigned bits = 16, unsigned rate = 22'050) {
  ByteVector file;
  append(file, "RIFF");
  append(file, 36 + 2 * rate, 4);
  append(file, "WAVEfmt ");
  append(file, 16, 4);
  append(file, 1, 2);
  append(file, channels, 2);
  append(file, rate, 4);
  append(file, rate * 2, 4);
  append(file, 2, 2);
  append(file, bits, 2);
  append(file, "data");
  append(file, 2 * rate, 4);
  for (unsigned i = 0; i < rate; ++i) {
    append(file, static_cast<std::uint32_t>(std::lround(16'384 * std::sin(2 * std::numbers::pi * 441 * i / rate))), 2);
  }
  return file;
}

int crossings(std::span<const std::int16_t> samples) {
  int count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) count += samples[i - 1] < 0 && samples[i] >= 0 ? 1 : 0;
  return count;
}

TEST(Recording, plays_at_its_own_pitch_and_the_loudness_asked_for_over_and_over) {
  auto recording = Recording::from_wav(wav());
  ASSERT_TRUE(recording);
  for (int round = 0; round < 2; ++round) {
    std::vector<std::int16_t> second(48'000);
    recording->fill(second, 0.1);
    EXPECT_NEAR(crossings(second), 441, 3);
    double sum = 0;
    for (const double sample : second) sum += sample * sample;
    EXPECT_NEAR(std::sqrt(sum / 48'000) / 32'767, 0.1, 0.01);
    // What stands between the end and the beginning.
    std::vector<std::int16_t> breath(48'000 * 12'000 / 22'050);
    recording->fill(breath, 0.1);
    EXPECT_LE(crossings(breath), 3);
  }
}

TEST(Recording, its_mouth_follows_the_sound) {
  auto recording = Recording::from_wav(wav());
  std::vector<std::int16_t> frame(960);
  for (int i = 0; i < 25; ++i) recording->fill(frame, 0.1);
  EXPECT_GT(recording->mouth(), 0.9);
  for (int i = 0; i < 45; ++i) recording->fill(frame, 0.1);
  EXPECT_LT(recording->mouth(), 0.1);
}

TEST(Recording, other_files_are_refused) {
  EXPECT_FALSE(Recording::from_wav({}));
  EXPECT_FALSE(Recording::from_wav(wav(2)));
  EXPECT_FALSE(Recording::from_wav(wav(1, 8)));
  EXPECT_FALSE(Recording::from_wav(wav(1, 16, 1'000)));
  ByteVector silent = wav();
  std::fill(silent.begin() + 44, silent.end(), 0);
  EXPECT_FALSE(Recording::from_wav(silent));
  ByteVector other = wav();
  other[0] = 'X';
  EXPECT_FALSE(Recording::from_wav(other));
}

TEST(Recording, cut_files_are_read_as_far_as_they_go_and_no_further) {
  const ByteVector whole = wav();
  for (std::size_t size = 0; size < 200; ++size) (void)Recording::from_wav(Bytes(whole).first(size));
  EXPECT_TRUE(Recording::from_wav(Bytes(whole).first(10'000)));
}

}  // namespace
}  // namespace plenary::room::recording_test
