#include "media/rtp/nack_tracker.h"

#include <algorithm>

namespace plenary::rtp {

NackTracker::Arrival NackTracker::handle_packet(std::uint16_t sequence, Instant now) {
  const std::uint64_t extended = unwrapper_.unwrap(sequence);
  if (!newest_) {
    newest_ = extended;
    return Arrival::fresh;
  }
  if (extended <= *newest_) return handle_older(extended);

  const std::uint64_t gap = extended - *newest_ - 1;
  if (gap > kNackMaxMissing) {
    give_up(missing_.size());
    given_up_ += gap;
    gave_up_ = true;
    newest_ = extended;
    return Arrival::jumped;
  }
  if (missing_.size() + gap > kNackMaxMissing) give_up(missing_.size());
  for (std::uint64_t lost = *newest_ + 1; lost < extended; ++lost) {
    missing_.push_back({lost, now, now + kNackFirstWait, 0});
  }
  newest_ = extended;
  return Arrival::fresh;
}

NackTracker::Arrival NackTracker::handle_older(std::uint64_t sequence) {
  const auto found = std::lower_bound(missing_.begin(), missing_.end(), sequence,
                                      [](const Missing& entry, std::uint64_t value) { return entry.sequence < value; });
  if (found == missing_.end() || found->sequence != sequence) {
    ++duplicates_;
    return Arrival::duplicate;
  }
  missing_.erase(found);
  ++recovered_;
  return Arrival::recovered;
}

std::vector<std::uint16_t> NackTracker::poll_nacks(Instant now) {
  // The oldest stand first, by sequence and by age.
  const auto young = std::find_if(missing_.begin(), missing_.end(),
                                  [&](const Missing& entry) { return now < entry.since + kNackGiveUp; });
  give_up(static_cast<std::size_t>(young - missing_.begin()));
  const std::size_t exhausted =
      std::erase_if(missing_, [&](const Missing& entry) { return entry.tries >= kNackMaxTries && entry.next <= now; });
  if (exhausted > 0) {
    given_up_ += exhausted;
    gave_up_ = true;
  }

  std::vector<std::uint16_t> due;
  for (Missing& entry : missing_) {
    if (entry.next > now) continue;
    if (due.size() >= kNackMaxAtOnce) break;
    due.push_back(static_cast<std::uint16_t>(entry.sequence));
    entry.next = now + retry_interval();
    ++entry.tries;
  }
  return due;
}

std::optional<Instant> NackTracker::next_timeout() const {
  if (missing_.empty()) return std::nullopt;
  Instant next = missing_.front().since + kNackGiveUp;
  for (const Missing& entry : missing_) next = std::min(next, entry.next);
  return next;
}

bool NackTracker::take_gave_up() {
  const bool taken = gave_up_;
  gave_up_ = false;
  return taken;
}

void NackTracker::give_up(std::size_t count) {
  if (count == 0) return;
  missing_.erase(missing_.begin(), missing_.begin() + static_cast<std::ptrdiff_t>(count));
  given_up_ += count;
  gave_up_ = true;
}

Duration NackTracker::retry_interval() const { return std::max(kNackMinRetry, round_trip_); }

}  // namespace plenary::rtp
