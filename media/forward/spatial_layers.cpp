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
  std::uint8_t streams = 0;
  for (std::size_t layer = descriptor.spatial_layer; layer < layers; ++layer) {
    const bool needed = layer == descriptor.spatial_layer || !descriptor.not_for_upper_layers;
    if (needed) streams |= static_cast<std::uint8_t>(1U << layer);
  }
  return {.layers = layers,
          .layer = std::min<std::size_t>(descriptor.spatial_layer, layers),
          .ends_frame = descriptor.ends_frame,
          .streams = streams};
}

std::optional<LayerTargets> layer_targets(const rtp::DependencyStructure& structure,
                                          const rtp::FrameDependencies& first) {
  LayerTargets found{.layers = structure.spatial_layers()};
  if (found.layers > kMaxSpatialLayers) return std::nullopt;
  for (std::size_t layer = 0; layer < found.layers; ++layer) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < structure.targets.size(); ++i) {
      const rtp::DecodeTarget& target = structure.targets[i];
      if (target.spatial_id <= layer) found.within[layer] |= std::uint32_t{1} << i;
      if (target.spatial_id != layer) continue;
      if (!best || target.temporal_id > structure.targets[*best].temporal_id) best = i;
    }
    if (!best || first.targets[*best] == rtp::Indication::not_present) return std::nullopt;
    found.best[layer] = static_cast<std::uint8_t>(*best);
  }
  return found;
}

SpatialPlace spatial_place(const rtp::DependencyDescriptor& descriptor, const LayerTargets& targets) {
  SpatialPlace place{.layers = targets.layers,
                     .layer = std::min<std::size_t>(descriptor.frame.spatial_id, targets.layers),
                     .ends_frame = descriptor.ends_frame};
  for (std::size_t layer = 0; layer < targets.layers; ++layer) {
    const std::size_t target = targets.best[layer];
    if (target >= descriptor.frame.targets.size()) continue;  // of an older structure
    const bool needed = descriptor.frame.targets[target] != rtp::Indication::not_present;
    if (needed) place.streams |= static_cast<std::uint8_t>(1U << layer);
  }
  return place;
}

ByteVector packet_of_layer(Bytes packet, const SpatialPlace& place, std::size_t layer) {
  PLENARY_CHECK(packet.size() >= rtp::kMinHeader);
  const bool needed = place.in_stream(layer);
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
