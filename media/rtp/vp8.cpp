#include "media/rtp/vp8.h"

#include <algorithm>

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

void read_extension(ByteReader& reader, Vp8Descriptor& descriptor, std::size_t size) {
  const std::uint8_t present = reader.u8();
  if ((present & kHasPictureId) != 0) read_picture_id(reader, size, descriptor);
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
