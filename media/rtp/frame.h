// What crosses between a room process and a shard, and the same thing in memory: one frame of one track, in clear.
// On the socket pair (SOCK_SEQPACKET) a frame is cut into chunks; layout in feed_wire.h.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/base/time.h"

namespace plenary::rtp {

// Largest RTP payload that we make ourselves: with 12 bytes of header, 24 of extensions, 16 of GCM tag, 2 of RTX and
// 48 of IPv6 and UDP a datagram stays under 1,280 bytes, the smallest MTU that IPv6 allows.
constexpr std::size_t kMaxPayload = 1'150;

// Room process to shard: payloads made by us. All equal in size, the last may be shorter, so that one UDP GSO message
// carries them. Shard to room process: what a speaker sent; each payload is then one whole RTP packet (header
// included) as it was decrypted, in order of arrival.
struct Frame {
  std::uint16_t track = 0;  // number inside the feed, told by the `track` report or the `speaker.add` command
  Codec codec = Codec::opus;
  bool key_frame = false;
  bool slate = false;                       // part of the slate that a room process hands over at its start; never live
  std::uint32_t rtp_timestamp = 0;          // in the codec's clock rate; continuous while the room process lives
  Instant captured{};                       // when the picture or sound was taken, on the server's clock
  std::optional<std::uint8_t> audio_level;  // RFC 6464: 0 loudest … 127 silence, in −dBov
  std::vector<ByteVector> payloads;
};

}  // namespace plenary::rtp
