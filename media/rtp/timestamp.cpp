#include "media/rtp/timestamp.h"

#include <algorithm>
#include <cstdlib>

#include "media/base/check.h"

namespace plenary::rtp {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// 3.3 hours of a picture: the anchor follows before 32 bits could be misread.
constexpr std::int32_t kAnchorReach = 1 << 30;

struct Split {
  std::int64_t whole = 0;
  std::int64_t rest = 0;  // never negative
};
Split split(std::int64_t value, std::int64_t divisor) {
  Split result{value / divisor, value % divisor};
  if (result.rest < 0) {
    result.rest += divisor;
    --result.whole;
  }
  return result;
}

// At most this much in that time, so that nobody sees or hears it.
std::int64_t slewed(std::int64_t wanted, Duration elapsed, std::int64_t per_second) {
  const std::int64_t milliseconds = std::clamp<std::int64_t>(to_milliseconds(elapsed), 0, 60'000);
  const std::int64_t limit = per_second / 1'000 * milliseconds;
  return std::clamp(wanted, -limit, limit);
}

}  // namespace

std::int64_t TimestampUnwrapper::unwrap(std::uint32_t timestamp) {
  if (!last_) {
    last_ = (std::int64_t{1} << 32) + timestamp;
  } else {
    *last_ += static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(*last_));
  }
  return *last_;
}

std::int64_t to_ticks(Duration duration, std::uint32_t clock_rate) {
  const Split seconds = split(duration.count(), kNanosecondsPerSecond);
  return seconds.whole * clock_rate + (seconds.rest * clock_rate + kNanosecondsPerSecond / 2) / kNanosecondsPerSecond;
}

Duration from_ticks(std::int64_t ticks, std::uint32_t clock_rate) {
  const Split seconds = split(ticks, clock_rate);
  return Duration(seconds.whole * kNanosecondsPerSecond + seconds.rest * kNanosecondsPerSecond / clock_rate);
}

std::uint32_t TimestampRebase::rebase(std::uint32_t timestamp, Instant captured) {
  if (!last_) {
    offset_ = next_first_ - timestamp;
  } else {
    const std::int64_t passed = to_ticks(captured - last_->captured, clock_rate_);
    const std::int64_t step = static_cast<std::int32_t>(timestamp - last_->source);
    if (switched_ || std::abs(step - passed) > to_ticks(kMaxJump, clock_rate_)) {
      // At least one tick: two frames never share a timestamp, nor does a line run backwards.
      const std::uint32_t out = last_->out + static_cast<std::uint32_t>(std::max<std::int64_t>(passed, 1));
      offset_ = out - timestamp;
      ++rebased_;
    }
  }
  switched_ = false;
  last_ = Last{timestamp, timestamp + offset_, captured};
  return last_->out;
}

void RemoteClock::handle_report(std::uint64_t ntp, Instant arrived) {
  const std::int64_t offset = to_nanoseconds(arrived) - ntp_nanoseconds(ntp);
  // Later than usual by a second may be one report held up on its way, two in a row are not; earlier is no delay.
  const bool early = known_ && offset < offset_ - kMaxDeviation.count();
  const bool late = known_ && offset > offset_ + kMaxDeviation.count();
  late_in_a_row_ = late ? late_in_a_row_ + 1 : 0;
  if (!known_ || early || late_in_a_row_ >= 2) {
    window_.assign(1, Report{offset, arrived});
    known_ = true;
    offset_ = offset;
    slewed_at_ = arrived;
    late_in_a_row_ = 0;
    return;
  }
  window_.push_back({offset, arrived});
  while (window_.size() > kMaxReports || window_.front().arrived + kWindow < arrived) window_.pop_front();
  const auto fastest = std::min_element(window_.begin(), window_.end(),
                                        [](const Report& a, const Report& b) { return a.offset < b.offset; });
  offset_ += slewed(fastest->offset - offset_, arrived - slewed_at_, kSlewPerSecond);
  slewed_at_ = arrived;
}

Instant RemoteClock::to_local(std::uint64_t ntp) const {
  PLENARY_CHECK(known_);
  return instant_from_nanoseconds(ntp_nanoseconds(ntp) + offset_);
}

void SourceClock::handle_packet(std::uint32_t timestamp, Instant arrived) {
  if (!anchor_ || std::chrono::abs(*captured(timestamp) - arrived) > kMaxDeviation) {
    anchor_ = Anchor{timestamp, arrived};
    correction_ = Duration{};
    slewed_at_ = arrived;
    synchronised_ = false;
    return;
  }
  const Duration step(slewed(correction_.count(), arrived - slewed_at_, kSlewPerSecond));
  anchor_->instant += step;
  correction_ -= step;
  slewed_at_ = std::max(slewed_at_, arrived);
  if (std::abs(std::int64_t{static_cast<std::int32_t>(timestamp - anchor_->timestamp)}) > kAnchorReach) {
    anchor_ = Anchor{timestamp, *captured(timestamp)};
  }
}

void SourceClock::handle_sender_report(const SenderReport& report, const RemoteClock& remote, Instant arrived) {
  if (!remote.known()) return;
  const Anchor told{report.rtp_timestamp, remote.to_local(report.ntp)};
  synchronised_ = true;
  if (anchor_) {
    correction_ = told.instant - *captured(told.timestamp);
    if (std::chrono::abs(correction_) <= kMaxDeviation) return;
  }
  anchor_ = told;
  correction_ = Duration{};
  slewed_at_ = arrived;
}

std::optional<Instant> SourceClock::captured(std::uint32_t timestamp) const {
  if (!anchor_) return std::nullopt;
  return anchor_->instant + from_ticks(static_cast<std::int32_t>(timestamp - anchor_->timestamp), clock_rate_);
}

std::optional<std::uint32_t> SourceClock::timestamp_at(Instant instant) const {
  if (!anchor_) return std::nullopt;
  return anchor_->timestamp + static_cast<std::uint32_t>(to_ticks(instant - anchor_->instant, clock_rate_));
}

}  // namespace plenary::rtp
