#include "media/bandwidth/bandwidth_estimate.h"

#include <algorithm>

namespace plenary::bandwidth {
namespace {

constexpr Duration kReferencePeriod = std::chrono::milliseconds(64) * (1 << 24);  // of the 24-bit reference time
constexpr Duration kArrivalJump = std::chrono::hours(1);
constexpr Duration kArrivalOffsetMost = 512 * kReferencePeriod;  // 17 years; a peer that goes on so is not honest
constexpr int kRoundTripGain = 8;
constexpr double kDeepestByLoss = 0.7;       // of the target with each verdict: chance must not end at nothing
constexpr double kUseOfLossCapacity = 0.95;  // at the capacity itself each burst is cut
constexpr Duration kLimitUndone = std::chrono::seconds(8);  // later the line may be another
constexpr Duration kCalmQueue = std::chrono::milliseconds(30);

bool near(Instant a, Instant b) { return a - b < kArrivalJump && b - a < kArrivalJump; }

}  // namespace

std::uint16_t BandwidthEstimate::on_sent(std::size_t bytes, Instant now) {
  if (!unanswered_since_) unanswered_since_ = now;
  sent_.add(now, bytes);
  return history_.add(bytes, probes_.on_sent(bytes, now), now);
}

Instant BandwidthEstimate::unwrap(Instant arrived) {
  Instant unwrapped = arrived + arrival_offset_;
  if (last_arrival_ && !near(unwrapped, *last_arrival_)) {
    for (const Duration step : {kReferencePeriod, -kReferencePeriod}) {
      if (near(unwrapped + step, *last_arrival_)) arrival_offset_ += step;
    }
    if (arrival_offset_ > kArrivalOffsetMost || arrival_offset_ < -kArrivalOffsetMost) arrival_offset_ = {};
    unwrapped = arrived + arrival_offset_;
    if (!near(unwrapped, *last_arrival_)) {
      arrival_offset_ = {};
      unwrapped = arrived;
    }
  }
  last_arrival_ = unwrapped;
  return unwrapped;
}

void BandwidthEstimate::on_feedback(const rtp::TransportFeedback& feedback, Instant now) {
  std::optional<Instant> newest_sent;
  for (const rtp::TransportFeedback::Status& status : feedback.packets) {
    const auto sent = history_.report(status.sequence, status.received.has_value());
    if (!sent) continue;
    loss_.on_report(sent->number, sent->at, sent->bytes, status.received.has_value(), sent->was_lost);
    if (!status.received) {
      probes_.on_report(*sent, std::nullopt);
      continue;
    }
    const Instant arrived = unwrap(*status.received);
    count_unreported(*sent, arrived);
    probes_.on_report(*sent, arrived);
    acknowledged_.add(arrived, sent->bytes);
    trend_.on_packet(sent->at, arrived);
    delay_.on_packet(sent->at, arrived);
    newest_sent = newest_sent ? std::max(*newest_sent, sent->at) : sent->at;
  }
  if (!newest_sent) return;
  heard_ = true;
  unanswered_since_.reset();
  const Duration sample = std::clamp<Duration>(now - *newest_sent, Duration::zero(), kRoundTripMost);
  round_trip_ = round_trip_known_ ? round_trip_ + (sample - round_trip_) / kRoundTripGain : sample;
  round_trip_known_ = true;
  conclude(now);
  if (before_silence_ > 0) end_silence();
}

// What was sent blindly arrived and waits in no queue: it was the way back that was silent, the line carries what it
// did.
void BandwidthEstimate::end_silence() {
  if (delay_.queue() < kCalmQueue && trend_.usage() != Usage::over) rate_.raise(before_silence_);
  before_silence_ = 0;
}

// They were under way as long as the packet behind them: all at once they would look like a wide line.
void BandwidthEstimate::count_unreported(const SendHistory::Sent& next, Instant arrived) {
  for (std::uint64_t number = std::max(reported_below_, history_.oldest()); number < next.number; ++number) {
    const auto sent = history_.unreported(number);
    if (!sent || next.at - sent->at > kRateWindow) continue;
    acknowledged_.add(arrived - (next.at - sent->at),
                      static_cast<std::size_t>(static_cast<double>(sent->bytes) * (1 - loss_.inherent())));
  }
  reported_below_ = std::max(reported_below_, next.number + 1);
}

std::optional<std::uint64_t> BandwidthEstimate::acknowledged(Duration window) const {
  const auto rate = acknowledged_.over(window);
  if (!rate) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<double>(*rate) / (1 - loss_.inherent()));
}

