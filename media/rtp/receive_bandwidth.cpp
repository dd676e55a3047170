#include "media/rtp/receive_bandwidth.h"

#include <algorithm>

namespace plenary::rtp {
namespace {

constexpr Duration kWindow = std::chrono::milliseconds(500);
// As browsers' own loss-based controllers have it: below 2 % grow by 8 %, above 10 % fall by half the loss.
constexpr std::uint32_t kLowLoss = 5;    // of 256
constexpr std::uint32_t kHighLoss = 26;  // of 256
constexpr std::uint64_t kGrowthPercent = 8;

}  // namespace

void ReceiveBandwidth::handle_packet(std::size_t size, Instant now) {
  if (!window_start_) window_start_ = now;
  if (now - *window_start_ >= kWindow) close_window(now);
  window_bytes_ += size;
}

void ReceiveBandwidth::close_window(Instant now) {
  const auto milliseconds = static_cast<std::uint64_t>(to_milliseconds(now - *window_start_));
  received_ = window_bytes_ * 8 * 1'000 / std::max<std::uint64_t>(milliseconds, 1);
  window_bytes_ = 0;
  window_start_ = now;
}

void ReceiveBandwidth::handle_loss(std::uint8_t fraction_lost) {
  if (fraction_lost > kHighLoss) {
    estimate_ -= estimate_ * fraction_lost / 512;
  } else if (fraction_lost < kLowLoss) {
    // Twice what arrives is room enough to grow into; more would be a promise that nobody has tried.
    const std::uint64_t ceiling = std::max(estimate_, received_ * 2);
    estimate_ = std::min(estimate_ + estimate_ * kGrowthPercent / 100, ceiling);
  }
  estimate_ = std::clamp(estimate_, std::min(kRembMin, max_), max_);
}

std::optional<Remb> ReceiveBandwidth::poll_remb(std::uint32_t sender_ssrc, const std::vector<std::uint32_t>& ssrcs,
                                                Instant now) {
  if (!window_start_ || ssrcs.empty()) return std::nullopt;
  const bool fell = estimate_ < sent_ - sent_ * 3 / 100;
  if (sent_at_ && now - *sent_at_ < (fell ? kRembUrgent : kRembInterval)) return std::nullopt;
  sent_at_ = now;
  sent_ = estimate_;
  return Remb{sender_ssrc, sent_, ssrcs};
}

std::optional<Instant> ReceiveBandwidth::next_timeout() const {
  if (!window_start_) return std::nullopt;
  if (!sent_at_) return *window_start_;
  return *sent_at_ + (estimate_ < sent_ - sent_ * 3 / 100 ? kRembUrgent : kRembInterval);
}

}  // namespace plenary::rtp
