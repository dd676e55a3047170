#include "media/bandwidth/delay_estimate.h"

#include <algorithm>
#include <cmath>

namespace plenary::bandwidth {
namespace {

constexpr Duration kLongestStep = std::chrono::milliseconds(100);  // a pause adapts the threshold no further

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

}  // namespace

void DelayEstimate::on_packet(Instant sent, Instant arrived) {
  if (const auto variation = groups_.on_packet(sent, arrived)) add(*variation);
}

void DelayEstimate::add(const PacketGroups::Variation& variation) {
  const Duration step = began_ ? variation.arrived - last_arrived_ : Duration::zero();
  if (!began_ || step < Duration::zero() || step > kGroupJump) restart();
  if (!began_) began_ = variation.arrived;
  last_arrived_ = variation.arrived;
  summed_ += milliseconds(variation.delay);
  smoothed_ = kTrendSmoothing * smoothed_ + (1 - kTrendSmoothing) * summed_;
  points_[count_ % kTrendGroups] = {milliseconds(variation.arrived - *began_), smoothed_};
  ++count_;
  if (count_ < kTrendGroups) return;
  detect(slope() * std::min(static_cast<double>(count_), kTrendMostGroups) * kTrendGain, step);
}

void DelayEstimate::restart() {
  began_.reset();
  count_ = 0;
  summed_ = 0;
  smoothed_ = 0;
  trend_before_ = 0;
  over_for_ = {};
  over_groups_ = 0;
  usage_ = Usage::normal;
}

double DelayEstimate::slope() const {
  double mean_x = 0;
  double mean_y = 0;
  for (const Point& point : points_) {
    mean_x += point.arrived / kTrendGroups;
    mean_y += point.delay / kTrendGroups;
  }
  double xy = 0;
  double xx = 0;
  for (const Point& point : points_) {
    xy += (point.arrived - mean_x) * (point.delay - mean_y);
    xx += (point.arrived - mean_x) * (point.arrived - mean_x);
  }
  return xx > 0 ? xy / xx : 0;
}

void DelayEstimate::detect(double trend, Duration step) {
  if (trend > threshold_) {
    over_for_ += step;
    ++over_groups_;
    // One group that comes late is no queue, nor is a trend that turns already.
    if (over_for_ > kOveruseTime && over_groups_ > 1 && trend >= trend_before_) {
      usage_ = Usage::over;
      over_for_ = {};
      over_groups_ = 0;
    }
  } else {
    over_for_ = {};
    over_groups_ = 0;
    usage_ = trend < -threshold_ ? Usage::under : Usage::normal;
  }
  trend_before_ = trend;
  adapt(trend, step);
}

void DelayEstimate::adapt(double trend, Duration step) {
  const double distance = std::abs(trend) - threshold_;
  if (distance > kThresholdSpike) return;
  const double rate = distance < 0 ? kThresholdFall : kThresholdRise;
  threshold_ += rate * distance * milliseconds(std::min(step, kLongestStep));
  threshold_ = std::clamp(threshold_, kThresholdMin, kThresholdMax);
}

}  // namespace plenary::bandwidth
