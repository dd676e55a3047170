// Does a queue grow? The slope of the summed delay variations over the last groups, against a threshold that adapts
// itself so that the flow neither starves beside loss-driven ones nor fills a queue (draft-ietf-rmcat-gcc-02 §5.3-5.4,
// with a line of least squares in place of the Kalman filter).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/bandwidth/packet_groups.h"

namespace plenary::bandwidth {

// `over`: a queue grows. `under`: it drains; waiting keeps it draining.
enum class Usage : std::uint8_t { normal, over, under };

constexpr std::size_t kTrendGroups = 20;  // 0.4 s of sound and frames: earlier is nervous, later fills the queue
constexpr double kTrendSmoothing = 0.9;   // of the summed delay
constexpr double kTrendGain = 4;          // slope × groups × gain is compared with the threshold
constexpr double kTrendMostGroups = 60;   // the gain grows with the evidence up to here
constexpr double kThresholdStart = 12.5;  // ms, as are all thresholds
constexpr double kThresholdMin = 6;
constexpr double kThresholdMax = 600;
constexpr double kThresholdRise = 0.0087;                         // share of the distance a ms while the trend is above
constexpr double kThresholdFall = 0.039;                          // and below
constexpr double kThresholdSpike = 15;                            // trends that far above are no reason to adapt
constexpr Duration kOveruseTime = std::chrono::milliseconds(10);  // the trend must stay above so long

class DelayEstimate {
 public:
  // Packets in the order of their sequence.
  void on_packet(Instant sent, Instant arrived);
  [[nodiscard]] Usage usage() const { return usage_; }
  [[nodiscard]] double threshold() const { return threshold_; }  // ms

 private:
  void add(const PacketGroups::Variation& variation);
  void restart();
  [[nodiscard]] double slope() const;
  void detect(double trend, Duration step);
  void adapt(double trend, Duration step);

  struct Point {
    double arrived = 0;  // ms since began_
    double delay = 0;    // ms, smoothed
  };
  PacketGroups groups_;
  std::array<Point, kTrendGroups> points_{};
  std::size_t count_ = 0;  // of all points since the restart
  std::optional<Instant> began_;
  Instant last_arrived_{};
  double summed_ = 0;
  double smoothed_ = 0;
  double threshold_ = kThresholdStart;
  double trend_before_ = 0;
  Duration over_for_{};
  std::size_t over_groups_ = 0;
  Usage usage_ = Usage::normal;
};

}  // namespace plenary::bandwidth
