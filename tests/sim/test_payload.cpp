#include "tests/sim/test_payload.h"

#include <string_view>

#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

namespace plenary::sim {
namespace {

constexpr std::size_t kMarkSize = 11;

void write_mark(const PayloadMark& mark, ByteVector& out) {
  ByteWriter writer(out);
  writer.u32(mark.frame);
  writer.u16(mark.part);
  writer.u16(mark.parts);
  writer.u16(mark.stream);
  writer.u8(mark.key_frame ? 1 : 0);
}

}  // namespace

ByteVector make_payload(Codec codec, const PayloadMark& mark, std::size_t size, std::uint16_t picture_id) {
  ByteVector payload;
  ByteWriter writer(payload);
  switch (codec) {
    case Codec::opus:
      writer.u8(0xfc);
      break;
    case Codec::h264:  // a single NAL unit: slice of an IDR picture, or of another
      writer.u8(mark.key_frame ? 0x65 : 0x41);
      break;
    case Codec::vp8:
      writer.u8(mark.part == 0 ? 0x90 : 0x80);  // extended; start of partition 0
      writer.u8(0x80);                          // PictureID follows
      writer.u16(static_cast<std::uint16_t>(0x8000 | (picture_id & 0x7fff)));
      writer.u8(mark.key_frame || mark.part > 0 ? 0x10 : 0x11);  // RFC 6386 §9.1: first bit clear in a key frame
      break;
    case Codec::vp9:
      writer.u8(0x80 | (mark.key_frame ? 0 : 0x40) | (mark.part == 0 ? 0x08 : 0) |
                (mark.part + 1 == mark.parts ? 0x04 : 0));  // PictureID, inter-picture, begin, end
      writer.u16(static_cast<std::uint16_t>(0x8000 | (picture_id & 0x7fff)));
      writer.u8(mark.key_frame ? 0x82 : 0x86);  // frame_marker; frame_type
      break;
    case Codec::av1:  // each packet has an OBU of its own: a sequence header, or a tile group
      writer.u8(mark.key_frame && mark.part == 0 ? 0x18 : 0x10);  // one element; the first of a sequence
      writer.u8(mark.key_frame && mark.part == 0 ? 0x08 : 0x20);
      break;
  }
  write_mark(mark, payload);
  if (payload.size() < size) payload.resize(size, 0xa5);
  return payload;
}

ByteVector make_spatial_payload(Codec codec, const SpatialPart& part, const PayloadMark& mark, std::size_t size,
                                std::uint16_t picture_id) {
  if (codec == Codec::av1) {
    ByteVector payload = make_payload(codec, mark, size);
    if (part.layer > 0) payload[0] = 0x10;  // of a sequence the lowest layer is the first
    return payload;
  }
  const bool starts = mark.part == 0;
  const bool has_structure = mark.key_frame && starts && part.layer == 0;
  ByteVector payload;
  ByteWriter writer(payload);
  // I and L; P and Z between key frames; B, E, V.
  writer.u8(static_cast<std::uint8_t>(0xa0 | (mark.key_frame ? 0 : 0x41) | (starts ? 0x08 : 0) |
                                      (mark.part + 1 == mark.parts ? 0x04 : 0) | (has_structure ? 0x02 : 0)));
  writer.u16(static_cast<std::uint16_t>(0x8000 | (picture_id & 0x7fff)));
  writer.u8(static_cast<std::uint8_t>(part.layer << 1 | (mark.key_frame && part.layer > 0 ? 1 : 0)));
  writer.u8(static_cast<std::uint8_t>(picture_id));  // TL0PICIDX
  if (has_structure) {
    writer.u8(static_cast<std::uint8_t>((part.layers - 1) << 5 | 0x10));
    for (unsigned i = 0; i < part.layers; ++i) {
      writer.u16(static_cast<std::uint16_t>(320U << i));
      writer.u16(static_cast<std::uint16_t>(180U << i));
    }
  }
  writer.u8(mark.key_frame && part.layer == 0 ? 0x82 : 0x86);
  write_mark(mark, payload);
  if (payload.size() < size) payload.resize(size, 0xa5);
  return payload;
}

ByteVector make_descriptor(const SpatialPart& part, const PayloadMark& mark) {
  // For each layer a template of key frames and one of others: SSS, S--; -SS, -S-; --S, --S.
  constexpr std::string_view kStructure =
      "000000 00010 00 10 00 10 00 11 "
      "101010 100000 001010 001000 000010 000010 "
      "0 100100 100000 100100 100000 100100 "
      "00 1 "
      "0000000100111111 0000000010110011 0000001001111111 0000000101100111 0000010011111111 0000001011001111 ";
  const bool has_structure = mark.key_frame && mark.part == 0 && part.layer == 0;
  const auto number = static_cast<std::uint16_t>(mark.frame * 3 + part.layer + 65'400);  // wraps soon
  ByteVector descriptor;
  std::size_t bits = 0;
  const auto add = [&](std::uint32_t value, unsigned count) {
    while (count-- > 0) {
      if (bits % 8 == 0) descriptor.push_back(0);
      if ((value >> count & 1) != 0) descriptor.back() |= static_cast<std::uint8_t>(0x80U >> bits % 8);
      ++bits;
    }
  };
  add(mark.part == 0 ? 1 : 0, 1);
  add(mark.part + 1 == mark.parts ? 1 : 0, 1);
  add(part.layer * 2U + (mark.key_frame ? 0 : 1), 6);
  add(number, 16);
  if (!has_structure) return descriptor;
  add(0b11000, 5);
  for (const char c : kStructure) {
    if (c != ' ') add(c == '1' ? 1 : 0, 1);
  }
  add((1U << part.layers) - 1, 3);
  return descriptor;
}

std::optional<PayloadMark> read_payload(Codec codec, Bytes payload) {
  ByteReader reader(payload);
  if (codec == Codec::vp8) {
    const std::optional<rtp::Vp8Descriptor> descriptor = rtp::parse_vp8_descriptor(payload);
    if (!descriptor) return std::nullopt;
    reader.take(descriptor->size);
  }
  if (codec == Codec::vp9) {
    const std::optional<rtp::Vp9Descriptor> descriptor = rtp::parse_vp9_descriptor(payload);
    if (!descriptor) return std::nullopt;
    reader.take(descriptor->size);
  }
  if (codec == Codec::av1) reader.u8();
  reader.u8();
  if (reader.remaining() < kMarkSize) return std::nullopt;
  PayloadMark mark;
  mark.frame = reader.u32();
  mark.part = reader.u16();
  mark.parts = reader.u16();
  mark.stream = reader.u16();
  mark.key_frame = reader.u8() != 0;
  return mark;
}

rtp::Frame make_frame(Codec codec, std::uint16_t track, PayloadMark mark, std::uint32_t timestamp, Instant captured,
                      std::size_t size) {
  rtp::Frame frame;
  frame.track = track;
  frame.codec = codec;
  frame.key_frame = mark.key_frame;
  frame.rtp_timestamp = timestamp;
  frame.captured = captured;
  for (mark.part = 0; mark.part < mark.parts; ++mark.part) frame.payloads.push_back(make_payload(codec, mark, size));
  return frame;
}

}  // namespace plenary::sim
