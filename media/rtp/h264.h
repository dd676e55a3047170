// H.264 access units and their RTP payloads: Annex B and AVCC splitting (ITU-T H.264 Annex B, ISO/IEC 14496-15 §5.3),
// RFC 6184 with packetization-mode=1 (single NAL units, STAP-A, FU-A).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/base/bytes.h"
#include "media/rtp/frame.h"
#include "media/rtp/h264_sps.h"
#include "media/rtp/packet.h"

namespace plenary::rtp {

enum class NalType : std::uint8_t {
  slice = 1,
  partition_a = 2,
  idr = 5,
  sei = 6,
  sps = 7,
  pps = 8,
  access_unit_delimiter = 9,
  end_of_sequence = 10,
  end_of_stream = 11,
  filler = 12,
  stap_a = 24,
  fu_a = 28,
};
// One of the types that ITU-T H.264 gives to NAL units themselves.
constexpr bool is_nal_unit(NalType type) {
  return static_cast<std::uint8_t>(type) >= 1 && static_cast<std::uint8_t>(type) <= 23;
}
inline NalType nal_type(Bytes nal) { return static_cast<NalType>(nal.empty() ? 0 : nal[0] & 0x1f); }

constexpr std::size_t kMaxNalsPerFrame = 256;            // an encoder that makes one slice a frame needs four
constexpr std::size_t kMaxAccessUnit = 2 * 1024 * 1024;  // bytes; as kMaxFrameSize of feed_wire.h

// Views into `access_unit`, start codes and trailing zeros removed, empty NAL units left out. Beyond kMaxNalsPerFrame
// the rest is left out.
std::vector<Bytes> split_annex_b(Bytes access_unit);
// `length_size` is 1, 2 or 4 bytes. Nothing when a length lies.
std::optional<std::vector<Bytes>> split_avcc(Bytes access_unit, std::size_t length_size = 4);
ByteVector write_annex_b(std::span<const Bytes> nals);

bool is_idr(std::span<const Bytes> nals);
// The first SPS or PPS of the access unit, or nothing.
std::optional<Bytes> find_nal(std::span<const Bytes> nals, NalType type);

// One frame's RTP payloads, none larger than `max_payload` (64 to kMaxPacket). Neighbours that fit together share a
// STAP-A, a larger NAL unit is cut into FU-As of equal size of which only the last may be shorter: one GSO run. Access
// unit delimiters, filler and end markers are left out, they mean nothing over RTP.
std::vector<ByteVector> packetize_h264(std::span<const Bytes> nals, std::size_t max_payload = kMaxPayload);

// True for a payload with which a decoder can start: it holds an SPS or the beginning of an IDR slice. A forwarder
// starts at the first such packet of a timestamp, so that parameter sets sent in a packet of their own come along.
bool h264_payload_starts_key_frame(Bytes payload);

// Frames from packets, for one stream. Packets come in order of sequence; a gap, a lying STAP-A or FU-A drops the
// frame. After a gap a frame is only trusted when its first packet starts a key frame: nobody knows what the gap held.
class H264Depacketizer {
 public:
  struct AccessUnit {
    std::uint32_t timestamp = 0;
    bool key_frame = false;
    std::vector<ByteVector> nals;
  };
  // Returns the frame that this packet completes: its own by the marker bit, or the one before where the sender set no
  // marker; then its own comes with the next packet.
  std::optional<AccessUnit> add(const Packet& packet);
  [[nodiscard]] std::uint64_t dropped_frames() const { return dropped_; }

 private:
  void begin(std::uint32_t timestamp);
  bool add_payload(Bytes payload);
  bool add_stap_a(Bytes payload);
  bool add_fu_a(Bytes payload);
  bool add_nal(Bytes nal);
  std::optional<AccessUnit> finish();
  void spoil();

  std::optional<std::uint16_t> last_sequence_;
  std::optional<std::uint32_t> timestamp_;  // of the frame under way
  bool spoiled_ = false;                    // the rest of it is dropped
  bool in_fragment_ = false;                // the last of nals_ waits for its end
  bool key_frame_ = false;
  std::size_t size_ = 0;  // bytes
  std::vector<ByteVector> nals_;
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::rtp
