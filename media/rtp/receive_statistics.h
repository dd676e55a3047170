// What a report block says about one incoming stream: loss, jitter, highest sequence (RFC 3550 §6.4.1, A.3, A.8).
#pragma once

#include <cstdint>
#include <optional>

#include "media/base/time.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"

namespace plenary::rtp {

class ReceiveStatistics {
 public:
  ReceiveStatistics(std::uint32_t ssrc, std::uint32_t clock_rate) : ssrc_(ssrc), clock_rate_(clock_rate) {}

  // Every packet as it came, not the ones that RTX restored. `size` is the whole packet's.
  void handle_packet(std::uint16_t sequence, std::uint32_t timestamp, std::size_t size, Instant now);
  void handle_sender_report(const SenderReport& report, Instant now);
  // Nothing before the first packet. `fraction_lost` is since the block before.
  std::optional<ReportBlock> make_block(Instant now);

  // Between the last two blocks.
  struct Interval {
    std::uint64_t expected = 0;
    std::uint64_t lost = 0;
  };
  [[nodiscard]] const Interval& interval() const { return interval_; }

  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  [[nodiscard]] std::int64_t cumulative_lost() const;
  [[nodiscard]] Duration jitter() const;

 private:
  [[nodiscard]] std::uint64_t expected() const;

  std::uint32_t ssrc_;
  std::uint32_t clock_rate_;  // Hz
  SequenceUnwrapper unwrapper_;
  std::optional<std::uint64_t> first_;
  std::uint64_t highest_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t expected_before_ = 0;
  std::uint64_t packets_before_ = 0;
  Interval interval_;
  std::optional<std::uint32_t> timestamp_;  // of the newest packet
  std::uint32_t transit_ = 0;               // its arrival minus its timestamp, RTP units
  std::uint64_t jitter_x16_ = 0;            // RTP units × 16 (A.8)
  std::uint32_t last_report_ = 0;           // middle 32 bits of its NTP time
  std::optional<Instant> last_report_at_;
};

// The NTP time's middle 32 bits, as reports carry them.
std::uint32_t middle_of_ntp(std::uint64_t ntp);

// Round trip from a report block about what we sent (RFC 3550 §6.4.1): `now` minus its LSR and DLSR, both in the NTP
// time of ntp_time(). Nothing without LSR, or when the sum is negative or above 10 s.
std::optional<Duration> round_trip(const ReportBlock& block, Instant now);
// The same from the echo of a reference time that we said.
std::optional<Duration> round_trip(const ExtendedReport::Echo& echo, Instant now);

}  // namespace plenary::rtp
