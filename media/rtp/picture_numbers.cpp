#include "media/rtp/picture_numbers.h"

#include <cstring>

#include "media/base/check.h"
#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

namespace plenary::rtp {
namespace {

constexpr std::uint16_t kPictureIdMask = 0x7fff;
constexpr std::uint8_t kWide = 0x80;

}  // namespace

void read_picture_id(ByteReader& reader, std::size_t payload_size, PictureNumbers& numbers) {
  numbers.picture_id_offset = payload_size - reader.remaining();
  const std::uint8_t first = reader.u8();
  numbers.picture_id_is_wide = (first & kWide) != 0;
  numbers.picture_id =
      numbers.picture_id_is_wide ? static_cast<std::uint16_t>((first & 0x7f) << 8 | reader.u8()) : std::uint16_t{first};
}

std::optional<PictureNumbers> read_picture_numbers(Codec codec, Bytes payload) {
  if (codec == Codec::vp8) {
    if (const auto descriptor = parse_vp8_descriptor(payload)) return *descriptor;
  } else if (codec == Codec::vp9) {
    if (const auto descriptor = parse_vp9_descriptor(payload)) return *descriptor;
  }
  return std::nullopt;
}

void LastNumbers::set(const PictureNumbers& numbers, PictureOffsets offsets) {
  if (numbers.picture_id) {
    picture_id = static_cast<std::uint16_t>((*numbers.picture_id + offsets.picture_id) & kPictureIdMask);
  }
  if (numbers.tl0_picture_index) {
    tl0_picture_index = static_cast<std::uint8_t>(*numbers.tl0_picture_index + offsets.tl0_picture_index);
  }
  if (numbers.frame_number) {
    frame_number = static_cast<std::uint16_t>(*numbers.frame_number + offsets.frame_number);
  }
}

PictureOffsets offsets_after(const LastNumbers& last, const PictureNumbers& first) {
  PictureOffsets offsets;
  if (first.picture_id) {
    offsets.picture_id = static_cast<std::uint16_t>((last.picture_id + 1 - *first.picture_id) & kPictureIdMask);
  }
  if (first.tl0_picture_index) {
    offsets.tl0_picture_index = static_cast<std::uint8_t>(last.tl0_picture_index + 1 - *first.tl0_picture_index);
  }
  if (first.frame_number) {
    offsets.frame_number = static_cast<std::uint16_t>(last.frame_number + 1 - *first.frame_number);
  }
  return offsets;
}

void rewrite_numbers(MutableBytes payload, const PictureNumbers& numbers, PictureOffsets offsets) {
  if (numbers.picture_id && numbers.picture_id_is_wide) {
    const auto id = static_cast<std::uint16_t>((*numbers.picture_id + offsets.picture_id) & kPictureIdMask);
    store_u16(payload.data() + numbers.picture_id_offset, static_cast<std::uint16_t>(0x8000 | id));
  }
  if (numbers.tl0_picture_index) {
    payload[numbers.tl0_offset] = static_cast<std::uint8_t>(*numbers.tl0_picture_index + offsets.tl0_picture_index);
  }
}

std::size_t copy_rewritten_numbers(Bytes payload, const PictureNumbers& numbers, PictureOffsets offsets,
                                   std::array<std::uint8_t, kMaxNumbersPrefix>& out) {
  const std::size_t size = numbers.prefix();
  PLENARY_CHECK(size <= out.size() && size <= payload.size());
  std::memcpy(out.data(), payload.data(), size);
  rewrite_numbers(MutableBytes(out.data(), size), numbers, offsets);
  return size;
}

std::optional<ByteVector> PictureIdWidener::widen(Bytes payload, const PictureNumbers& numbers) {
  if (!numbers.picture_id || numbers.picture_id_is_wide) {
    last_ = numbers.picture_id;
    return std::nullopt;
  }
  // Seven bits go round every four seconds at 30 frames/s: the nearest to the last one is meant.
  const std::uint16_t narrow = *numbers.picture_id;
  std::uint16_t wide = narrow;
  if (last_) {
    const int step = ((narrow - *last_ + 64) & 0x7f) - 64;
    wide = static_cast<std::uint16_t>((*last_ + step) & kPictureIdMask);
  }
  const bool goes_on = !last_ || ((wide - *last_) & kPictureIdMask) < kPictureIdMask / 2;
  if (goes_on) last_ = wide;

  ByteVector widened;
  widened.reserve(payload.size() + 1);
  ByteWriter writer(widened);
  writer.bytes(payload.first(numbers.picture_id_offset));
  writer.u16(static_cast<std::uint16_t>(0x8000 | wide));
  writer.bytes(payload.subspan(numbers.picture_id_offset + 1));
  return widened;
}

}  // namespace plenary::rtp
