// VP9 in RTP (RFC 9628): the payload descriptor with its layers, and key frames.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/rtp/picture_numbers.h"

namespace plenary::rtp {

constexpr std::size_t kMaxVp9SpatialLayers = 8;  // RFC 9628 §4.2: three bits
constexpr std::size_t kMaxVp9References = 3;     // of a picture in flexible mode

struct Vp9Size {
  std::uint16_t width = 0;  // pixels
  std::uint16_t height = 0;
};

// RFC 9628 §4.2.1; the group of pictures that it may describe is read over.
struct Vp9ScalabilityStructure {
  std::size_t spatial_layers = 1;
  std::array<Vp9Size, kMaxVp9SpatialLayers> sizes{};  // zeros where they are not named
};

// RFC 9628 §4.2. "Frame" is a spatial layer's share of a picture.
struct Vp9Descriptor : PictureNumbers {
  std::size_t size = 0;  // bytes before the VP9 payload
  bool inter_picture = false;
  bool flexible = false;
  bool starts_frame = false;
  bool ends_frame = false;
  bool not_for_upper_layers = false;  // no higher layer's frame, of this picture or a later one, refers to it
  // Zeros where the descriptor names no layers.
  std::uint8_t temporal_layer = 0;
  bool switching_up = false;
  std::uint8_t spatial_layer = 0;
  bool inter_layer = false;  // refers to the layer below, of the same picture
  std::optional<Vp9ScalabilityStructure> structure;
};

// Nothing when the descriptor is cut, breaks a rule of the RFC, or nothing follows it.
std::optional<Vp9Descriptor> parse_vp9_descriptor(Bytes payload);

// First packet of the lowest layer's frame, which refers to nothing and says of itself that it is a key frame.
bool vp9_payload_starts_key_frame(Bytes payload);
// Size of that frame (VP9 bitstream §6.2, profile 0), or of the picture's highest layer where the descriptor names
// them.
std::optional<Vp9Size> vp9_key_frame_size(Bytes payload);

}  // namespace plenary::rtp
