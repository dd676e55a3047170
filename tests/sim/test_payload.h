// Payloads that say which frame they belong to, in a form that our code takes for H.264, VP8 or Opus.
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/rtp/frame.h"

namespace plenary::sim {

struct PayloadMark {
  std::uint32_t frame = 0;
  std::uint16_t part = 0;
  std::uint16_t parts = 1;
  std::uint16_t stream = 0;  // who made it
  bool key_frame = false;
};

ByteVector make_payload(Codec codec, const PayloadMark& mark, std::size_t size, std::uint16_t picture_id = 0);
// Of VP9 or AV1 in spatial layers (L3T1_KEY): between key frames no layer refers to another.
struct SpatialPart {
  std::uint8_t layer = 0;
  std::uint8_t layers = 0;
};
ByteVector make_spatial_payload(Codec codec, const SpatialPart& part, const PayloadMark& mark, std::size_t size,
                                std::uint16_t picture_id);
// AV1's dependency descriptor for it. A layer that is left out has frame numbers all the same.
ByteVector make_descriptor(const SpatialPart& part, const PayloadMark& mark);
std::optional<PayloadMark> read_payload(Codec codec, Bytes payload);
// What a room process sends.
rtp::Frame make_frame(Codec codec, std::uint16_t track, PayloadMark mark, std::uint32_t timestamp, Instant captured,
                      std::size_t size);

}  // namespace plenary::sim
