#include "media/bandwidth/loss_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plenary::bandwidth {
namespace {

constexpr double kBackground = 0.002;  // no fit is surprised by a single loss
constexpr double kUnlimited = std::numeric_limits<double>::infinity();
constexpr double kInherentFollows = 0.15;  // of the way to what fits now
constexpr std::size_t kRatesTried = 8;     // observations whose delivered rate is tried as the capacity

}  // namespace

void LossEstimate::on_report(std::uint64_t number, Instant sent, std::size_t bytes, bool received, bool was_lost) {
  if (was_lost) {
    if (lost_ > 0) --lost_;
    return;
  }
  if (packets_ > 0 && sent - first_sent_ >= kObservationLength && packets_ >= kObservationPackets) close();
  if (packets_ == 0) first_sent_ = sent;
  last_sent_ = std::max(last_sent_, sent);
  ++packets_;
  bytes_ += bytes;
  if (received) return;
  ++lost_;
  losses_ += 1;
  if (!last_lost_ || number != *last_lost_ + 1) bursts_ += 1;
  last_lost_ = number;
}

void LossEstimate::close() {
  const double seconds = std::chrono::duration<double>(last_sent_ - first_sent_).count();
  // The last packet's own time is not within the span.
  const double whole = seconds * packets_ / std::max(1u, packets_ - 1);
  if (whole > 0) {
    ring_[closed_ % kObservations] = {.rate = static_cast<float>(static_cast<double>(bytes_) * 8 / whole),
                                      .sent = static_cast<float>(packets_),
                                      .lost = static_cast<float>(lost_)};
    ++closed_;
    fresh_ = true;
  }
  losses_ *= kObservationFades;
  bursts_ *= kObservationFades;
  packets_ = 0;
  lost_ = 0;
  bytes_ = 0;
}

std::size_t LossEstimate::observations() const { return std::min<std::size_t>(closed_, kObservations); }

const LossEstimate::Observation& LossEstimate::observation(std::size_t age) const {
  return ring_[(closed_ - 1 - age) % kObservations];
}

double LossEstimate::excess() const {
  return closed_ == 0 ? 0 : std::max(0.0, static_cast<double>(observation(0).lost / observation(0).sent) - inherent_);
}

double LossEstimate::weight(std::size_t age) const { return std::pow(kObservationFades, static_cast<double>(age)); }

LossEstimate::Fit LossEstimate::fit(double capacity) const {
  double received = 0;
  double passed = 0;
  double lost = 0;
  double alone = 0;
  for (std::size_t age = 0; age < observations(); ++age) {
    const Observation& o = observation(age);
    received += weight(age) * static_cast<double>(o.sent - o.lost);
    lost += weight(age) * static_cast<double>(o.lost);
    alone += weight(age) * static_cast<double>(o.lost * (1 - o.lost / o.sent));
    passed += weight(age) * o.sent * std::min(1.0, capacity / o.rate);
  }
  Fit fit;
  fit.inherent = std::clamp(passed > 0 ? 1 - received / passed : 0, 0.0, kInherentMost);
  // Losses of one burst are one event; counted singly they would prove anything. By chance alone 1 / (1 - loss) of them
  // stand in a row.
  const double burst = lost > 0 && bursts_ > 0 ? std::max(1.0, losses_ / bursts_ * alone / lost) : 1;
  for (std::size_t age = 0; age < observations(); ++age) {
    const Observation& o = observation(age);
    const double loss = std::clamp(1 - (1 - fit.inherent) * std::min(1.0, capacity / o.rate), kBackground, 0.99);
    fit.likelihood += weight(age) / burst * (o.lost * std::log(loss) + (o.sent - o.lost) * std::log(1 - loss));
  }
  fit.likelihood -= kInherentCost * fit.inherent + kInherentChangeCost * std::abs(fit.inherent - inherent_);
  return fit;
}

bool LossEstimate::tested() const {
  float least = observation(0).rate;
  float most = least;
  for (std::size_t age = 1; age < observations(); ++age) {
    least = std::min(least, observation(age).rate);
    most = std::max(most, observation(age).rate);
  }
  return most > kTestedSpread * least;
}

std::optional<std::uint64_t> LossEstimate::likeliest_capacity() {
  const Fit unlimited = fit(kUnlimited);
  Fit best = unlimited;
  double best_capacity = kUnlimited;
  const auto attempt = [&](double capacity) {
    const Fit candidate = fit(capacity);
    if (candidate.likelihood - kCapacityEvidence < unlimited.likelihood) return;
    if (best_capacity != kUnlimited && candidate.likelihood <= best.likelihood) return;
    best = candidate;
    best_capacity = capacity;
  };
  for (std::size_t age = 0; age < std::min(kRatesTried, observations()); ++age) {
    const Observation& o = observation(age);
    const double delivered = o.rate * (1 - o.lost / o.sent);
    attempt(delivered);
    attempt(delivered / (1 - inherent_));
  }
  if (capacity_) {
    for (const double factor : {0.95, 1.0, 1.05}) attempt(*capacity_ * factor);
  }
  inherent_ += kInherentFollows * (best.inherent - inherent_);
  if (best_capacity == kUnlimited && tested()) tested_inherent_ = best.inherent;
  if (best_capacity == kUnlimited && best.inherent > tested_inherent_ + kUntestedRise) {
    const Observation& last = observation(0);
    best_capacity = last.rate * (1 - last.lost / last.sent);
  }
  capacity_ = best_capacity == kUnlimited ? std::nullopt : std::optional(best_capacity);
  return capacity_ ? std::optional(static_cast<std::uint64_t>(*capacity_)) : std::nullopt;
}

std::optional<LossEstimate::Verdict> LossEstimate::evaluate() {
  if (!fresh_) return std::nullopt;
  fresh_ = false;
  double sent = 0;
  double lost = 0;
  for (std::size_t age = 0; age < observations(); ++age) {
    sent += weight(age) * observation(age).sent;
    lost += weight(age) * observation(age).lost;
  }
  if (lost < kLossIgnored * sent) {
    inherent_ += kInherentFollows * (lost / sent - inherent_);
    tested_inherent_ = 0;
    capacity_.reset();
    return Verdict{};
  }
  return Verdict{likeliest_capacity()};
}

}  // namespace plenary::bandwidth
