#include "media/room/frame_thinner.h"

#include <gtest/gtest.h>

namespace plenary::room::frame_thinner_test {
namespace {

int kept_of_ten_seconds(int rate, FrameThinner thinner = FrameThinner()) {
  int kept = 0;
  for (std::int64_t i = 0; i < rate * 10; ++i) kept += thinner.keep(i * 1'000'000'000 / rate) ? 1 : 0;
  return kept;
}

TEST(FrameThinner, slow_sources_keep_every_picture) {
  for (const int rate : {5, 15, 24, 25, 30}) EXPECT_EQ(kept_of_ten_seconds(rate), rate * 10);
}

TEST(FrameThinner, fast_sources_are_thinned_to_at_most_thirty) {
  EXPECT_EQ(kept_of_ten_seconds(60), 300);
  EXPECT_NEAR(kept_of_ten_seconds(50), 300, 10);
  EXPECT_NEAR(kept_of_ten_seconds(120), 300, 2);
}

TEST(FrameThinner, a_lower_layer_takes_fewer) {
  for (const int rate : {15, 30, 60}) EXPECT_EQ(kept_of_ten_seconds(rate, FrameThinner(15)), 150) << rate;
  EXPECT_NEAR(kept_of_ten_seconds(25, FrameThinner(15)), 150, 2);
  EXPECT_EQ(kept_of_ten_seconds(10, FrameThinner(15)), 100);
}

TEST(FrameThinner, goes_on_after_a_jump_of_the_clock) {
  FrameThinner thinner;
  EXPECT_TRUE(thinner.keep(1'000'000'000'000));
  EXPECT_TRUE(thinner.keep(0));
  EXPECT_TRUE(thinner.keep(40'000'000));
}

}  // namespace
}  // namespace plenary::room::frame_thinner_test
