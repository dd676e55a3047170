#include "media/rtp/packet.h"

#include <algorithm>

namespace plenary::rtp {
namespace {

constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;  // the low four bits are the application's

std::optional<Packet> refuse(RtpFault reason, RtpFault* fault) {
  if (fault != nullptr) *fault = reason;
  return std::nullopt;
}

std::optional<Bytes> find_one_byte(Bytes elements, std::uint8_t id) {
  ByteReader reader(elements);
  while (reader.remaining() > 0) {
    const std::uint8_t head = reader.u8();
    if (head == 0) continue;
    const std::uint8_t element = head >> 4;
    // RFC 8285 §4.2: ids 0 (with a length) and 15 end the processing.
    if (element == 0 || element == 15) return std::nullopt;
    const Bytes value = reader.take((head & 0x0f) + std::size_t{1});
    if (!reader.ok()) return std::nullopt;
    if (element == id) return value;
  }
  return std::nullopt;
}

std::optional<Bytes> find_two_byte(Bytes elements, std::uint8_t id) {
  ByteReader reader(elements);
  while (reader.remaining() > 0) {
    const std::uint8_t element = reader.u8();
    if (element == 0) continue;
    const std::size_t length = reader.u8();
    const Bytes value = reader.take(length);
    if (!reader.ok()) return std::nullopt;
    if (element == id) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Packet> parse_packet(Bytes bytes, RtpFault* fault) {
  if (bytes.size() < kMinHeader) return refuse(RtpFault::too_short, fault);
  if (bytes.size() > kMaxPacket) return refuse(RtpFault::too_long, fault);
  if (bytes[0] >> 6 != 2) return refuse(RtpFault::version, fault);
  const bool has_padding = (bytes[0] & 0x20) != 0;
  const bool has_extensions = (bytes[0] & 0x10) != 0;
  const std::size_t csrc_bytes = (bytes[0] & 0x0f) * std::size_t{4};

  Packet packet;
  packet.marker = (bytes[1] & 0x80) != 0;
  packet.payload_type = bytes[1] & 0x7f;
  packet.sequence = load_u16(bytes.data() + 2);
  packet.timestamp = load_u32(bytes.data() + 4);
  packet.ssrc = load_u32(bytes.data() + 8);

  ByteReader reader(bytes.subspan(kMinHeader));
  reader.take(csrc_bytes);
  if (!reader.ok()) return refuse(RtpFault::csrc_cut, fault);
  if (has_extensions) {
    packet.extension_profile = reader.u16();
    const std::size_t words = reader.u16();
    packet.extensions = reader.take(words * 4);
    if (!reader.ok()) return refuse(RtpFault::extension_cut, fault);
  }
  packet.payload = reader.rest();
  if (has_padding) {
    if (packet.payload.empty()) return refuse(RtpFault::padding, fault);
    packet.padding = packet.payload.back();
    if (packet.padding == 0 || packet.padding > packet.payload.size()) return refuse(RtpFault::padding, fault);
    packet.payload = packet.payload.first(packet.payload.size() - packet.padding);
  } else if (packet.payload.empty()) {
    return refuse(RtpFault::empty_payload, fault);
  }
  return packet;
}

std::optional<Bytes> find_extension(const Packet& packet, std::uint8_t id) {
  if (id == 0) return std::nullopt;
  if (packet.extension_profile == kOneByteProfile) return find_one_byte(packet.extensions, id);
  if ((packet.extension_profile & 0xfff0) == kTwoByteProfile) return find_two_byte(packet.extensions, id);
  return std::nullopt;
}

std::uint64_t SequenceUnwrapper::unwrap(std::uint16_t sequence) {
  if (!last_) {
    last_ = 0x10000 + std::uint64_t{sequence};
    return *last_;
  }
  const auto step = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(*last_));
  const std::uint64_t unwrapped = *last_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(step));
  last_ = std::max(*last_, unwrapped);
  return unwrapped;
}

}  // namespace plenary::rtp
