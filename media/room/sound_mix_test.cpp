#include "media/room/sound_mix.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace plenary::room::sound_mix_test {
namespace {

using std::chrono::milliseconds;

std::vector<std::int16_t> sound(std::size_t samples, std::int16_t value) {
  return std::vector<std::int16_t>(samples * kSoundChannels, value);
}

TEST(MixInput, gives_what_came_in_order_once_it_has_filled_up) {
  MixInput input;
  input.add(Instant(milliseconds(0)), sound(kFrameSamples, 1));
  EXPECT_FALSE(input.take());
  input.add(Instant(milliseconds(20)), sound(kFrameSamples, 2));
  const std::optional<SoundFrame> first = input.take();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->values[0], 1);
  EXPECT_EQ(first->captured, Instant(milliseconds(0)));
  const std::optional<SoundFrame> second = input.take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->values[0], 2);
  EXPECT_FALSE(input.take());
}

TEST(MixInput, learns_to_wait_for_a_sender_that_comes_in_bursts) {
  MixInput input;
  std::uint64_t underruns = 0;
  std::int64_t ms = 0;
  for (int burst = 0; burst < 40; ++burst) {  // 360 ms at once
    input.add(Instant(milliseconds(ms)), sound(18 * kFrameSamples, 1));
    ms += 360;
    if (burst == 20) underruns = input.underruns();
    for (int tick = 0; tick < 18; ++tick) static_cast<void>(input.take());
  }
  EXPECT_EQ(input.underruns(), underruns);
}

TEST(MixInput, delay_never_piles_up) {
  MixInput input;
  for (int i = 0; i < 1'000; ++i) input.add(Instant(milliseconds(20 * i)), sound(kFrameSamples, 1));
  std::size_t frames = 0;
  while (input.take()) ++frames;
  EXPECT_LE(frames, (MixInput::kLongestWait + MixInput::kSlack) / kFrameSamples);
  EXPECT_GT(input.cut_samples(), 0U);
}

TEST(MixInto, loud_voices_saturate_instead_of_turning_over) {
  SoundFrame sum;
  sum.values.fill(30'000);
  SoundFrame added;
  added.values.fill(30'000);
  mix_into(sum, added);
  EXPECT_EQ(sum.values[0], std::numeric_limits<std::int16_t>::max());
  added.values.fill(-30'000);
  mix_into(sum, added);
  EXPECT_EQ(sum.values[0], 2'767);
}

}  // namespace
}  // namespace plenary::room::sound_mix_test
