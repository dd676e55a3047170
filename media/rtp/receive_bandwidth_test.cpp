#include "media/rtp/receive_bandwidth.h"

#include <gtest/gtest.h>

namespace plenary::rtp::receive_bandwidth_test {
namespace {

Instant at(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }
const std::vector<std::uint32_t> kSources = {7};

// `seconds` of a sender at this rate, with a loss report every second.
std::int64_t run(ReceiveBandwidth& bandwidth, std::int64_t ms, int seconds, std::uint64_t bitrate, std::uint8_t loss) {
  for (int second = 0; second < seconds; ++second) {
    for (int i = 0; i < 100; ++i) bandwidth.handle_packet(bitrate / 800, at(ms + i * 10));
    ms += 1'000;
    bandwidth.handle_loss(loss);
  }
  return ms;
}

TEST(ReceiveBandwidthTest, is_told_with_the_first_packet_and_then_every_second) {
  ReceiveBandwidth bandwidth(3'000'000);
  EXPECT_FALSE(bandwidth.poll_remb(1, kSources, at(0)));
  bandwidth.handle_packet(1'000, at(10));
  EXPECT_EQ(bandwidth.next_timeout(), at(10));
  const auto remb = bandwidth.poll_remb(1, kSources, at(10));
  ASSERT_TRUE(remb);
  EXPECT_EQ(remb->bitrate, kRembStart);
  EXPECT_EQ(remb->ssrcs, kSources);
  EXPECT_EQ(bandwidth.next_timeout(), at(1'010));
  EXPECT_FALSE(bandwidth.poll_remb(1, kSources, at(1'009)));
  EXPECT_TRUE(bandwidth.poll_remb(1, kSources, at(1'010)));
}

TEST(ReceiveBandwidthTest, grows_with_a_sender_that_uses_it_up_to_the_limit) {
  ReceiveBandwidth bandwidth(3'000'000);
  std::int64_t now = 0;
  for (int i = 0; i < 40; ++i) now = run(bandwidth, now, 1, bandwidth.estimate(), 0);
  EXPECT_EQ(bandwidth.estimate(), 3'000'000u);
}

TEST(ReceiveBandwidthTest, does_not_promise_more_than_twice_what_comes) {
  ReceiveBandwidth bandwidth(10'000'000);
  run(bandwidth, 0, 60, 600'000, 0);
  EXPECT_LE(bandwidth.estimate(), 1'250'000u);
}

TEST(ReceiveBandwidthTest, falls_with_loss_at_once_but_never_below_the_minimum) {
  ReceiveBandwidth bandwidth(3'000'000);
  bandwidth.handle_packet(1'000, at(0));
  ASSERT_TRUE(bandwidth.poll_remb(1, kSources, at(0)));
  bandwidth.handle_loss(128);
  EXPECT_EQ(bandwidth.next_timeout(), at(200));
  EXPECT_EQ(bandwidth.poll_remb(1, kSources, at(200))->bitrate, 750'000u);
  for (int i = 0; i < 100; ++i) bandwidth.handle_loss(255);
  EXPECT_EQ(bandwidth.estimate(), kRembMin);
}

TEST(ReceiveBandwidthTest, a_little_loss_holds_the_rate) {
  ReceiveBandwidth bandwidth(3'000'000);
  run(bandwidth, 0, 20, 1'000'000, 13);
  EXPECT_EQ(bandwidth.estimate(), kRembStart);
}

}  // namespace
}  // namespace plenary::rtp::receive_bandwidth_test
