#include "media/bandwidth/probe_controller.h"

#include <algorithm>
#include <limits>

namespace plenary::bandwidth {
namespace {

constexpr Duration kReportPatience = std::chrono::milliseconds(500);  // beyond a round trip

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void ProbeController::on_tick(const State& state, Instant now) {
  if (phase_ == Phase::sending) {
    // Padding could not be sent: what left is measured all the same.
    if (now - cluster_.began > 2 * kProbeLength) phase_ = Phase::waiting;
    return;
  }
  if (phase_ != Phase::idle || !state.calm || state.target >= state.need) return;
  if (not_before_ && now < *not_before_) return;
  const double rate =
      std::min(kProbeFactor * static_cast<double>(state.target), kProbeBeyondNeed * static_cast<double>(state.need));
  const auto id = static_cast<std::uint8_t>(clusters_ % std::numeric_limits<std::uint8_t>::max() + 1);
  cluster_ = {.id = id,
              .target = state.target,
              .rate = static_cast<std::uint64_t>(rate),
              .bytes = static_cast<std::uint64_t>(rate / 8 * seconds(kProbeLength)),
              .began = now};
  ++clusters_;
  phase_ = Phase::sending;
}

std::size_t ProbeController::packet_bytes() const {
  return std::clamp<std::size_t>(cluster_.bytes / (2 * kProbePackets), kProbePacketLeast, kProbePacketMost);
}

std::optional<std::size_t> ProbeController::poll(Instant now) const {
  if (phase_ != Phase::sending) return std::nullopt;
  const double due = seconds(now - cluster_.began) * static_cast<double>(cluster_.rate) / 8;
  if (static_cast<double>(cluster_.sent_bytes) > due) return std::nullopt;
  return packet_bytes();
}

std::optional<Instant> ProbeController::next_timeout() const {
  if (phase_ != Phase::sending) return std::nullopt;
  const double due = static_cast<double>(cluster_.sent_bytes) * 8 / static_cast<double>(cluster_.rate);
  return cluster_.began + Duration(static_cast<std::int64_t>(due * 1e9));
}

std::uint8_t ProbeController::on_sent(std::size_t bytes, Instant now) {
  if (phase_ != Phase::sending) return kNoCluster;
  if (cluster_.sent == 0) cluster_.first_sent = now;
  cluster_.last_sent = now;
  cluster_.last_sent_bytes = bytes;
  cluster_.sent_bytes += bytes;
  ++cluster_.sent;
  if (cluster_.sent_bytes >= cluster_.bytes && cluster_.sent > kProbePackets) phase_ = Phase::waiting;
  return cluster_.id;
}

void ProbeController::on_report(const SendHistory::Sent& packet, std::optional<Instant> arrived) {
  if (phase_ == Phase::idle || packet.cluster != cluster_.id || packet.was_lost) return;
  if (!arrived) {
    ++cluster_.lost;
    return;
  }
  if (cluster_.received++ == 0) {
    cluster_.first_arrived = *arrived;
    cluster_.last_arrived = *arrived;
    cluster_.first_received_bytes = packet.bytes;
  }
  cluster_.received_bytes += packet.bytes;
  cluster_.last_arrived = std::max(cluster_.last_arrived, *arrived);
}

std::optional<std::uint64_t> ProbeController::measure(const Path& path) const {
  const double kept = 1 - path.inherent_loss;
  // Of those reported: a message that was lost says nothing of the line.
  const std::uint32_t reported = cluster_.received + cluster_.lost;
  if (cluster_.received < kProbePackets || cluster_.received < kProbeArrived * kept * reported) return std::nullopt;
  const double sending = seconds(cluster_.last_sent - cluster_.first_sent);
  // A cluster that jitter pressed together is no fast line.
  const double arriving = seconds(cluster_.last_arrived - cluster_.first_arrived + path.jitter);
  if (sending <= 0 || arriving <= 0) return std::nullopt;
  const double sent = static_cast<double>(cluster_.sent_bytes - cluster_.last_sent_bytes) * 8 / sending;
  const double received =
      static_cast<double>(cluster_.received_bytes - cluster_.first_received_bytes) * 8 / arriving / kept;
  const double through = received < kProbeSaturated * sent ? kProbeLimitUsed * received : std::min(sent, received);
  if (through <= static_cast<double>(cluster_.target)) return std::nullopt;
  return static_cast<std::uint64_t>(through);
}

std::optional<std::uint64_t> ProbeController::take_result(const Path& path, Instant now) {
  if (phase_ != Phase::waiting) return std::nullopt;
  const bool complete = cluster_.lost + cluster_.received >= cluster_.sent;
  if (!complete && now - cluster_.last_sent < path.round_trip + kReportPatience) return std::nullopt;
  phase_ = Phase::idle;
  reported_at_ = now;
  const auto result = measure(path);
  if (result && static_cast<double>(*result) >= kProbeWorthwhile * static_cast<double>(cluster_.target)) {
    if (succeeded_at_ && now - *succeeded_at_ > kProbeBelied) belied_wait_ = kProbeBeliedWait;
    succeeded_at_ = now;
    interval_ = kProbeInterval;
    wait(kProbeAgain, now);
  } else {
    ++failed_;
    wait(interval_, now);
    interval_ = std::min(interval_ * 3 / 2, kProbeIntervalLongest);
  }
  return result;
}

bool ProbeController::disturbs(Instant now) const {
  return phase_ != Phase::idle || (reported_at_ && now - *reported_at_ < kProbeDisturbs);
}

void ProbeController::on_decrease(Cause cause, Instant now) {
  if (succeeded_at_ && now - *succeeded_at_ < kProbeBelied) {
    ++belied_;
    wait(cause == Cause::loss ? belied_wait_ : kProbeBeliedWait, now);
    if (cause == Cause::loss) belied_wait_ = std::min(belied_wait_ * 2, kProbeBeliedLongest);
    succeeded_at_.reset();
    return;
  }
  interval_ = kProbeInterval;
  wait(kProbeInterval, now);
}

void ProbeController::wait(Duration interval, Instant now) {
  not_before_ = not_before_ ? std::max(*not_before_, now + interval) : now + interval;
}

}  // namespace plenary::bandwidth
