// The throughput that a viewer acknowledged: bytes by the time they arrived, on the receiver's clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr Duration kAcknowledgedStep = std::chrono::milliseconds(10);
constexpr std::size_t kAcknowledgedSteps = 64;                            // 640 ms
constexpr Duration kAcknowledgedWindow = std::chrono::milliseconds(500);  // long enough to even out frames
constexpr Duration kAcknowledgedAtOnce =
    std::chrono::milliseconds(200);  // what a queue that is never empty lets through
constexpr Duration kAcknowledgedShortest = std::chrono::milliseconds(100);  // nothing is said about less

class AcknowledgedRate {
 public:
  void on_arrival(Instant arrived, std::size_t bytes);
  // bit/s over the window before the last arrival; nothing before kAcknowledgedShortest has passed.
  [[nodiscard]] std::optional<std::uint64_t> over(Duration window) const;

 private:
  std::array<std::uint32_t, kAcknowledgedSteps> bytes_{};
  std::optional<std::int64_t> head_;  // the step of the last arrival
  std::int64_t first_ = 0;            // no step before it counts
};

}  // namespace plenary::bandwidth
