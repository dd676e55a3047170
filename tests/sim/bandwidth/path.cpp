#include "tests/sim/bandwidth/path.h"

#include <algorithm>

namespace plenary::sim {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Path::Path(const PathConfig& config, std::uint64_t seed)
    : config_(config), random_(seed), tokens_(config.policer ? config.policer->bucket : 0) {}

double Path::link_rate(Instant now) const {
  double rate = config_.rate.front().rate;
  for (const RateStep& step : config_.rate) {
    if (now.time_since_epoch() >= step.from) rate = step.rate;
  }
  return rate;
}

double Path::rate(Instant now) const {
  return config_.policer ? std::min(config_.policer->rate, link_rate(now)) : link_rate(now);
}

Instant Path::transmitted(Instant begin, double bits) const {
  Instant at = begin;
  for (const RateStep& step : config_.rate) {
    const Instant change{step.from};
    if (change <= at) continue;
    const double until = seconds(change - at) * link_rate(at);
    if (until >= bits) break;
    bits -= until;
    at = change;
  }
  return at + Duration(static_cast<std::int64_t>(bits / link_rate(at) * 1e9));
}

Duration Path::queue(Instant now) const { return std::max(free_ - now, Duration::zero()); }

bool Path::policed(std::size_t bytes, Instant now) {
  if (!config_.policer) return false;
  tokens_ = std::min(config_.policer->bucket, tokens_ + seconds(now - tokens_at_) * config_.policer->rate / 8);
  tokens_at_ = now;
  if (tokens_ < static_cast<double>(bytes)) return true;
  tokens_ -= static_cast<double>(bytes);
  return false;
}

bool Path::lost() {
  if (config_.burst) {
    in_burst_ = in_burst_ ? !chance(config_.burst->leave) : chance(config_.burst->enter);
    if (in_burst_ && chance(config_.burst->loss)) return true;
  }
  return chance(config_.loss);
}

Path::Outcome Path::send(std::size_t bytes, Instant now) {
  Outcome outcome{.waited = queue(now)};
  if (policed(bytes, now) || outcome.waited > config_.queue) return outcome;
  free_ = transmitted(std::max(free_, now), static_cast<double>(bytes) * 8);
  Instant arrives = free_ + config_.delay;
  if (config_.jitter > Duration::zero()) {
    arrives += Duration(std::uniform_int_distribution<std::int64_t>(0, config_.jitter.count())(random_));
  }
  if (lost()) return outcome;
  last_arrival_ = std::max(arrives, last_arrival_);
  outcome.arrives = last_arrival_;
  return outcome;
}

}  // namespace plenary::sim
