// The numbers that a payload descriptor gives to its picture (VP8: RFC 7741 §4.2, VP9: RFC 9628 §4.2; AV1: its
// dependency descriptor), and their rewriting where a viewer's picture is switched between sources.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/base/media_types.h"

namespace plenary::rtp {

constexpr std::size_t kMaxNumbersPrefix = 5;  // bytes before and with them: two of flags, a 15-bit PictureID, TL0PICIDX

struct PictureNumbers {
  std::optional<std::uint16_t> picture_id;
  bool picture_id_is_wide = false;    // 15 bits, else 7
  std::size_t picture_id_offset = 0;  // where it stands; valid with picture_id
  std::optional<std::uint8_t> tl0_picture_index;
  std::size_t tl0_offset = 0;                 // where it stands; valid with tl0_picture_index
  std::optional<std::uint16_t> frame_number;  // of AV1, beside the payload: dependency_descriptor.h rewrites it

  // Bytes from the payload's first to the last of the numbers; 0: there are none.
  [[nodiscard]] std::size_t prefix() const {
    if (tl0_picture_index) return tl0_offset + 1;
    return picture_id ? picture_id_offset + (picture_id_is_wide ? 2 : 1) : 0;
  }
};

// One or two bytes with the M bit before them: both formats have it so.
void read_picture_id(ByteReader& reader, std::size_t payload_size, PictureNumbers& numbers);
// Nothing where the codec has none, or the descriptor cannot be read.
std::optional<PictureNumbers> read_picture_numbers(Codec codec, Bytes payload);

// What a forwarder adds to every descriptor of a viewer's segment, in the circles of 2^15, 2^8 and 2^16.
struct PictureOffsets {
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_picture_index = 0;
  std::uint16_t frame_number = 0;
};
// What a viewer got last.
struct LastNumbers {
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_picture_index = 0;
  std::uint16_t frame_number = 0;
  // `numbers` went out with these offsets; what is absent stays as it was.
  void set(const PictureNumbers& numbers, PictureOffsets offsets = {});
};
// Offsets with which `first` follows it.
PictureOffsets offsets_after(const LastNumbers& last, const PictureNumbers& first);

// In place; the size does not change. Needs a wide PictureID (PictureIdWidener makes them wide); what is absent stays
// absent.
void rewrite_numbers(MutableBytes payload, const PictureNumbers& numbers, PictureOffsets offsets);
// The same rewritten into `out`, for a sender that leaves the ring untouched: encrypt `out` before
// payload.subspan(numbers.prefix()). Returns the bytes written, equal to numbers.prefix().
std::size_t copy_rewritten_numbers(Bytes payload, const PictureNumbers& numbers, PictureOffsets offsets,
                                   std::array<std::uint8_t, kMaxNumbersPrefix>& out);

// Where packets enter a track: a 7-bit PictureID becomes a 15-bit one that goes on beyond 127, so that everything
// behind sees one width. One for each source stream.
class PictureIdWidener {
 public:
  // The payload one byte longer; nothing where it may stay as it is.
  std::optional<ByteVector> widen(Bytes payload, const PictureNumbers& numbers);

 private:
  std::optional<std::uint16_t> last_;
};

}  // namespace plenary::rtp
