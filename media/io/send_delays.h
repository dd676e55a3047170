// How long media take from in to out: a histogram of what a shard sends, one count a datagram. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/base/time.h"

namespace plenary::io {

class SendDelays {
 public:
  // Upper bounds, inclusive; one more bucket holds what is above. A sound packet is 20 ms, and 40 ms are late
  // (kLagLate).
  static constexpr std::array<Duration, 9> kBounds = {
      std::chrono::microseconds(500), std::chrono::milliseconds(1),  std::chrono::milliseconds(2),
      std::chrono::milliseconds(5),   std::chrono::milliseconds(10), std::chrono::milliseconds(20),
      std::chrono::milliseconds(40),  std::chrono::milliseconds(80), std::chrono::milliseconds(160)};
  using Counts = std::array<std::uint64_t, kBounds.size() + 1>;

  void add(Duration delay, std::uint64_t datagrams) {
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && delay > kBounds[bucket]) ++bucket;
    counts_[bucket] += datagrams;
    sum_ += std::chrono::duration_cast<std::chrono::microseconds>(delay) * static_cast<std::int64_t>(datagrams);
  }
  [[nodiscard]] const Counts& counts() const { return counts_; }
  // Of all datagrams. In nanoseconds three weeks of a full core would overflow it.
  [[nodiscard]] std::chrono::microseconds sum() const { return sum_; }

 private:
  Counts counts_{};
  std::chrono::microseconds sum_{};
};

}  // namespace plenary::io
