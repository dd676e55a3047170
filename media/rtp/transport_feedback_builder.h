// Receiver side of transport-wide congestion control: arrival times collected over all streams of a peer, told about
// every 100 ms. Arrival times are the kernel's where the shell has them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "media/base/time.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"

namespace plenary::rtp {

constexpr Duration kFeedbackInterval = std::chrono::milliseconds(100);
constexpr std::size_t kMaxFeedbackStatuses = 1'024;  // in one packet; at 20,000 packets/s a feedback goes out early
constexpr std::size_t kMaxFeedbackBytes = 1'100;     // of one packet, within every MTU
constexpr std::size_t kMaxFeedbackGap = 512;         // larger jumps begin a new message instead of naming the gap

class TransportFeedbackBuilder {
 public:
  // `sender_ssrc` is ours, `media_ssrc` any stream of the peer.
  explicit TransportFeedbackBuilder(std::uint32_t sender_ssrc) : sender_ssrc_(sender_ssrc) {}

  void handle_packet(std::uint16_t transport_sequence, std::uint32_t media_ssrc, Instant received);
  // A message that is due, until empty.
  std::optional<TransportFeedback> poll_feedback(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // too old to be told, or duplicates

 private:
  std::uint32_t sender_ssrc_;
  std::uint32_t media_ssrc_ = 0;
  SequenceUnwrapper unwrapper_;
  std::map<std::uint64_t, Instant> arrivals_;  // by extended sequence, bounded by 2 × kMaxFeedbackStatuses
  std::optional<std::uint64_t> told_below_;    // statuses below were sent
  std::optional<Instant> due_;
  std::uint8_t count_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::rtp
