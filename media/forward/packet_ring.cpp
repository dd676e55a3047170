#include "media/forward/packet_ring.h"

#include <bit>

#include "media/base/check.h"

namespace plenary::forward {

PacketRing::PacketRing(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {
  PLENARY_CHECK(std::has_single_bit(capacity));
}

TrackPacket& PacketRing::put(std::uint64_t index) {
  TrackPacket& slot = slots_[index & mask_];
  ByteVector payload = std::move(slot.payload);
  ByteVector descriptor = std::move(slot.descriptor);
  slot = TrackPacket{};
  payload.clear();
  descriptor.clear();
  slot.payload = std::move(payload);
  slot.descriptor = std::move(descriptor);
  slot.index = index;
  return slot;
}

}  // namespace plenary::forward
