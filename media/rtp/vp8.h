// VP8 in RTP (RFC 7741): the payload descriptor, key frames, packetizing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/rtp/frame.h"
#include "media/rtp/picture_numbers.h"

namespace plenary::rtp {

struct Vp8Descriptor : PictureNumbers {
  std::size_t size = 0;  // bytes before the VP8 payload
  bool non_reference = false;
  bool starts_partition = false;
  std::uint8_t partition = 0;
  std::optional<std::uint8_t> temporal_layer;
  bool layer_sync = false;
  std::optional<std::uint8_t> key_index;

  [[nodiscard]] bool starts_frame() const { return starts_partition && partition == 0; }
};

// Nothing when the descriptor is cut or nothing follows it.
std::optional<Vp8Descriptor> parse_vp8_descriptor(Bytes payload);

// RFC 7741 §4.3: first packet of a frame whose P bit says key frame.
bool vp8_payload_starts_key_frame(Bytes payload);

// Size of a key frame's picture (RFC 6386 §9.1), from the first payload of the frame.
struct Vp8Size {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};
std::optional<Vp8Size> vp8_key_frame_size(Bytes payload);

// One frame's payloads, equal in size, the last may be shorter.
std::vector<ByteVector> packetize_vp8(Bytes frame, std::uint16_t picture_id, std::size_t max_payload = kMaxPayload);

}  // namespace plenary::rtp
