#include "media/bandwidth/packet_groups.h"

#include <algorithm>

namespace plenary::bandwidth {

bool PacketGroups::belongs(Instant sent, Instant arrived) const {
  if (sent - current_->first_sent <= kGroupLength) return true;
  // A radio link that slept hands over several groups at once; their spacing is the link's, not the queue's.
  const Duration gap = arrived - current_->last_arrived;
  const Duration growth = gap - (sent - current_->last_sent);
  return growth < Duration::zero() && gap <= kBurstGap && arrived - current_->first_arrived < kBurstLength;
}

std::optional<PacketGroups::Variation> PacketGroups::on_packet(Instant sent, Instant arrived) {
  const Group fresh{sent, sent, arrived, arrived};
  if (!current_) {
    current_ = fresh;
    return std::nullopt;
  }
  if (sent < current_->first_sent) return std::nullopt;
  if (belongs(sent, arrived)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_arrived = std::max(current_->last_arrived, arrived);
    return std::nullopt;
  }
  std::optional<Variation> variation;
  if (before_) {
    const Duration arrival = current_->last_arrived - before_->last_arrived;
    const Duration departure = current_->last_sent - before_->last_sent;
    if (arrival > kGroupJump || arrival < -kGroupJump) {
      before_.reset();
      current_ = fresh;
      return std::nullopt;
    }
    // Reordered groups say nothing about a queue.
    if (arrival >= Duration::zero()) variation = {arrival - departure, current_->last_arrived};
  }
  before_ = current_;
  current_ = fresh;
  return variation;
}

}  // namespace plenary::bandwidth
