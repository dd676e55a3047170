#include "media/rtp/vp8.h"

#include <algorithm>
#include <cstring>

#include "media/base/check.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kMinMaxPayload = 64;
constexpr std::size_t kMaxMaxPayload = 1'500;
constexpr std::uint16_t kPictureIdMask = 0x7fff;

// RFC 7741 §4.2, first octet: X R N S R PID
constexpr std::uint8_t kExtended = 0x80;
constexpr std::uint8_t kNonReference = 0x20;
constexpr std::uint8_t kStart = 0x10;
// Second octet: I L T K RSV
constexpr std::uint8_t kHasPictureId = 0x80;
constexpr std::uint8_t kHasTl0 = 0x40;
constexpr std::uint8_t kHasTid = 0x20;
constexpr std::uint8_t kHasKeyIndex = 0x10;
constexpr std::uint8_t kWide = 0x80;

void read_picture_id(ByteReader& reader, Vp8Descriptor& descriptor, std::size_t size) {
  descriptor.picture_id_offset = size - reader.remaining();
  const std::uint8_t first = reader.u8();
  descriptor.picture_id_is_wide = (first & kWide) != 0;
  descriptor.picture_id = descriptor.picture_id_is_wide ? static_cast<std::uint16_t>((first & 0x7f) << 8 | reader.u8())
                                                        : std::uint16_t{first};
}

void read_extension(ByteReader& reader, Vp8Descriptor& descriptor, std::size_t size) {
  const std::uint8_t present = reader.u8();
  if ((present & kHasPictureId) != 0) read_picture_id(reader, descriptor, size);
  if ((present & kHasTl0) != 0) {
    descriptor.tl0_offset = size - reader.remaining();
    descriptor.tl0_picture_index = reader.u8();
  }
  if ((present & (kHasTid | kHasKeyIndex)) != 0) {
    const std::uint8_t octet = reader.u8();
    if ((present & kHasTid) != 0) {
      descriptor.temporal_layer = octet >> 6;
      descriptor.layer_sync = (octet & 0x20) != 0;
    }
    if ((present & kHasKeyIndex) != 0) descriptor.key_index = octet & 0x1f;
  }
}

}  // namespace

std::optional<Vp8Descriptor> parse_vp8_descriptor(Bytes payload) {
  ByteReader reader(payload);
  Vp8Descriptor descriptor;
  const std::uint8_t first = reader.u8();
  descriptor.non_reference = (first & kNonReference) != 0;
  descriptor.starts_partition = (first & kStart) != 0;
  descriptor.partition = first & 0x07;
  if ((first & kExtended) != 0) read_extension(reader, descriptor, payload.size());
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  descriptor.size = payload.size() - reader.remaining();
  return descriptor;
}

bool vp8_payload_starts_key_frame(Bytes payload) {
  const auto descriptor = parse_vp8_descriptor(payload);
  return descriptor && descriptor->starts_frame() && (payload[descriptor->size] & 1) == 0;
}

std::optional<Vp8Size> vp8_key_frame_size(Bytes payload) {
  if (!vp8_payload_starts_key_frame(payload)) return std::nullopt;
  ByteReader reader(payload.subspan(parse_vp8_descriptor(payload)->size));
  reader.u24();
  const bool start_code = reader.u24() == 0x9d012a;
  const Bytes sides = reader.take(4);  // little endian, two bits of scaling on top of each
  if (!reader.ok() || !start_code) return std::nullopt;
  return Vp8Size{static_cast<std::uint16_t>((sides[1] << 8 | sides[0]) & 0x3fff),
                 static_cast<std::uint16_t>((sides[3] << 8 | sides[2]) & 0x3fff)};
}

Vp8Offsets vp8_offsets_after(std::uint16_t last_picture_id, std::uint8_t last_tl0, const Vp8Descriptor& first) {
  Vp8Offsets offsets;
  if (first.picture_id) {
    offsets.picture_id = static_cast<std::uint16_t>((last_picture_id + 1 - *first.picture_id) & kPictureIdMask);
  }
  if (first.tl0_picture_index) {
    offsets.tl0_picture_index = static_cast<std::uint8_t>(last_tl0 + 1 - *first.tl0_picture_index);
  }
  return offsets;
}

void rewrite_vp8(MutableBytes payload, const Vp8Descriptor& descriptor, Vp8Offsets offsets) {
  if (descriptor.picture_id && descriptor.picture_id_is_wide) {
    const auto id = static_cast<std::uint16_t>((*descriptor.picture_id + offsets.picture_id) & kPictureIdMask);
    store_u16(payload.data() + descriptor.picture_id_offset, static_cast<std::uint16_t>(0x8000 | id));
  }
  if (descriptor.tl0_picture_index) {
    payload[descriptor.tl0_offset] =
        static_cast<std::uint8_t>(*descriptor.tl0_picture_index + offsets.tl0_picture_index);
  }
}

std::size_t copy_rewritten_vp8(Bytes payload, const Vp8Descriptor& descriptor, Vp8Offsets offsets,
                               std::array<std::uint8_t, kMaxVp8Descriptor>& out) {
  PLENARY_CHECK(descriptor.size <= out.size() && descriptor.size <= payload.size());
  std::memcpy(out.data(), payload.data(), descriptor.size);
  rewrite_vp8(MutableBytes(out.data(), descriptor.size), descriptor, offsets);
  return descriptor.size;
}

std::optional<ByteVector> Vp8Widener::widen(Bytes payload) {
  const auto descriptor = parse_vp8_descriptor(payload);
  if (!descriptor) return std::nullopt;
  if (!descriptor->picture_id || descriptor->picture_id_is_wide) {
    last_ = descriptor->picture_id;
    return ByteVector(payload.begin(), payload.end());
  }
  // Seven bits go round every four seconds at 30 frames/s: the nearest to the last one is meant.
  const std::uint16_t narrow = *descriptor->picture_id;
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
  writer.bytes(payload.first(descriptor->picture_id_offset));
  writer.u16(static_cast<std::uint16_t>(0x8000 | wide));
  writer.bytes(payload.subspan(descriptor->picture_id_offset + 1));
  return widened;
}

std::vector<ByteVector> packetize_vp8(Bytes frame, std::uint16_t picture_id, std::size_t max_payload) {
  PLENARY_CHECK(max_payload >= kMinMaxPayload && max_payload <= kMaxMaxPayload);
  constexpr std::size_t kDescriptor = 4;
  std::vector<ByteVector> payloads;
  if (frame.empty()) return payloads;
  const std::size_t room = max_payload - kDescriptor;
  const std::size_t count = (frame.size() + room - 1) / room;
  const std::size_t piece = (frame.size() + count - 1) / count;
  for (std::size_t at = 0; at < frame.size(); at += piece) {
    const Bytes part = frame.subspan(at, std::min(piece, frame.size() - at));
    ByteVector& payload = payloads.emplace_back();
    payload.reserve(kDescriptor + part.size());
    ByteWriter writer(payload);
    writer.u8(at == 0 ? kExtended | kStart : kExtended);
    writer.u8(kHasPictureId);
    writer.u16(static_cast<std::uint16_t>(0x8000 | (picture_id & kPictureIdMask)));
    writer.bytes(part);
  }
  return payloads;
}

}  // namespace plenary::rtp
