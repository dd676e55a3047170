#include "media/bandwidth/one_way_delay.h"

#include <algorithm>

namespace plenary::bandwidth {
namespace {

constexpr Duration kSameTrain = std::chrono::milliseconds(3);
constexpr Duration kNewClock = std::chrono::seconds(3);

std::optional<Duration> smaller(std::optional<Duration> a, std::optional<Duration> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

void OneWayDelay::on_packet(Instant sent, Instant arrived) {
  const Duration delay = arrived - sent;
  if (last_ && (delay - *last_ > kNewClock || *last_ - delay > kNewClock)) {
    shortest_now_.reset();
    shortest_.reset();
    shortest_before_.reset();
    last_.reset();
  }
  shortest_now_ = smaller(shortest_now_, delay);
  // Packets of one train wait for each other; that is no jitter.
  if (last_ && sent - last_sent_ > kSameTrain) {
    const Duration change = delay > *last_ ? delay - *last_ : *last_ - delay;
    jitter_ += (change - jitter_) / kJitterGain;
  }
  if (!last_ || sent - last_sent_ > kSameTrain) {
    last_ = delay;
    last_sent_ = sent;
  }
}

void OneWayDelay::on_feedback(Instant now, bool foreign) {
  if (!shortest_now_) return;
  if (!shortest_ || now - began_ > (foreign ? kShortestDelayKeptForeign : kShortestDelayKept)) {
    shortest_before_ = shortest_;
    shortest_ = shortest_now_;
    began_ = now;
  }
  shortest_ = smaller(shortest_, shortest_now_);
  queue_ = *shortest_now_ - *smaller(shortest_, shortest_before_);
  shortest_now_.reset();
}

}  // namespace plenary::bandwidth
