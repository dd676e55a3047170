#include "media/room/level.h"

#include <gtest/gtest.h>

#include <vector>

namespace plenary::room::level_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Level, full_scale_is_zero_and_silence_is_the_quietest_value) {
  EXPECT_NEAR(level_db(std::vector<std::int16_t>(1'920, 32'767)), 0.0, 0.01);
  EXPECT_EQ(level_db(std::vector<std::int16_t>(1'920, 0)), kSilenceDb);
  EXPECT_EQ(level_db({}), kSilenceDb);
  EXPECT_NEAR(level_db(std::vector<std::int16_t>(1'920, 3'277)), -20.0, 0.01);
}

TEST(Level, rfc_6464_counts_from_loud_to_silent) {
  EXPECT_EQ(rfc6464_level(0.0), 0);
  EXPECT_EQ(rfc6464_level(-20.4), 20);
  EXPECT_EQ(rfc6464_level(-200.0), 127);
}

TEST(SilenceDetector, a_channel_is_silent_after_three_quiet_seconds_and_back_after_a_tenth) {
  SilenceDetector detector;
  EXPECT_EQ(detector.add(-20, milliseconds(100)), false);  // the first state found is a change
  EXPECT_EQ(detector.add(-70, milliseconds(2'980)), std::nullopt);
  EXPECT_EQ(detector.add(-70, milliseconds(20)), true);
  EXPECT_EQ(detector.add(-40, milliseconds(80)), std::nullopt);
  EXPECT_EQ(detector.add(-40, milliseconds(20)), false);
}

TEST(SilenceDetector, a_word_between_restarts_the_three_seconds) {
  SilenceDetector detector;
  EXPECT_EQ(detector.add(-70, milliseconds(2'900)), std::nullopt);
  EXPECT_EQ(detector.add(-55, milliseconds(20)), std::nullopt);  // between the two limits: neither
  EXPECT_EQ(detector.add(-70, milliseconds(2'900)), std::nullopt);
  EXPECT_EQ(detector.add(-70, milliseconds(100)), true);
}

}  // namespace
}  // namespace plenary::room::level_test
