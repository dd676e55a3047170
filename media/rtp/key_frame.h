// What a payload says of its frame, whatever the codec.
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/base/media_types.h"

namespace plenary::rtp {

// False: its descriptor is cut or lies, no decoder could use it. What has none is taken as it is.
bool payload_is_readable(Codec codec, Bytes payload);
// False: it goes on with a frame that an earlier packet began. True says nothing where the codec does not tell.
bool payload_may_start_frame(Codec codec, Bytes payload);
// A decoder can start with this payload; never true of sound.
bool payload_starts_key_frame(Codec codec, Bytes payload);

struct PictureSize {
  std::uint32_t width = 0;  // pixels
  std::uint32_t height = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};
// Where the payload begins a key frame and names its size: VP8's and VP9's frame header, or an SPS
// that is not fragmented.
std::optional<PictureSize> key_frame_size(Codec codec, Bytes payload);
// It names a side of more than kMaxPictureSide: a decoder would make room for the picture before it has any of it.
bool key_frame_is_too_large(Codec codec, Bytes payload);

}  // namespace plenary::rtp
