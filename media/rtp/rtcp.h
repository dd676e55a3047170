// RTCP (RFC 3550 §6, RFC 4585 feedback, RFC 5104 FIR, RFC 3611 round trips, draft-alvestrand-rmcat-remb, draft-holmer
// transport-cc): compound and reduced-size. Reading is tolerant (a fault drops the packet, never the session), writing
// is exact.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::rtp {

struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;        // of 256
  std::int32_t cumulative_lost = 0;      // 24 bits, signed
  std::uint32_t highest_sequence = 0;    // extended
  std::uint32_t jitter = 0;              // in RTP timestamp units
  std::uint32_t last_sender_report = 0;  // middle 32 bits of its NTP time
  std::uint32_t delay_since = 0;         // in 1/65536 s
};
struct SenderReport {
  std::uint32_t ssrc = 0;
  std::uint64_t ntp = 0;  // 32.32 s since 1900
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
  std::vector<ReportBlock> blocks;
};
struct ReceiverReport {
  std::uint32_t ssrc = 0;
  std::vector<ReportBlock> blocks;
};
struct SourceDescription {
  std::uint32_t ssrc = 0;
  std::string cname;
};
struct Bye {
  std::vector<std::uint32_t> ssrcs;
};
struct Nack {
  std::uint32_t sender_ssrc = 0;
  std::uint32_t media_ssrc = 0;
  std::vector<std::uint16_t> sequences;
};
struct PictureLoss {
  std::uint32_t sender_ssrc = 0;
  std::uint32_t media_ssrc = 0;
};
struct FullIntraRequest {
  std::uint32_t sender_ssrc = 0;
  std::uint32_t media_ssrc = 0;
  std::uint8_t command_sequence = 0;
};
struct Remb {
  std::uint32_t sender_ssrc = 0;
  std::uint64_t bitrate = 0;  // bit/s
  std::vector<std::uint32_t> ssrcs;
};
struct TransportFeedback {
  struct Status {
    std::uint16_t sequence = 0;
    std::optional<Instant> received;  // nothing: lost. On the receiver's clock, 250 µs steps
  };
  std::uint32_t sender_ssrc = 0;
  std::uint32_t media_ssrc = 0;
  std::uint8_t feedback_count = 0;
  std::vector<Status> packets;
};

// How somebody who only receives learns the round trip (RFC 3611 §4.4, §4.5): says its own time, and hears from the
// sender when that arrived. Other blocks are skipped.
struct ExtendedReport {
  struct Echo {
    std::uint32_t ssrc = 0;            // whose reference time it was
    std::uint32_t reference_time = 0;  // middle 32 bits
    std::uint32_t delay_since = 0;     // in 1/65536 s
  };
  std::uint32_t ssrc = 0;
  std::optional<std::uint64_t> reference_time;  // NTP, 32.32 s
  std::vector<Echo> echoes;
};

using RtcpPacket = std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, Nack, PictureLoss,
                                FullIntraRequest, Remb, TransportFeedback, ExtendedReport>;

constexpr std::size_t kMaxRtcpPackets = 64;          // in one compound; the rest is ignored and counted by the caller
constexpr std::size_t kMaxNackSequences = 17 * 253;  // what one packet of 1,024 bytes can name

// Statuses of one transport-cc message; a peer that sends 10,000 packets/s and hears back every 250 ms needs 2,500.
constexpr std::size_t kMaxTransportStatuses = 4'096;
constexpr std::size_t kMaxReportBlocks = 31;  // five bits count them; write_rtcp leaves out the rest
constexpr std::size_t kMaxEchoes = 31;  // of one report: as many as sources can be reported on; the rest is skipped

struct RtcpCompound {
  std::vector<RtcpPacket> packets;
  std::uint32_t ignored = 0;  // of unknown type (APP, other XR) or beyond the limit
  bool fault = false;         // a length lied or a packet was cut; what came before it is kept
};
RtcpCompound parse_rtcp(Bytes bytes);

// Appends; several calls make a compound. Texts and lists longer than their count field can say are cut.
void write_rtcp(const RtcpPacket& packet, ByteVector& out);

// 32.32 NTP time of an Instant: the server's monotonic clock plus a fixed offset, so that reports never step.
std::uint64_t ntp_time(Instant instant);
// The way back; only for NTP times that ntp_time() made.
Instant instant_of_ntp(std::uint64_t ntp);
// Nanoseconds since 1900 of anybody's NTP time, to the nearest.
std::int64_t ntp_nanoseconds(std::uint64_t ntp);

}  // namespace plenary::rtp
