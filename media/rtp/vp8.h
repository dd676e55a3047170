// VP8 in RTP (RFC 7741): the payload descriptor, its rewriting when a viewer's picture is switched, packetizing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/rtp/frame.h"

namespace plenary::rtp {

constexpr std::size_t kMaxVp8Descriptor = 6;  // bytes, with a 15-bit PictureID

struct Vp8Descriptor {
  std::size_t size = 0;  // bytes before the VP8 payload
  bool non_reference = false;
  bool starts_partition = false;
  std::uint8_t partition = 0;
  std::optional<std::uint16_t> picture_id;
  bool picture_id_is_wide = false;    // 15 bits, else 7
  std::size_t picture_id_offset = 0;  // where it stands; valid with picture_id
  std::optional<std::uint8_t> tl0_picture_index;
  std::size_t tl0_offset = 0;  // where it stands; valid with tl0_picture_index
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

// What a forwarder adds to every descriptor of a viewer's segment, in the circles of 2^15 and 2^8.
struct Vp8Offsets {
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_picture_index = 0;
};
// Offsets with which `first` follows what the viewer got last (`last_…` are values as sent).
Vp8Offsets vp8_offsets_after(std::uint16_t last_picture_id, std::uint8_t last_tl0, const Vp8Descriptor& first);

// In place; the size does not change. Needs a wide PictureID (Vp8Widener makes them wide); what is absent stays absent.
void rewrite_vp8(MutableBytes payload, const Vp8Descriptor& descriptor, Vp8Offsets offsets);
// The same descriptor rewritten into `out`, for a sender that leaves the ring untouched: encrypt `out` before
// payload.subspan(descriptor.size). Returns the bytes written, equal to descriptor.size.
std::size_t copy_rewritten_vp8(Bytes payload, const Vp8Descriptor& descriptor, Vp8Offsets offsets,
                               std::array<std::uint8_t, kMaxVp8Descriptor>& out);

// Where packets enter a track: a 7-bit PictureID becomes a 15-bit one that goes on beyond 127, so that everything
// behind sees one width. One for each source stream.
class Vp8Widener {
 public:
  // Nothing when the payload is no VP8. Otherwise a payload that is the same or one byte longer.
  std::optional<ByteVector> widen(Bytes payload);

 private:
  std::optional<std::uint16_t> last_;
};

// One frame's payloads, equal in size, the last may be shorter.
std::vector<ByteVector> packetize_vp8(Bytes frame, std::uint16_t picture_id, std::size_t max_payload = kMaxPayload);

}  // namespace plenary::rtp
