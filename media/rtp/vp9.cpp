#include "media/rtp/vp9.h"

namespace plenary::rtp {
namespace {

// RFC 9628 §4.2, first octet: I P L F B E V Z
constexpr std::uint8_t kHasPictureId = 0x80;
constexpr std::uint8_t kInterPicture = 0x40;
constexpr std::uint8_t kHasLayers = 0x20;
constexpr std::uint8_t kFlexible = 0x10;
constexpr std::uint8_t kStarts = 0x08;
constexpr std::uint8_t kEnds = 0x04;
constexpr std::uint8_t kHasStructure = 0x02;
constexpr std::uint8_t kNotForUpper = 0x01;

// VP9 bitstream §6.2: frame_marker, two profile bits, show_existing_frame, frame_type, …
constexpr std::uint8_t kFrameMarkerMask = 0xc0;
constexpr std::uint8_t kFrameMarker = 0x80;
constexpr std::uint8_t kProfileMask = 0x30;
constexpr std::uint8_t kShowsExisting = 0x08;
constexpr std::uint8_t kNonKeyFrame = 0x04;
constexpr std::uint32_t kSyncCode = 0x498342;
constexpr std::uint8_t kColorSpaceRgb = 7;  // not in profile 0

// |  TID  |U|  SID  |D|, and TL0PICIDX outside the flexible mode.
void read_layers(ByteReader& reader, Vp9Descriptor& descriptor, std::size_t payload_size) {
  const std::uint8_t octet = reader.u8();
  descriptor.temporal_layer = octet >> 5;
  descriptor.switching_up = (octet & 0x10) != 0;
  descriptor.spatial_layer = octet >> 1 & 0x07;
  descriptor.inter_layer = (octet & 0x01) != 0;
  if (descriptor.flexible) return;
  descriptor.tl0_offset = payload_size - reader.remaining();
  descriptor.tl0_picture_index = reader.u8();
}

// |  P_DIFF  |N|, at most three. False: there are more.
bool skip_references(ByteReader& reader) {
  for (std::size_t i = 0; i < kMaxVp9References; ++i) {
    if ((reader.u8() & 0x01) == 0) return true;
  }
  return false;
}

// |  N_S  |Y|G|-|-|-|, sizes, |  N_G  |, and of each picture |  TID  |U|  R  |-|-| with R octets behind it.
Vp9ScalabilityStructure read_structure(ByteReader& reader) {
  Vp9ScalabilityStructure structure;
  const std::uint8_t octet = reader.u8();
  structure.spatial_layers = (octet >> 5) + std::size_t{1};
  if ((octet & 0x10) != 0) {
    for (std::size_t i = 0; i < structure.spatial_layers; ++i) {
      structure.sizes[i].width = reader.u16();
      structure.sizes[i].height = reader.u16();
    }
  }
  if ((octet & 0x08) == 0) return structure;
  const std::size_t pictures = reader.u8();
  for (std::size_t i = 0; i < pictures && reader.ok(); ++i) reader.take(reader.u8() >> 2 & 0x03);
  return structure;
}

}  // namespace

std::optional<Vp9Descriptor> parse_vp9_descriptor(Bytes payload) {
  ByteReader reader(payload);
  Vp9Descriptor descriptor;
  const std::uint8_t first = reader.u8();
  descriptor.inter_picture = (first & kInterPicture) != 0;
  descriptor.flexible = (first & kFlexible) != 0;
  descriptor.starts_frame = (first & kStarts) != 0;
  descriptor.ends_frame = (first & kEnds) != 0;
  descriptor.not_for_upper_layers = (first & kNotForUpper) != 0;
  // RFC 9628 §4.2, F: "MUST only be set to 1 if the I bit is also set to 1".
  if (descriptor.flexible && (first & kHasPictureId) == 0) return std::nullopt;
  if ((first & kHasPictureId) != 0) read_picture_id(reader, payload.size(), descriptor);
  if ((first & kHasLayers) != 0) read_layers(reader, descriptor, payload.size());
  if (descriptor.flexible && descriptor.inter_picture && !skip_references(reader)) return std::nullopt;
  if ((first & kHasStructure) != 0) descriptor.structure = read_structure(reader);
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  descriptor.size = payload.size() - reader.remaining();
  return descriptor;
}

bool vp9_payload_starts_key_frame(Bytes payload) {
  const auto descriptor = parse_vp9_descriptor(payload);
  if (!descriptor || !descriptor->starts_frame || descriptor->inter_picture) return false;
  if (descriptor->spatial_layer != 0) return false;
  const std::uint8_t head = payload[descriptor->size];
  // Profile 3 has one bit more before them; it is not negotiated.
  return (head & kFrameMarkerMask) == kFrameMarker && (head & (kShowsExisting | kNonKeyFrame)) == 0;
}

std::optional<Vp9Size> vp9_key_frame_size(Bytes payload) {
  if (!vp9_payload_starts_key_frame(payload)) return std::nullopt;
  const auto descriptor = parse_vp9_descriptor(payload);
  if (descriptor->structure) {
    const Vp9Size& highest = descriptor->structure->sizes[descriptor->structure->spatial_layers - 1];
    if (highest.width != 0 && highest.height != 0) return highest;
  }
  ByteReader reader(payload.subspan(descriptor->size));
  const std::uint8_t head = reader.u8();
  const std::uint32_t sync = reader.u24();
  // color_space (3), color_range (1), frame_width_minus_1 (16), frame_height_minus_1 (16)
  const std::uint8_t colors = reader.u8();
  const std::uint32_t sizes = reader.u32();
  if (!reader.ok() || (head & kProfileMask) != 0 || sync != kSyncCode || colors >> 5 == kColorSpaceRgb) {
    return std::nullopt;
  }
  const std::uint32_t width = ((colors & 0x0fU) << 12 | sizes >> 20) + 1;
  const std::uint32_t height = (sizes >> 4 & 0xffff) + 1;
  if (width > 0xffff || height > 0xffff) return std::nullopt;
  return Vp9Size{static_cast<std::uint16_t>(width), static_cast<std::uint16_t>(height)};
}

}  // namespace plenary::rtp
