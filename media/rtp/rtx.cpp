#include "media/rtp/rtx.h"

namespace plenary::rtp {
namespace {

constexpr std::uint8_t kPaddingBit = 0x20;

// Header and extensions of a packet as they are, with another identity; its padding does not come along.
ByteVector with_identity(Bytes header, std::uint32_t ssrc, std::uint8_t payload_type, std::uint16_t sequence) {
  ByteVector bytes(header.begin(), header.end());
  bytes[0] = static_cast<std::uint8_t>(bytes[0] & ~kPaddingBit);
  bytes[1] = static_cast<std::uint8_t>((bytes[1] & 0x80) | (payload_type & 0x7f));
  store_u16(bytes.data() + 2, sequence);
  store_u32(bytes.data() + 8, ssrc);
  return bytes;
}

Bytes header_of(Bytes bytes, const Packet& packet) {
  return bytes.first(static_cast<std::size_t>(packet.payload.data() - bytes.data()));
}

}  // namespace

std::optional<RtxContent> parse_rtx(const Packet& packet) {
  if (packet.payload.size() <= kRtxPrefix) return std::nullopt;
  return RtxContent{load_u16(packet.payload.data()), packet.payload.subspan(kRtxPrefix)};
}

std::optional<ByteVector> unwrap_rtx(Bytes bytes, std::uint32_t media_ssrc, std::uint8_t media_payload_type) {
  const auto packet = parse_packet(bytes);
  if (!packet) return std::nullopt;
  const auto content = parse_rtx(*packet);
  if (!content) return std::nullopt;
  ByteVector original = with_identity(header_of(bytes, *packet), media_ssrc, media_payload_type, content->sequence);
  original.insert(original.end(), content->payload.begin(), content->payload.end());
  return original;
}

std::optional<ByteVector> wrap_rtx(Bytes bytes, std::uint32_t rtx_ssrc, std::uint8_t rtx_payload_type,
                                   std::uint16_t rtx_sequence) {
  const auto packet = parse_packet(bytes);
  if (!packet || packet->payload.empty()) return std::nullopt;
  ByteVector wrapped = with_identity(header_of(bytes, *packet), rtx_ssrc, rtx_payload_type, rtx_sequence);
  if (wrapped.size() + kRtxPrefix + packet->payload.size() > kMaxPacket) return std::nullopt;
  ByteWriter writer(wrapped);
  writer.u16(packet->sequence);
  writer.bytes(packet->payload);
  return wrapped;
}

}  // namespace plenary::rtp
