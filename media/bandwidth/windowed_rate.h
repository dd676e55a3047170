// Bytes by time: what a viewer acknowledged, by arrival on its clock, and what was sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr Duration kRateStep = std::chrono::milliseconds(10);
constexpr std::size_t kRateSteps = 64;                              // 640 ms
constexpr Duration kRateWindow = std::chrono::milliseconds(500);    // long enough to even out frames
constexpr Duration kRateAtOnce = std::chrono::milliseconds(200);    // what a full queue lets through
constexpr Duration kRateShortest = std::chrono::milliseconds(100);  // nothing is said about less

class WindowedRate {
 public:
  void add(Instant at, std::size_t bytes);
  // bit/s over the window before the last time; nothing before kRateShortest has passed.
  [[nodiscard]] std::optional<std::uint64_t> over(Duration window) const;

 private:
  std::array<std::uint32_t, kRateSteps> bytes_{};
  std::optional<std::int64_t> head_;  // the last step
  std::int64_t first_ = 0;            // no step before it counts
};

}  // namespace plenary::bandwidth
