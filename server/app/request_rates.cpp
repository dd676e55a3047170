#include "server/app/request_rates.h"

#include <algorithm>

namespace plenary::server {

double Asked::left(const Rate& rate, Instant now) const {
  const double passed = std::chrono::duration<double>(now - at_).count();
  return std::max(0.0, count_ - std::max(0.0, passed) * rate.per_second);
}

bool Asked::allow(const Rate& rate, Instant now) {
  const double lately = left(rate, now);
  if (lately + 1 > rate.burst) return false;
  count_ = lately + 1;
  at_ = now;
  return true;
}

bool AskedBy::allow(const std::string& who, Instant now) {
  if (asked_.size() >= kMaxAskers && !asked_.contains(who)) {
    if (now - swept_ >= kForgetEvery) {
      swept_ = now;
      std::erase_if(asked_, [&](const auto& entry) { return entry.second.nothing(rate_, now); });
    }
    if (asked_.size() >= kMaxAskers) return asked_[std::string()].allow(rate_, now);
  }
  return asked_[who].allow(rate_, now);
}

}  // namespace plenary::server
