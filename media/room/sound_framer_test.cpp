#include "media/room/sound_framer.h"

#include <gtest/gtest.h>

#include <vector>

namespace plenary::room::sound_framer_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

std::vector<std::int16_t> sound(std::size_t samples, std::int16_t value = 100) {
  return std::vector<std::int16_t>(samples * kSoundChannels, value);
}

TEST(SoundFramer, buffers_of_any_size_become_frames_of_20_ms_without_a_gap) {
  SoundFramer framer;
  Instant next = at(1'000);
  std::vector<SoundFrame> frames;
  for (int i = 0; i < 50; ++i) {  // AAC: 1,024 samples each
    framer.add(next, sound(1'024));
    next += samples_to_duration(1'024);
    while (auto frame = framer.next()) frames.push_back(*frame);
  }
  ASSERT_EQ(frames.size(), 50U * 1'024 / kFrameSamples);
  EXPECT_TRUE(frames[0].discontinuity);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_FALSE(frames[i].discontinuity);
    const Duration step = frames[i].captured - frames[i - 1].captured;
    EXPECT_NEAR(static_cast<double>(step.count()), 20e6, 100.0);
  }
}

TEST(SoundFramer, a_jump_of_the_source_starts_a_new_timeline) {
  SoundFramer framer;
  framer.add(at(0), sound(kFrameSamples));
  ASSERT_TRUE(framer.next());
  framer.add(at(5'000), sound(kFrameSamples));
  const std::optional<SoundFrame> frame = framer.next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->discontinuity);
  EXPECT_EQ(frame->captured, at(5'000));
}

TEST(SoundFramer, a_short_gap_is_silence_and_an_overlap_is_cut) {
  SoundFramer framer;
  framer.add(at(0), sound(kFrameSamples));
  framer.add(at(120), sound(kFrameSamples));        // 100 ms are missing
  framer.add(at(60), sound(4 * kFrameSamples, 7));  // until 140 ms it was there before
  std::vector<SoundFrame> frames;
  while (auto frame = framer.next()) frames.push_back(*frame);
  ASSERT_EQ(frames.size(), 7U);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].captured, at(static_cast<std::int64_t>(20 * i)));
    EXPECT_EQ(frames[i].discontinuity, i == 0);
  }
  EXPECT_EQ(frames[3].values[0], 0);
  EXPECT_EQ(frames[6].values[0], 100);
}

TEST(SoundFramer, a_clock_that_runs_200_ppm_fast_is_followed_without_a_jump) {
  SoundFramer framer;
  double source_ms = 0;
  Duration worst{};
  for (int i = 0; i < 30'000; ++i) {  // ten minutes; the source counts 20 ms while 20.004 pass
    framer.add(Instant(Duration(static_cast<std::int64_t>(source_ms * 1e6))), sound(kFrameSamples));
    source_ms += 20.004;
    while (auto frame = framer.next()) {
      const auto true_time = Duration(static_cast<std::int64_t>((source_ms - 20.004) * 1e6));
      worst = std::max(worst, true_time - frame->captured.time_since_epoch());
    }
  }
  EXPECT_EQ(framer.discontinuities(), 1U);
  EXPECT_LT(worst, milliseconds(30));  // 10 minutes would be 120 ms without correction
}

TEST(SoundFramer, odd_values_and_empty_buffers_do_no_harm) {
  SoundFramer framer;
  framer.add(at(0), {});
  const std::vector<std::int16_t> odd(3, 1);
  framer.add(at(0), odd);
  EXPECT_FALSE(framer.next());
}

}  // namespace
}  // namespace plenary::room::sound_framer_test
