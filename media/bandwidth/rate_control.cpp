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
  if (test_others(input, now)) return;
  if (competing_) {
    compete(input, passed, now);
    return;
  }
  if (draining_) finish_drain(input, now);
  const bool stands = input.queue > kQueueStanding && input.usage == Usage::normal && !draining_;
  if (input.usage == Usage::over || stands) {
    decrease(input, now);
  } else if (input.usage == Usage::normal && !draining_) {
    increase(input, passed);
  }
}

// True while a test is under way.
bool RateControl::test_others(const Input& input, Instant now) {
  const bool empty = input.queue < kQueueEmpty;
  if (before_test_ == 0) {
    if (empty || !queue_empty_at_) queue_empty_at_ = now;
    const bool due = competing_ ? now - tested_at_ > kForeignTestInterval : now - *queue_empty_at_ > kForeignQueueAfter;
    if (!due) return false;
    tested_at_ = now;
    before_test_ = target_;
    set(std::min(target_, static_cast<double>(input.acknowledged.value_or(limits_.min))) / 2);
    return true;
  }
  if (!empty && now - tested_at_ < kForeignTestLength + input.round_trip) return true;
  competing_ = !empty;
  draining_ = false;
  queue_empty_at_ = now;
  set(before_test_);
  before_test_ = 0;
  return true;
}

void RateControl::compete(const Input& input, Duration passed, Instant now) {
  if (input.loss > kForeignLoss) {
    if (now - decreased_at_ < kForeignDecreaseInterval) return;
    set(kDecrease * target_);
    decreased_at_ = now;
    return;
  }
  if (!input.acknowledged) return;
  // A packet more each response time, as the other flow does; in proportion a small share would stay one.
  const double response = seconds(input.round_trip + kResponseExtra);
  const double more = static_cast<double>(kIncreaseBits) / (response * response) * seconds(passed);
  const double most = kForeignUnproven * static_cast<double>(*input.acknowledged);
  if (target_ + more <= most) set(target_ + more);
  capacity_.reset();
}

void RateControl::decrease(const Input& input, Instant now) {
  if (!input.acknowledged) return;
  double throughput = static_cast<double>(*input.acknowledged);
  // The longer window still holds what came before the link got slower, or before a burst filled the queue.
  const auto at_once = static_cast<double>(input.acknowledged_at_once.value_or(*input.acknowledged));
  if (at_once < kSlowerAtOnce * throughput || throughput < kSlowerAtOnce * at_once) throughput = at_once;
  // It shrinks already, and what arrives now is what we ourselves cut.
  if (draining_ && seconds(input.queue) < kQueueShrinks * seconds(queue_at_decrease_)) return;
  const bool answered = now - decreased_at_ >= input.round_trip + kResponseExtra;
  if (!answered && throughput > target_ / 2) return;
  const double standing = std::max(0.0, seconds(input.queue - kQueueTolerated)) / seconds(kQueueDrainTime);
  const double factor = std::clamp(1 - standing, kDecreaseDeepest, kDecrease);
  const double used = input.sent ? static_cast<double>(*input.sent) : target_;
  unused_target_ = used < kTargetUsed * target_ && !draining_ ? target_ : 0;
  queue_at_decrease_ = input.queue;
  learn_capacity(throughput);
  if (!draining_) before_drain_ = target_;
  return_to_ = std::min(before_drain_, kReturn * throughput);
  set(std::min(target_, factor * throughput));
  draining_ = true;
  decreased_at_ = now;
}

void RateControl::finish_drain(const Input& input, Instant now) {
  if (now - decreased_at_ < input.round_trip) return;
  if (input.queue > kQueueEmpty && now - decreased_at_ < kDrainLongest) return;
  if (input.usage == Usage::over) return;
  draining_ = false;
  const bool gone_at_once = now - decreased_at_ < kOwnQueueGone + input.round_trip;
  set(std::max(target_, gone_at_once ? std::max(return_to_, unused_target_) : return_to_));
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

std::uint64_t RateControl::carries() const {
  const double after = before_test_ > 0 ? before_test_ : draining_ ? return_to_ : target_;
  return static_cast<std::uint64_t>(std::max(target_, after));
}

void RateControl::halve() { set(target_ / 2); }

}  // namespace plenary::bandwidth
