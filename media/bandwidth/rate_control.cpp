#include "media/bandwidth/rate_control.h"

#include <algorithm>
#include <cmath>

namespace plenary::bandwidth {
namespace {

constexpr double kCapacityFollows = 0.1;
constexpr double kCapacityDeviations = 3;
constexpr double kCapacityDeviationLeast = 0.05;  // of the capacity: queues never grow at exactly the same rate
constexpr Duration kLongestStep = std::chrono::milliseconds(500);  // a pause proves nothing

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void RateControl::set(double target) {
  target_ = std::clamp(target, static_cast<double>(limits_.min), static_cast<double>(limits_.max));
}

void RateControl::update(const Input& input, Instant now) {
  const Duration passed = updated_at_ ? std::min(now - *updated_at_, kLongestStep) : Duration::zero();
  updated_at_ = now;
  if (draining_) finish_drain(input, now);
  if (input.queue < kQueueEmpty) foreign_queue_ = false;
  const bool stands = input.queue > kQueueStanding && input.usage == Usage::normal && !foreign_queue_ && !draining_;
  if (input.usage == Usage::over || stands) {
    decrease(input, now);
  } else if (input.usage == Usage::normal && !draining_) {
    increase(input, passed);
  }
}

void RateControl::decrease(const Input& input, Instant now) {
  if (!input.acknowledged) return;
  double throughput = static_cast<double>(*input.acknowledged);
  // The longer window still holds what came before the link got slower.
  const auto at_once = static_cast<double>(input.acknowledged_at_once.value_or(*input.acknowledged));
  if (at_once < kSlowerAtOnce * throughput) throughput = at_once;
  const bool answered = now - decreased_at_ >= input.round_trip + kResponseExtra;
  if (!answered && throughput > target_ / 2) return;
  queue_at_decrease_ = input.queue;
  const Duration own_queue = foreign_queue_ ? Duration::zero() : input.queue - kQueueTolerated;
  const double standing = std::max(0.0, seconds(own_queue)) / seconds(kQueueDrainTime);
  const double factor = std::clamp(1 - standing, kDecreaseDeepest, kDecrease);
  learn_capacity(throughput);
  set(std::min(target_, factor * throughput));
  return_to_ = kReturn * throughput;
  draining_ = true;
  decreased_at_ = now;
}

void RateControl::finish_drain(const Input& input, Instant now) {
  if (now - decreased_at_ < input.round_trip) return;
  if (input.queue > kQueueEmpty && now - decreased_at_ < kDrainLongest) return;
  if (input.usage == Usage::over) return;
  draining_ = false;
  foreign_queue_ = input.queue > kQueueEmpty && seconds(input.queue) > kQueueHelped * seconds(queue_at_decrease_);
  set(std::max(target_, return_to_));
}

void RateControl::increase(const Input& input, Duration passed) {
  if (!input.acknowledged) return;
  const auto throughput = static_cast<double>(*input.acknowledged);
  if (capacity_ && throughput > *capacity_ + kCapacityDeviations * deviation_) capacity_.reset();
  const double response = seconds(input.round_trip + kResponseExtra);
  const double more = capacity_ ? static_cast<double>(kIncreaseBits) / response * seconds(passed)
                                : target_ * (std::pow(1 + kIncrease, seconds(passed)) - 1);
  // Whoever sends less than the target learns nothing about more.
  if (target_ + more <= kUnproven * throughput + static_cast<double>(kIncreaseBits)) set(target_ + more);
}

void RateControl::learn_capacity(double throughput) {
  if (!capacity_ || throughput < *capacity_ - kCapacityDeviations * deviation_) {
    capacity_ = throughput;
    deviation_ = kCapacityDeviationLeast * throughput;
    return;
  }
  const double error = throughput - *capacity_;
  *capacity_ += kCapacityFollows * error;
  deviation_ += kCapacityFollows * (std::abs(error) - deviation_);
  deviation_ = std::max(deviation_, kCapacityDeviationLeast * *capacity_);
}

void RateControl::raise(std::uint64_t proven) {
  const auto rate = static_cast<double>(proven);
  if (rate <= target_) return;
  if (capacity_ && rate > *capacity_ + kCapacityDeviations * deviation_) capacity_.reset();
  set(rate);
}

void RateControl::lower(std::uint64_t capacity) {
  const auto rate = static_cast<double>(capacity);
  if (rate >= target_) return;
  learn_capacity(rate);
  set(rate);
}

void RateControl::halve() { set(target_ / 2); }

}  // namespace plenary::bandwidth