void BandwidthEstimate::conclude(Instant now) {
  delay_.on_feedback(now, rate_.competing());
  const Instant decreased = rate_.decreased_at();
  const bool was_limited = limited_by_loss_;
  if (const auto verdict = loss_.evaluate()) judge(*verdict, now);
  const Usage usage = trend_.usage();
  const bool own_doing = probes_.disturbs(now) && delay_.queue() < kProbeQueueMost;
  rate_.update({.usage = own_doing && usage == Usage::over ? Usage::normal : usage,
                .acknowledged = acknowledged(kRateWindow),
                .acknowledged_at_once = acknowledged(kRateAtOnce),
                .sent = sent_.over(kRateWindow),
                .queue = delay_.queue(),
                .round_trip = round_trip_,
                .loss = loss_.excess()},
               now);
  if (limited_by_loss_ && !was_limited) {
    probes_.on_decrease(ProbeController::Cause::loss, now);
  } else if (rate_.decreased_at() != decreased) {
    probes_.on_decrease(ProbeController::Cause::queue, now);
  }
  const auto proven = probes_.take_result(
      {.jitter = delay_.jitter(), .inherent_loss = loss_.inherent(), .round_trip = round_trip_}, now);
  if (proven && !limited_by_loss_ && trend_.usage() != Usage::over) rate_.raise(*proven);
}

void BandwidthEstimate::judge(const LossEstimate::Verdict& verdict, Instant now) {
  if (verdict.capacity) {
    if (!limited_by_loss_) {
      before_limit_ = rate_.target();
      limited_at_ = now;
    }
    limited_by_loss_ = true;
    rate_.lower(static_cast<std::uint64_t>(std::max(kUseOfLossCapacity * static_cast<double>(*verdict.capacity),
                                                    kDeepestByLoss * static_cast<double>(rate_.target()))));
    return;
  }
  if (!limited_by_loss_) return;
  limited_by_loss_ = false;
  const bool cut_in_vain = loss_.inherent() > kLossIgnored && now - limited_at_ < kLimitUndone;
  if (cut_in_vain && trend_.usage() == Usage::normal) rate_.raise(before_limit_);
}

std::uint64_t BandwidthEstimate::pace() const {
  // While a queue drains, what waits here need not wait there, where sound is behind it.
  return rate_.draining() ? rate_.target() : static_cast<std::uint64_t>(kPace * static_cast<double>(rate_.target()));
}

std::uint64_t BandwidthEstimate::on_tick(std::uint64_t need, Instant now) {
  const bool silent = unanswered_since_ && now - *unanswered_since_ > silence_limit();
  // A viewer of whom no feedback ever came has no estimate; ICE consent ends it when it is gone.
  if (silent && heard_ && now - halved_at_ >= kFeedbackSilenceStep) {
    halved_at_ = now;
    if (before_silence_ == 0) before_silence_ = rate_.target();
    rate_.halve();
    probes_.on_decrease(ProbeController::Cause::queue, now);
  }
  const bool calm = heard_ && !silent && !limited_by_loss_ && !rate_.draining() && trend_.usage() == Usage::normal &&
                    delay_.queue() < kCalmQueue;
  probes_.on_tick({.target = rate_.target(), .need = need, .calm = calm, .round_trip = round_trip_}, now);
  return rate_.target();
}

}  // namespace plenary::bandwidth
