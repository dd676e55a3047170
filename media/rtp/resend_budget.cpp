#include "media/rtp/resend_budget.h"

#include <algorithm>

namespace plenary::rtp {

void ResendBudget::handle_sent(std::size_t bytes) {
  fraction_ += bytes;
  saved_ = std::min(saved_ + fraction_ / kResendShareDivisor, kResendMaxSaved);
  fraction_ %= kResendShareDivisor;
}

ResendBudget::Verdict ResendBudget::request(std::uint16_t sequence, std::size_t bytes, Instant now) {
  if (bytes > saved_) {
    ++refused_over_budget_;
    return Verdict::over_budget;
  }
  const auto at = static_cast<std::uint32_t>(to_milliseconds(now.time_since_epoch()));
  const auto interval = static_cast<std::uint32_t>(to_milliseconds(std::max(round_trip_, kResendMinInterval)));
  if (answers_.empty()) answers_.resize(kResendRemembered);
  Answer& answer = answers_[sequence % kResendRemembered];
  if (answer.used && at - answer.at < interval) {
    ++refused_too_soon_;
    return Verdict::too_soon;
  }
  answer = {true, at};
  saved_ -= bytes;
  ++resent_;
  return Verdict::allowed;
}

}  // namespace plenary::rtp
