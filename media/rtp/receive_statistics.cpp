#include "media/rtp/receive_statistics.h"

#include <algorithm>
#include <cstdlib>

#include "media/rtp/timestamp.h"

namespace plenary::rtp {
namespace {

constexpr std::uint64_t kUnwrapBase = 0x10000;  // SequenceUnwrapper begins there
constexpr std::int64_t kMaxCumulativeLost = 0x7fffff;
constexpr std::int64_t kMinCumulativeLost = -0x800000;
// A step of timestamps that is longer is a new beginning of the source, not the network's jitter.
constexpr std::int32_t kMaxTransitStepSeconds = 5;

constexpr std::int64_t kUnitsPerSecond = 65'536;  // of LSR and DLSR
constexpr Duration kMaxRoundTrip = std::chrono::seconds(10);
// Both stamps are rounded, so that a round trip on the same machine can come out below zero.
constexpr std::int32_t kRoundingUnits = 66;

}  // namespace

void ReceiveStatistics::handle_packet(std::uint16_t sequence, std::uint32_t timestamp, std::size_t size, Instant now) {
  const std::uint64_t extended = unwrapper_.unwrap(sequence);
  ++packets_;
  octets_ += size;
  if (!first_) first_ = extended;
  if (extended <= highest_) return;
  highest_ = extended;

  // RFC 3550 A.8. Packets of one frame share its timestamp and are paced apart on purpose: only the first one counts.
  if (timestamp_ == timestamp) return;
  const auto arrival = static_cast<std::uint32_t>(to_ticks(now.time_since_epoch(), clock_rate_));
  const std::uint32_t transit = arrival - timestamp;
  if (timestamp_) {
    const std::int64_t step = std::abs(std::int64_t{static_cast<std::int32_t>(transit - transit_)});
    if (step < std::int64_t{kMaxTransitStepSeconds} * clock_rate_) {
      jitter_x16_ += static_cast<std::uint64_t>(step);
      jitter_x16_ -= std::min(jitter_x16_, (jitter_x16_ - static_cast<std::uint64_t>(step) + 8) >> 4);
    }
  }
  timestamp_ = timestamp;
  transit_ = transit;
}

void ReceiveStatistics::handle_sender_report(const SenderReport& report, Instant now) {
  last_report_ = middle_of_ntp(report.ntp);
  last_report_at_ = now;
}

std::optional<ReportBlock> ReceiveStatistics::make_block(Instant now) {
  if (!first_) return std::nullopt;
  ReportBlock block;
  block.ssrc = ssrc_;
  const std::uint64_t expected_now = expected();
  const std::uint64_t expected_since = expected_now - expected_before_;
  const std::uint64_t packets_since = packets_ - packets_before_;
  interval_ = {.expected = expected_since, .lost = expected_since - std::min(expected_since, packets_since)};
  if (interval_.lost > 0) {
    const std::uint64_t fraction = (interval_.lost << 8) / expected_since;
    block.fraction_lost = static_cast<std::uint8_t>(std::min<std::uint64_t>(fraction, 255));
  }
  expected_before_ = expected_now;
  packets_before_ = packets_;
  block.cumulative_lost =
      static_cast<std::int32_t>(std::clamp(cumulative_lost(), kMinCumulativeLost, kMaxCumulativeLost));
  block.highest_sequence = static_cast<std::uint32_t>(highest_ - kUnwrapBase);
  block.jitter = static_cast<std::uint32_t>(jitter_x16_ >> 4);
  if (last_report_at_) {
    block.last_sender_report = last_report_;
    block.delay_since = static_cast<std::uint32_t>(to_ticks(now - *last_report_at_, kUnitsPerSecond));
  }
  return block;
}

std::int64_t ReceiveStatistics::cumulative_lost() const {
  return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(packets_);
}

Duration ReceiveStatistics::jitter() const {
  return from_ticks(static_cast<std::int64_t>(jitter_x16_ >> 4), clock_rate_);
}

std::uint64_t ReceiveStatistics::expected() const { return first_ ? highest_ - *first_ + 1 : 0; }

std::uint32_t middle_of_ntp(std::uint64_t ntp) { return static_cast<std::uint32_t>(ntp >> 16); }

std::optional<Duration> round_trip(const ReportBlock& block, Instant now) {
  return round_trip(ExtendedReport::Echo{block.ssrc, block.last_sender_report, block.delay_since}, now);
}

std::optional<Duration> round_trip(const ExtendedReport::Echo& echo, Instant now) {
  if (echo.reference_time == 0) return std::nullopt;
  const auto units = static_cast<std::int32_t>(middle_of_ntp(ntp_time(now)) - echo.reference_time - echo.delay_since);
  if (units < -kRoundingUnits) return std::nullopt;
  const Duration trip = from_ticks(std::max(units, 0), kUnitsPerSecond);
  if (trip > kMaxRoundTrip) return std::nullopt;
  return trip;
}

}  // namespace plenary::rtp
