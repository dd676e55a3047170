// What a speaker does with encoded sound and picture: packets, encryption, repair of what the server misses, sender
// reports; and what the server says of them: loss, jitter, round trip, wishes for a key frame.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/base/random.h"
#include "media/base/time.h"
#include "media/crypto/srtp.h"
#include "media/rtp/frame.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/rtcp.h"
#include "media/sdp/negotiate.h"

namespace plenary::bench {

constexpr Duration kSenderReportInterval = std::chrono::seconds(1);
constexpr std::size_t kSentHistory = 512;  // packets a stream kept for repair: two seconds of a 720p picture

struct SenderSsrcs {
  std::uint32_t audio = 0;
  std::uint32_t video = 0;
  std::uint32_t rtx = 0;
};

// One stream so far. What the server acknowledged comes from its receiver reports.
struct SendReport {
  MediaKind kind = MediaKind::audio;
  std::uint64_t frames = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;            // of these packets, on the wire
  std::uint64_t retransmissions = 0;  // RTX packets
  std::uint64_t not_repaired = 0;     // asked for, but no longer kept
  std::uint64_t reports = 0;          // receiver reports about this stream
  std::int64_t acknowledged = 0;      // packets that the server says to have, of those it knows of
  std::int64_t lost = 0;              // as the server says, after repair of none
  Duration jitter{};
};

class MediaSender {
 public:
  // `media` as the answer has it; a kind that was not answered is not sent.
  MediaSender(const crypto::SrtpKeys& keys, const std::vector<sdp::NegotiatedMedia>& media, SenderSsrcs ssrcs,
              std::string cname, RandomSource& random);

  // A frame of Opus or H.264 with payloads fit for RTP; others are not sent.
  void send_frame(const rtp::Frame& frame, Instant now);
  // SRTCP.
  void handle_packet(Bytes packet, Instant now);
  void handle_timeout(Instant now);
  // SRTP or SRTCP to send.
  std::optional<ByteVector> poll_output();
  [[nodiscard]] std::optional<Instant> next_timeout() const { return next_report_; }

  // True once after the server asked for a key frame.
  bool take_key_frame_request();
  // By RTCP (RFC 3550 §6.4.1); nothing before the first receiver report that answers a sender report.
  [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }
  [[nodiscard]] std::vector<SendReport> reports() const;

 private:
  struct Stream {
    sdp::CodecChoice codec;
    rtp::HeaderWriter header;
    SendReport report;
    std::uint16_t first_sequence = 0;
    std::uint16_t sequence = 0;
    std::uint16_t rtx_sequence = 0;
    std::uint32_t octets = 0;  // of payload
    std::uint32_t last_timestamp = 0;
    Instant last_captured{};
    std::deque<ByteVector> history;  // clear packets, in order
  };
  void add_stream(const sdp::NegotiatedMedia& media, std::uint32_t ssrc, RandomSource& random);
  Stream* stream_of(MediaKind kind);
  void take_block(const rtp::ReportBlock& block, Instant now);
  void repair(Stream& stream, std::uint16_t sequence);
  void protect_rtp(ByteVector packet, std::size_t* size = nullptr);
  void send_report(Instant now);

  crypto::SrtpSession srtp_;
  const SenderSsrcs ssrcs_;
  const std::string cname_;
  std::vector<Stream> streams_;
  std::uint16_t transport_sequence_ = 0;
  std::optional<Instant> next_report_;
  bool key_frame_wanted_ = false;
  std::optional<Duration> round_trip_;
  std::deque<ByteVector> outputs_;
};

}  // namespace plenary::bench
