#include "media/bandwidth/bandwidth_estimate.h"

#include <gtest/gtest.h>

#include <deque>

namespace plenary::bandwidth::bandwidth_estimate_test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kNeed = 3'000'000;
constexpr std::size_t kBytes = 1'000;

// A line with a queue without end and 25 ms each way, filled to the target; the receiver's clock runs `clock` ahead.
class Line {
 public:
  explicit Line(double rate, Duration clock = {}) : rate(rate), clock_(clock) {}

  void run(Duration length) {
    for (const Instant end = now_ + length; now_ < end; now_ += milliseconds(1)) step();
  }
  void mute(bool muted) { muted_ = muted; }

  BandwidthEstimate estimate;
  double rate;

 private:
  void send(std::size_t bytes) {
    const std::uint16_t sequence = estimate.on_sent(bytes, now_);
    free_ = std::max(free_, now_) + Duration(static_cast<std::int64_t>(static_cast<double>(bytes) * 8 / rate * 1e9));
    arrivals_.push_back({sequence, free_ + milliseconds(25)});
  }
  void step() {
    credit_ += static_cast<double>(estimate.target()) / 8'000;
    for (; credit_ >= kBytes; credit_ -= kBytes) send(kBytes);
    while (const auto bytes = estimate.poll_probe(now_)) send(*bytes);
    const std::int64_t ms = to_milliseconds(now_.time_since_epoch());
    if (ms % 20 == 0) estimate.on_tick(kNeed, now_);
    if (ms % 100 != 0) return;
    rtp::TransportFeedback feedback;
    while (!arrivals_.empty() && arrivals_.front().at + milliseconds(25) <= now_) {
      feedback.packets.push_back({arrivals_.front().sequence, arrivals_.front().at + clock_});
      arrivals_.pop_front();
    }
    if (!muted_ && !feedback.packets.empty()) estimate.on_feedback(feedback, now_);
  }
  struct Arrival {
    std::uint16_t sequence = 0;
    Instant at{};
  };
  Instant now_{};
  Instant free_{};
  Duration clock_;
  double credit_ = 0;
  std::deque<Arrival> arrivals_;
  bool muted_ = false;
};

TEST(BandwidthEstimateTest, climbs_to_the_need_by_probes_within_seconds) {
  Line line(10e6);
  line.run(std::chrono::seconds(6));
  EXPECT_GE(line.estimate.target(), kNeed * 85 / 100);
  EXPECT_GE(line.estimate.probes().clusters(), 2u);
}

TEST(BandwidthEstimateTest, falls_to_a_slower_line_and_its_queue_empties) {
  Line line(3e6);
  line.run(std::chrono::seconds(10));
  line.rate = 700'000;
  line.run(std::chrono::seconds(5));
  EXPECT_LE(line.estimate.target(), 750'000u);
  EXPECT_GE(line.estimate.target(), 550'000u);
  EXPECT_LT(line.estimate.queue(), milliseconds(100));
}

TEST(BandwidthEstimateTest, pictures_leave_faster_than_the_target_but_not_into_a_queue_that_drains) {
  Line line(3e6);
  line.run(std::chrono::seconds(10));
  EXPECT_EQ(line.estimate.pace(), line.estimate.target() * 3 / 2);
  line.rate = 700'000;
  const std::uint64_t before = line.estimate.target();
  while (line.estimate.target() > before / 2) line.run(milliseconds(1));
  EXPECT_EQ(line.estimate.pace(), line.estimate.target());
  EXPECT_GT(line.estimate.carries(), line.estimate.target());
}

TEST(BandwidthEstimateTest, the_receivers_clock_may_wrap_and_differ) {
  const Duration period = milliseconds(64) * (1 << 24);
  Line straight(2e6);
  straight.run(std::chrono::seconds(10));
  Line shifted(2e6, std::chrono::hours(70));
  shifted.run(std::chrono::seconds(10));
  EXPECT_EQ(straight.estimate.target(), shifted.estimate.target());

  BandwidthEstimate plain;
  BandwidthEstimate wrapping;
  for (int i = 0; i < 2'000; ++i) {
    const Instant sent{milliseconds(10 * i)};
    const std::uint16_t sequence = plain.on_sent(kBytes, sent);
    wrapping.on_sent(kBytes, sent);
    const Instant arrived = sent + milliseconds(25);
    rtp::TransportFeedback feedback;
    feedback.packets = {{sequence, arrived}};
    plain.on_feedback(feedback, sent + milliseconds(50));
    feedback.packets = {{sequence, i < 1'000 ? arrived : arrived - period}};
    wrapping.on_feedback(feedback, sent + milliseconds(50));
  }
  EXPECT_EQ(plain.target(), wrapping.target());
  EXPECT_EQ(wrapping.queue(), Duration::zero());
}

TEST(BandwidthEstimateTest, silence_after_feedback_halves_the_target_down_to_its_least) {
  Line line(2e6);
  line.run(std::chrono::seconds(5));
  line.mute(true);
  line.run(std::chrono::seconds(1));
  EXPECT_GT(line.estimate.target(), 1'000'000u);
  line.run(std::chrono::seconds(10));
  EXPECT_EQ(line.estimate.target(), RateLimits{}.min);
  line.mute(false);
  line.run(std::chrono::seconds(20));
  EXPECT_GE(line.estimate.target(), 1'500'000u);
}

TEST(BandwidthEstimateTest, a_silence_of_the_way_back_alone_costs_nothing_after_it) {
  Line line(2e6);
  line.run(std::chrono::seconds(10));
  const std::uint64_t before = line.estimate.target();
  line.mute(true);
  line.run(std::chrono::seconds(4));
  EXPECT_LE(line.estimate.target(), before / 8);
  line.mute(false);
  line.run(milliseconds(200));
  EXPECT_GE(line.estimate.target(), before * 95 / 100);
}

TEST(BandwidthEstimateTest, a_silence_with_a_queue_at_its_end_is_not_forgiven) {
  Line line(2e6);
  line.run(std::chrono::seconds(10));
  line.mute(true);
  line.rate = 200'000;
  line.run(std::chrono::seconds(4));
  line.mute(false);
  line.run(milliseconds(500));
  EXPECT_LE(line.estimate.target(), 250'000u);
}

TEST(BandwidthEstimateTest, packets_of_lost_messages_are_not_counted_all_at_once) {
  Line line(2e6);
  line.run(std::chrono::seconds(10));
  line.mute(true);
  line.run(milliseconds(900));
  line.rate = 1e6;
  line.run(milliseconds(300));
  line.mute(false);
  line.run(milliseconds(300));
  EXPECT_LE(line.estimate.target(), 1'000'000u);
}

TEST(BandwidthEstimateTest, a_viewer_that_never_reports_keeps_the_start) {
  Line line(2e6);
  line.mute(true);
  line.run(std::chrono::seconds(20));
  EXPECT_EQ(line.estimate.target(), RateLimits{}.start);
}

TEST(BandwidthEstimateTest, is_small) { EXPECT_LE(sizeof(BandwidthEstimate), 6u * 1'024 + 128); }

}  // namespace
}  // namespace plenary::bandwidth::bandwidth_estimate_test
