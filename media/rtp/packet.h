// RTP packets (RFC 3550 §5.1, header extensions RFC 8285).
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/bytes.h"

namespace plenary::rtp {

constexpr std::size_t kMinHeader = 12;

// An Ethernet frame's worth; longer ones cannot have come from anybody we negotiated with.
constexpr std::size_t kMaxPacket = 1'500;

enum class RtpFault : std::uint8_t { too_short, version, csrc_cut, extension_cut, padding, empty_payload, too_long };

// A view into a packet; valid as long as the packet's bytes.
struct Packet {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  std::uint16_t extension_profile = 0;  // 0: none; 0xBEDE: one byte; 0x100x: two bytes
  Bytes extensions;                     // behind the profile and length words
  Bytes payload;                        // padding removed
  std::uint8_t padding = 0;             // bytes of padding
};

// An empty payload with padding is a valid probe (`payload` is empty then). `fault` may be null.
std::optional<Packet> parse_packet(Bytes bytes, RtpFault* fault = nullptr);

// The value of the extension with this id (one- and two-byte form), or nothing.
std::optional<Bytes> find_extension(const Packet& packet, std::uint8_t id);

// RFC 5761 §4: second byte 192–223 tells RTCP from RTP.
inline bool is_rtcp(Bytes bytes) { return bytes.size() >= 2 && bytes[1] >= 192 && bytes[1] <= 223; }

// a is newer than b in the circle of 2^16 (RFC 1982).
inline bool newer(std::uint16_t a, std::uint16_t b) { return a != b && static_cast<std::uint16_t>(a - b) < 0x8000; }

// Extends 16-bit sequence numbers to 64 bits; first packet starts above 2^16, so that "before the first" is positive.
class SequenceUnwrapper {
 public:
  std::uint64_t unwrap(std::uint16_t sequence);

 private:
  std::optional<std::uint64_t> last_;
};

}  // namespace plenary::rtp
