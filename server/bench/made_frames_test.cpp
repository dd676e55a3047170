#include "server/bench/made_frames.h"

#include <gtest/gtest.h>

namespace plenary::bench::made_frames_test {
namespace {

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

TEST(MadeFrames, are_fifty_sounds_and_thirty_pictures_a_second_of_the_bit_rate) {
  MadeFrames made(1'500'000);
  std::size_t sounds = 0;
  std::size_t pictures = 0;
  std::size_t keys = 0;
  std::size_t bytes = 0;
  for (std::int64_t ms = 0; ms < 4'000; ms += 5) {
    for (const rtp::Frame& frame : made.take(at(ms))) {
      if (frame.codec == Codec::opus) ++sounds;
      if (frame.codec != Codec::h264) continue;
      ++pictures;
      keys += frame.key_frame ? 1 : 0;
      for (const ByteVector& payload : frame.payloads) bytes += payload.size();
    }
  }
  EXPECT_EQ(sounds, 200U);
  EXPECT_EQ(pictures, 120U);
  EXPECT_EQ(keys, 2U);
  EXPECT_GT(bytes * 8 / 4, 1'400'000U);
  EXPECT_LT(bytes * 8 / 4, 2'000'000U);
}

TEST(MadeFrames, a_key_frame_comes_when_asked_for) {
  MadeFrames made(500'000);
  EXPECT_TRUE(made.take(at(0)).back().key_frame);
  EXPECT_FALSE(made.take(at(40)).back().key_frame);
  made.request_key_frame();
  EXPECT_TRUE(made.take(at(70)).back().key_frame);
}

TEST(MadeFrames, what_a_stall_missed_is_not_sent_late) {
  MadeFrames made(500'000);
  made.take(at(0));
  EXPECT_LE(made.take(at(60'000)).size(), 85U);
}

}  // namespace
}  // namespace plenary::bench::made_frames_test
