#include "media/forward/packet_ring.h"

#include <bit>

#include "media/base/check.h"

namespace plenary::forward {

PacketRing::PacketRing(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {
  PLENARY_CHECK(std::has_single_bit(capacity));
}

TrackPacket& PacketRing::put(std::uint64_t index) {
  TrackPacket& slot = slots_[index & mask_];
  ByteVector kept = std::move(slot.payload);
  slot = TrackPacket{};
  kept.clear();
  slot.payload = std::move(kept);
  slot.index = index;
  return slot;
}

}  // namespace plenary::forward
