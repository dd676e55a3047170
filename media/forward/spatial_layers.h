// VP9 in spatial layers that come as one stream (SVC, RFC 9628), made into a stream for each of them: what a viewer of
// a layer gets is what its decoder needs and no more, whole pictures with numbers that go on, as if it had been sent
// so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "media/base/bytes.h"
#include "media/rtp/vp9.h"

namespace plenary::forward {

// What a packet is among the layers of its picture.
struct SpatialPlace {
  std::size_t layers = 0;  // that the stream has, as its last key frame said
  std::size_t layer = 0;   // of this packet; `layers`: none, it is padding or lies
  bool ends_frame = false;
  bool for_upper_layers = false;  // higher ones refer to it
};
SpatialPlace spatial_place(const rtp::Vp9Descriptor& descriptor, std::size_t layers);

// The RTP packet as the stream of `layer` has it: with the marker where its picture ends; what is of no use there
// becomes padding, which takes no number in a track. Nothing below is left out that a frame of `layer` refers to, so
// its stream begins with any key frame of the whole.
ByteVector packet_of_layer(Bytes packet, const SpatialPlace& place, std::size_t layer);

}  // namespace plenary::forward
