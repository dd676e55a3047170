// What the first payload of a picture's key frame says, whatever the codec.
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/base/media_types.h"

namespace plenary::rtp {

// A decoder can start with this payload; never true of sound.
bool payload_starts_key_frame(Codec codec, Bytes payload);

struct PictureSize {
  std::uint32_t width = 0;  // pixels
  std::uint32_t height = 0;
};
// Where the payload begins a key frame and names its size: VP8's frame header, or an SPS that is not fragmented.
std::optional<PictureSize> key_frame_size(Codec codec, Bytes payload);

}  // namespace plenary::rtp
