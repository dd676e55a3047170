#include "media/forward/packet_ring.h"

#include <algorithm>
#include <bit>

#include "media/base/check.h"

namespace plenary::forward {

PacketRing::PacketRing(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {
  PLENARY_CHECK(std::has_single_bit(capacity));
}

TrackPacket& PacketRing::put(std::uint64_t index) {
  TrackPacket& slot = slots_[index & mask_];
  empty(slot);
  if (!spare_.empty()) {
    slot.payload = std::move(spare_.back());
    spare_.pop_back();
  }
  slot.index = index;
  tail_ = std::min(tail_, index);
  head_ = std::max(head_, index + 1);
  return slot;
}

void PacketRing::trim(Instant oldest) {
  if (head_ - tail_ > capacity()) tail_ = head_ - capacity();
  for (; tail_ < head_; ++tail_) {
    TrackPacket& slot = slots_[tail_ & mask_];
    if (slot.index != tail_) continue;  // never came
    if (slot.arrived >= oldest) return;
    empty(slot);
  }
}

void PacketRing::empty(TrackPacket& slot) {
  ByteVector payload = std::move(slot.payload);
  ByteVector descriptor = std::move(slot.descriptor);  // some forty bytes: it stays where it is
  descriptor.clear();
  slot = TrackPacket{};
  slot.descriptor = std::move(descriptor);
  if (payload.capacity() == 0 || spare_.size() == kMaxSpare) return;
  payload.clear();
  spare_.push_back(std::move(payload));
}

}  // namespace plenary::forward
