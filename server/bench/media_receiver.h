// What a viewer does with the media that comes: decrypts (all of it or a sample), counts, puts frames together, asks
// for what is missing, reports.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/base/time.h"
#include "media/crypto/srtp.h"
#include "media/rtp/nack_tracker.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/transport_feedback_builder.h"
#include "media/sdp/negotiate.h"
#include "server/bench/frame_assembler.h"

namespace plenary::bench {

constexpr Duration kReportInterval = std::chrono::seconds(1);
constexpr Duration kKeyFrameRequestInterval = std::chrono::milliseconds(500);
constexpr Duration kKeyFramePatience = std::chrono::seconds(1);  // after the first packet

struct ReceiveSettings {
  // Each n-th media packet is decrypted, which checks its authenticity; the others count by their headers, which are in
  // clear. All are decrypted until a stream's first key frame.
  unsigned decrypt_every = 1;
  // Frames are kept for poll_frame(), with their payloads when all packets are decrypted.
  bool keep_frames = false;
};

// One m-line's stream so far.
struct SlotReport {
  MediaKind kind = MediaKind::audio;
  std::string mid;
  std::uint64_t packets = 0;    // as they came, without retransmissions
  std::uint64_t bytes = 0;      // of these, on the wire
  std::int64_t lost = 0;        // before repair, RFC 3550 §6.4.1
  std::uint64_t recovered = 0;  // late or retransmitted in time
  std::uint64_t given_up = 0;   // asked for in vain
  std::uint64_t duplicates = 0;
  std::uint64_t retransmissions = 0;  // RTX packets
  Duration jitter{};
  std::uint64_t frames = 0;         // complete
  std::uint64_t broken_frames = 0;  // a packet of theirs never came
  std::uint64_t key_frames = 0;     // of the decrypted ones
  std::optional<Instant> first_packet;
  std::optional<Instant> first_key_frame;  // audio: the first packet
};

struct ReceiveTotals {
  std::uint64_t decrypted = 0;    // and so found authentic
  std::uint64_t unauthentic = 0;  // or replayed, or malformed
  std::uint64_t unknown = 0;      // of no m-line
  std::uint64_t sender_reports = 0;
  std::uint64_t nacks = 0;  // packets asked for
  std::uint64_t key_frame_requests = 0;
};

class MediaReceiver {
 public:
  MediaReceiver(const crypto::SrtpKeys& keys, std::vector<sdp::NegotiatedMedia> media, std::uint32_t ssrc,
                std::string cname, ReceiveSettings settings);
  ~MediaReceiver();
  MediaReceiver(MediaReceiver&&) noexcept;

  // SRTP or SRTCP.
  void handle_packet(Bytes packet, Instant now);
  void handle_timeout(Instant now);
  // SRTCP to send.
  std::optional<ByteVector> poll_output();
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void set_round_trip(Duration round_trip) { round_trip_ = round_trip; }

  [[nodiscard]] std::vector<SlotReport> slots() const;
  [[nodiscard]] const ReceiveTotals& totals() const { return totals_; }
  // A frame of this m-line, in order; needs keep_frames.
  std::optional<ReceivedFrame> poll_frame(std::size_t slot);

 private:
  struct Stream;
  struct Slot;

  Stream* stream_of(const rtp::Packet& packet);
  std::optional<std::size_t> slot_of(const rtp::Packet& packet) const;
  void handle_rtp(Bytes packet, Instant now);
  void handle_rtcp(Bytes packet, Instant now);
  void handle_media(Stream& stream, const rtp::Packet& packet, std::size_t size, bool clear, Instant now);
  void handle_retransmission(Stream& stream, const rtp::Packet& packet, Instant now);
  std::optional<Bytes> decrypt(Bytes packet);
  void ask_for_missing(Instant now);
  void ask_for_key_frames(Instant now);
  void report(Instant now);
  void send(const ByteVector& compound);

  const std::uint32_t ssrc_;
  const std::string cname_;
  const ReceiveSettings settings_;
  crypto::SrtpSession srtp_;
  std::vector<Slot> slots_;
  std::map<std::uint32_t, std::unique_ptr<Stream>> streams_;  // by SSRC; SrtpSession bounds how many are authentic
  rtp::TransportFeedbackBuilder transport_feedback_;
  Duration round_trip_ = rtp::kNackDefaultRoundTrip;
  std::optional<Instant> next_report_;
  std::vector<ByteVector> outputs_;
  ByteVector scratch_;
  ReceiveTotals totals_;
};

}  // namespace plenary::bench
