#include "media/forward/spatial_layers.h"

#include <algorithm>

#include "media/base/check.h"
#include "media/rtp/packet.h"

namespace plenary::forward {
namespace {

// RFC 3550 §5.1.
constexpr std::uint8_t kVersion = 0x80;
constexpr std::uint8_t kPaddingBit = 0x20;
constexpr std::uint8_t kMarkerBit = 0x80;

}  // namespace

SpatialPlace spatial_place(const rtp::Vp9Descriptor& descriptor, std::size_t layers) {
  return {.layers = layers,
          .layer = std::min<std::size_t>(descriptor.spatial_layer, layers),
          .ends_frame = descriptor.ends_frame,
          .for_upper_layers = !descriptor.not_for_upper_layers};
}

ByteVector packet_of_layer(Bytes packet, const SpatialPlace& place, std::size_t layer) {
  PLENARY_CHECK(packet.size() >= rtp::kMinHeader);
  const bool needed = place.layer == layer || (place.layer < layer && place.for_upper_layers);
  ByteVector bytes(packet.begin(), needed ? packet.end() : packet.begin() + rtp::kMinHeader);
  if (!needed) {
    bytes[0] = kVersion | kPaddingBit;
    bytes.push_back(1);
  } else if (place.layer == layer && place.ends_frame) {
    bytes[1] |= kMarkerBit;
  }
  return bytes;
}

}  // namespace plenary::forward
