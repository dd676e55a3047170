// A picture in spatial layers that come as one stream (SVC: VP9 by RFC 9628, AV1 by its dependency descriptor), made
// into a stream for each of them: what a viewer of a layer gets is what its decoder needs and no more, whole pictures
// with numbers that go on, as if it had been sent so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/vp9.h"

namespace plenary::forward {

constexpr std::size_t kMaxSpatialLayers = 3;  // as many as a viewer chooses from; more are one stream

// What a packet is among the layers of its picture.
struct SpatialPlace {
  std::size_t layers = 0;  // that the stream has, as its last key frame said
  std::size_t layer = 0;   // of this packet; `layers`: none, it is padding or lies
  bool ends_frame = false;
  std::uint8_t streams = 0;  // bit n: the stream of layer n has it

  [[nodiscard]] bool in_stream(std::size_t number) const { return (streams >> number & 1) != 0; }
};
SpatialPlace spatial_place(const rtp::Vp9Descriptor& descriptor, std::size_t layers);

// AV1: the decode targets behind the layers that viewers choose from.
struct LayerTargets {
  std::size_t layers = 0;
  std::array<std::uint8_t, kMaxSpatialLayers> best{};     // of layer n the one with all its frames
  std::array<std::uint32_t, kMaxSpatialLayers> within{};  // bits of those that the stream of layer n holds
};
// `first` brought the structure. Nothing: it has more layers than viewers choose from, or not all of them begin with
// this frame.
std::optional<LayerTargets> layer_targets(const rtp::DependencyStructure& structure,
                                          const rtp::FrameDependencies& first);
SpatialPlace spatial_place(const rtp::DependencyDescriptor& descriptor, const LayerTargets& targets);

// The RTP packet as the stream of `layer` has it: with the marker where its picture ends; what is of no use there
// becomes padding, which takes no number in a track. Nothing below is left out that a frame of `layer` refers to, so
// its stream begins with any key frame of the whole.
ByteVector packet_of_layer(Bytes packet, const SpatialPlace& place, std::size_t layer);

}  // namespace plenary::forward
