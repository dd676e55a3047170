#include "media/room/failover.h"

namespace plenary::room {

Failover::Verdict Failover::offer(int rank, Instant now) {
  if (rank < 0 || rank >= kRanks) return Verdict::refused;
  last_[rank] = now;
  for (int better = 0; better < rank; ++better) {
    if (last_[better] && now - *last_[better] < kAwayAfter) return Verdict::refused;
  }
  if (in_use_ == rank) return Verdict::used;
  in_use_ = rank;
  return Verdict::switched;
}

}  // namespace plenary::room
