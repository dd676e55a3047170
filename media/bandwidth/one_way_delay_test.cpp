#include "media/bandwidth/one_way_delay.h"

#include <gtest/gtest.h>

namespace plenary::bandwidth::one_way_delay_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

TEST(OneWayDelayTest, the_queue_is_what_even_the_fastest_packet_waited) {
  OneWayDelay delay;
  delay.on_packet(at(0), at(40));
  delay.on_feedback(at(100), false);
  EXPECT_EQ(delay.queue(), milliseconds(0));
  delay.on_packet(at(100), at(230));
  delay.on_packet(at(120), at(220));
  delay.on_feedback(at(200), false);
  EXPECT_EQ(delay.queue(), milliseconds(60));
}

TEST(OneWayDelayTest, the_offset_of_the_clocks_does_not_matter) {
  OneWayDelay delay;
  delay.on_packet(at(1'000'000), at(40));
  delay.on_feedback(at(0), false);
  delay.on_packet(at(1'000'100), at(200));
  delay.on_feedback(at(100), false);
  EXPECT_EQ(delay.queue(), milliseconds(60));
}

TEST(OneWayDelayTest, a_longer_route_is_forgiven_after_twenty_seconds) {
  OneWayDelay delay;
  delay.on_packet(at(0), at(40));
  delay.on_feedback(at(0), false);
  for (int ms = 1'000; ms <= 30'000; ms += 100) {
    delay.on_packet(at(ms), at(ms + 90));
    delay.on_feedback(at(ms), false);
    if (ms == 2'000) {
      EXPECT_EQ(delay.queue(), milliseconds(50));
    }
  }
  EXPECT_EQ(delay.queue(), milliseconds(0));
}

TEST(OneWayDelayTest, another_flows_queue_is_not_taken_for_the_path) {
  OneWayDelay delay;
  delay.on_packet(at(0), at(40));
  delay.on_feedback(at(0), true);
  for (int ms = 1'000; ms <= 50'000; ms += 100) {
    delay.on_packet(at(ms), at(ms + 90));
    delay.on_feedback(at(ms), true);
  }
  EXPECT_EQ(delay.queue(), milliseconds(50));
}

TEST(OneWayDelayTest, jitter_is_told_apart_from_trains) {
  OneWayDelay steady;
  OneWayDelay shaky;
  for (int i = 0; i < 500; ++i) {
    for (int k = 0; k < 4; ++k) steady.on_packet(at(20 * i), at(20 * i + 40 + 4 * k));
    shaky.on_packet(at(20 * i), at(20 * i + 40 + i % 2 * 10));
  }
  EXPECT_EQ(steady.jitter(), milliseconds(0));
  EXPECT_GT(shaky.jitter(), milliseconds(9));
}

TEST(OneWayDelayTest, a_new_clock_of_the_receiver_is_no_queue) {
  OneWayDelay delay;
  delay.on_packet(at(0), at(40));
  delay.on_feedback(at(0), false);
  delay.on_packet(at(100), at(60'000));
  delay.on_feedback(at(100), false);
  EXPECT_EQ(delay.queue(), milliseconds(0));
}

}  // namespace
}  // namespace plenary::bandwidth::one_way_delay_test
