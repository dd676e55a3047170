// Retransmission format (RFC 4588): own SSRC, payload type and sequence, the original sequence in the first two bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/base/bytes.h"
#include "media/rtp/packet.h"

namespace plenary::rtp {

constexpr std::size_t kRtxPrefix = 2;  // bytes

// What an RTX packet carries; payload is a view. Nothing when there is no byte behind its prefix, as in
// padding-only probes.
struct RtxContent {
  std::uint16_t sequence = 0;
  Bytes payload;
};
std::optional<RtxContent> parse_rtx(const Packet& packet);

// The original packet again: header and extensions of the RTX packet with the media stream's SSRC, payload type and
// sequence. `bytes` is the whole RTX packet in clear.
std::optional<ByteVector> unwrap_rtx(Bytes bytes, std::uint32_t media_ssrc, std::uint8_t media_payload_type);

// The way back, for tests and senders without a ring: `bytes` is a whole RTP packet in clear.
std::optional<ByteVector> wrap_rtx(Bytes bytes, std::uint32_t rtx_ssrc, std::uint8_t rtx_payload_type,
                                   std::uint16_t rtx_sequence);

// What goes before the payload, as crypto::GcmEgress::protect's `prefix`.
inline std::array<std::uint8_t, kRtxPrefix> rtx_prefix(std::uint16_t original_sequence) {
  return {static_cast<std::uint8_t>(original_sequence >> 8), static_cast<std::uint8_t>(original_sequence)};
}

}  // namespace plenary::rtp
