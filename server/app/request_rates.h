// How often somebody may ask: against floods of POST, PATCH and DELETE (RFC 9725 §5). Pure; the control thread's.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "media/base/time.h"

namespace plenary::server {

struct Rate {
  double per_second;
  double burst;  // at once, after a pause
};

// What one has asked lately; a new one has asked nothing.
class Asked {
 public:
  // False: too often. Then it does not count.
  [[nodiscard]] bool allow(const Rate& rate, Instant now);
  [[nodiscard]] bool nothing(const Rate& rate, Instant now) const { return left(rate, now) == 0; }

 private:
  [[nodiscard]] double left(const Rate& rate, Instant now) const;
  double count_ = 0;
  Instant at_{};
};

// By whom: a token, or a network. Those who have not asked lately are forgotten.
class AskedBy {
 public:
  explicit AskedBy(const Rate& rate) : rate_(rate) {}
  [[nodiscard]] bool allow(const std::string& who, Instant now);
  [[nodiscard]] std::size_t size() const { return asked_.size(); }

 private:
  Rate rate_;
  Instant swept_{};
  std::unordered_map<std::string, Asked> asked_;
};

constexpr std::size_t kMaxAskers = 20'000;  // remembered at once; a whole conference. All beyond share one place.
// Forgetting goes through all of them: not more often, whoever comes.
constexpr Duration kForgetEvery = std::chrono::seconds(1);

}  // namespace plenary::server
