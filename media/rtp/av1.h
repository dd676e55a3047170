// AV1 in RTP (AOM "RTP Payload Format For AV1" v1.0.0): the aggregation header, key frames, and temporal units out of
// packets.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/rtp/packet.h"

namespace plenary::rtp {

constexpr std::size_t kMaxAv1Elements = 64;          // of a packet; libaom's realtime frames have two or three
constexpr std::size_t kMaxTemporalUnit = 2'097'152;  // bytes; as kMaxFrameSize of feed_wire.h
constexpr std::size_t kMaxTemporalUnitObus = 256;    // a frame in 128 tiles has as many tile groups at most

enum class ObuType : std::uint8_t { sequence_header = 1, temporal_delimiter = 2, tile_list = 8, padding = 15 };

// §4.4: Z Y W W N - - -, then OBU elements.
struct Av1Payload {
  bool continues = false;        // Z: the first element goes on from the packet before
  bool to_be_continued = false;  // Y: the last one goes on in the next packet
  bool new_sequence = false;     // N: first packet of a coded video sequence
  std::vector<Bytes> elements;   // at least one, none of them empty; views into the payload
};
// Nothing when an element is cut or its length lies, and when the header contradicts itself.
std::optional<Av1Payload> parse_av1_payload(Bytes payload);

// First packet of a coded video sequence, which begins with a sequence header: a decoder can start.
bool av1_payload_starts_key_frame(Bytes payload);

// Temporal units from packets of one stream, as decoders take them: the low-overhead format (AV1 bitstream §5.2), each
// OBU with its size. Packets come in order of sequence; a gap or a lie drops the unit. Nothing before the first key
// frame, nor after a dropped unit until the next one.
class Av1Depacketizer {
 public:
  struct TemporalUnit {
    std::uint32_t timestamp = 0;
    bool key_frame = false;
    ByteVector bytes;
  };
  // The unit that this packet completes, by its marker.
  std::optional<TemporalUnit> add(const Packet& packet);
  [[nodiscard]] std::uint64_t dropped_units() const { return dropped_; }
  [[nodiscard]] bool waits_for_key_frame() const { return waits_; }

 private:
  void begin(const Packet& packet);
  bool add_payload(const Av1Payload& payload);
  bool add_obu(Bytes obu);
  void spoil();

  std::optional<std::uint16_t> last_sequence_;
  std::optional<std::uint32_t> timestamp_;  // of the unit under way
  bool spoiled_ = false;                    // the rest of it is dropped
  bool waits_ = true;
  bool key_frame_ = false;
  bool open_ = false;  // fragment_ waits for its end
  ByteVector fragment_;
  std::size_t obus_ = 0;
  ByteVector bytes_;
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::rtp
