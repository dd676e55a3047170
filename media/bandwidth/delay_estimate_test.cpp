#include "media/bandwidth/delay_estimate.h"

#include <gtest/gtest.h>

#include <random>

namespace plenary::bandwidth::delay_estimate_test {
namespace {

using std::chrono::microseconds;

// One packet every 20 ms; `extra` is its delay in µs beyond the path's.
class Path {
 public:
  Usage send(std::int64_t extra) {
    sent_ += microseconds(20'000);
    estimate.on_packet(sent_, sent_ + microseconds(50'000 + extra));
    return estimate.usage();
  }
  DelayEstimate estimate;

 private:
  Instant sent_{};
};

TEST(DelayEstimateTest, a_steady_path_is_normal) {
  Path path;
  for (int i = 0; i < 500; ++i) EXPECT_EQ(path.send(0), Usage::normal);
}

TEST(DelayEstimateTest, a_growing_queue_is_seen_within_half_a_second) {
  Path path;
  for (int i = 0; i < 100; ++i) path.send(0);
  int groups = 0;
  while (path.send(++groups * 4'000) != Usage::over) ASSERT_LT(groups, 25);
}

TEST(DelayEstimateTest, a_queue_that_drains_is_under_and_then_normal) {
  Path path;
  for (int i = 0; i < 100; ++i) path.send(200'000);
  int i = 0;
  for (; i < 50; ++i) path.send(200'000 - i * 4'000);
  EXPECT_EQ(path.estimate.usage(), Usage::under);
  for (i = 0; i < 200; ++i) path.send(0);
  EXPECT_EQ(path.estimate.usage(), Usage::normal);
}

TEST(DelayEstimateTest, jitter_without_a_queue_is_not_over_for_long) {
  Path path;
  std::mt19937_64 random(3);
  int over = 0;
  for (int i = 0; i < 3'000; ++i) over += path.send(static_cast<std::int64_t>(random() % 15'000)) == Usage::over;
  EXPECT_LT(over, 60);  // 2 %
}

TEST(DelayEstimateTest, the_threshold_rises_beside_a_flow_that_keeps_a_queue_moving) {
  Path path;
  for (int i = 0; i < 100; ++i) path.send(0);
  const double before = path.estimate.threshold();
  // Swings of 50 ms in two seconds, as a flow that fills and drains a queue makes them.
  for (int i = 0; i < 1'500; ++i) path.send(1'000 * std::abs(i % 100 - 50));
  EXPECT_GT(path.estimate.threshold(), before);
}

TEST(DelayEstimateTest, a_new_clock_of_the_receiver_begins_anew) {
  Path path;
  for (int i = 0; i < 100; ++i) path.send(0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(path.send(90'000'000), Usage::normal);
}

}  // namespace
}  // namespace plenary::bandwidth::delay_estimate_test
