// Which of several sources of the same thing is used: the first in rank that still delivers. A backup comes in when
// the better one has been away for half a second, and gives way at once when it is back. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/base/time.h"

namespace plenary::room {

class Failover {
 public:
  static constexpr Duration kAwayAfter = std::chrono::milliseconds(500);
  static constexpr int kRanks = 4;

  enum class Verdict : std::uint8_t { used, switched, refused };

  // Something of `rank` arrived; may it be used?
  Verdict offer(int rank, Instant now);
  [[nodiscard]] std::optional<int> in_use() const { return in_use_; }

 private:
  std::array<std::optional<Instant>, kRanks> last_{};
  std::optional<int> in_use_;
};

}  // namespace plenary::room
