#include "media/rtp/transport_feedback_builder.h"

#include <cstdlib>
#include <limits>

#include "media/rtp/transport_feedback.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kBytesPerLargeDelta = 2;
constexpr std::size_t kBytesPerChunk = 2;
constexpr std::size_t kStatusesPerChunk = 7;  // of the two-bit vector, the least dense

bool fits_delta(std::int64_t ticks) {
  return ticks >= std::numeric_limits<std::int16_t>::min() && ticks <= std::numeric_limits<std::int16_t>::max();
}

}  // namespace

void TransportFeedbackBuilder::handle_packet(std::uint16_t transport_sequence, std::uint32_t media_ssrc,
                                             Instant received) {
  const std::uint64_t extended = unwrapper_.unwrap(transport_sequence);
  if ((told_below_ && extended < *told_below_) || arrivals_.size() >= 2 * kMaxFeedbackStatuses ||
      !arrivals_.emplace(extended, received).second) {
    ++dropped_;
    return;
  }
  media_ssrc_ = media_ssrc;
  if (!due_) due_ = received + kFeedbackInterval;
  if (arrivals_.size() >= kMaxFeedbackStatuses) due_ = received;
}

std::optional<TransportFeedback> TransportFeedbackBuilder::poll_feedback(Instant now) {
  if (!due_ || now < *due_ || arrivals_.empty()) return std::nullopt;
  TransportFeedback feedback{sender_ssrc_, media_ssrc_, count_++, {}};
  std::uint64_t next = arrivals_.begin()->first;
  if (told_below_ && next - *told_below_ <= kMaxFeedbackGap) next = *told_below_;

  std::optional<std::int64_t> ticks;
  std::size_t bytes = 0;
  auto arrival = arrivals_.begin();
  for (; arrival != arrivals_.end(); ++arrival) {
    const std::int64_t arrival_ticks = feedback_ticks(arrival->second);
    const std::uint64_t gap = arrival->first - next;
    bytes += kBytesPerLargeDelta + (gap / kStatusesPerChunk + 1) * kBytesPerChunk;
    const bool full = feedback.packets.size() + gap >= kMaxFeedbackStatuses || bytes > kMaxFeedbackBytes;
    if (ticks && (full || gap > kMaxFeedbackGap || !fits_delta(arrival_ticks - *ticks))) break;
    for (; next < arrival->first; ++next) feedback.packets.push_back({static_cast<std::uint16_t>(next), std::nullopt});
    feedback.packets.push_back({static_cast<std::uint16_t>(next++), arrival->second});
    ticks = arrival_ticks;
  }
  arrivals_.erase(arrivals_.begin(), arrival);
  told_below_ = next;
  if (arrivals_.empty()) due_.reset();
  return feedback;
}

std::optional<Instant> TransportFeedbackBuilder::next_timeout() const { return due_; }

}  // namespace plenary::rtp
