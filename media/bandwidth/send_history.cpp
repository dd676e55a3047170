#include "media/bandwidth/send_history.h"

#include <algorithm>
#include <utility>

namespace plenary::bandwidth {
namespace {

constexpr std::size_t kMaxBytes = 65'535;

}  // namespace

std::uint32_t SendHistory::microseconds(Instant at) const {
  return static_cast<std::uint32_t>((at - origin_) / std::chrono::microseconds(1));
}

std::uint16_t SendHistory::add(std::size_t bytes, std::uint8_t cluster, Instant now) {
  if (next_ == 0) origin_ = now;
  if (now - last_at_ > kSentMaxAge) oldest_ = next_;
  last_at_ = now;
  if (next_ - oldest_ == capacity_ && capacity_ < kSentRemembered && entry(next_).state == State::sent) grow();
  Entry& added = entry(next_);
  if (added.state == State::sent) ++unreported_;
  added = {.at = microseconds(now),
           .bytes = static_cast<std::uint16_t>(std::min(bytes, kMaxBytes)),
           .cluster = cluster,
           .state = State::sent};
  const std::uint64_t number = next_++;
  if (next_ - oldest_ > capacity_) oldest_ = next_ - capacity_;
  return static_cast<std::uint16_t>(number);
}

void SendHistory::grow() {
  const std::size_t capacity = 2 * capacity_;
  auto entries = std::make_unique<Entry[]>(capacity);
  for (std::uint64_t number = oldest_; number < next_; ++number) entries[number & (capacity - 1)] = entry(number);
  entries_ = std::move(entries);
  capacity_ = capacity;
}

std::optional<SendHistory::Sent> SendHistory::report(std::uint16_t sequence, bool received) {
  const std::uint64_t behind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(next_) - 1u - sequence);
  if (behind >= next_ - oldest_) {
    ++unknown_;
    return std::nullopt;
  }
  const std::uint64_t number = next_ - 1 - behind;
  Entry& reported = entry(number);
  const State state = received ? State::received : State::lost;
  if (reported.state == State::received || reported.state == state) return std::nullopt;
  const bool was_lost = reported.state == State::lost;
  reported.state = state;
  return describe(number, was_lost);
}

SendHistory::Sent SendHistory::describe(std::uint64_t number, bool was_lost) const {
  const Entry& known = entry(number);
  const std::uint32_t age = microseconds(last_at_) - known.at;
  return {.number = number,
          .at = last_at_ - std::chrono::microseconds(age),
          .bytes = known.bytes,
          .cluster = known.cluster,
          .was_lost = was_lost};
}

std::optional<SendHistory::Sent> SendHistory::unreported(std::uint64_t number) const {
  if (number < oldest_ || number >= next_) return std::nullopt;
  if (entry(number).state != State::sent) return std::nullopt;
  return describe(number, false);
}

}  // namespace plenary::bandwidth
