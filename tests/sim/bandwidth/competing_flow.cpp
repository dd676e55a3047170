#include "tests/sim/bandwidth/competing_flow.h"

#include <algorithm>

namespace plenary::sim {
namespace {

constexpr std::size_t kSegment = 1'500;
constexpr double kWindowMost = 500;  // segments

}  // namespace

void CompetingFlow::step(Path& path, Instant now) {
  while (!flights_.empty() && flights_.front().known <= now) {
    const Flight flight = flights_.front();
    flights_.pop_front();
    if (flight.lost) {
      // One loss event a round trip.
      if (now - halved_at_ > 2 * back_ + path.queue(now)) {
        threshold_ = std::max(2.0, window_ / 2);
        window_ = threshold_;
        halved_at_ = now;
      }
      continue;
    }
    delivered_ += kSegment;
    window_ = std::min(kWindowMost, window_ + (window_ < threshold_ ? 1 : 1 / window_));
  }
  while (!stopped_ && static_cast<double>(flights_.size()) < window_) {
    const Path::Outcome outcome = path.send(kSegment, now);
    const Instant known = outcome.arrives ? *outcome.arrives + back_ : now + outcome.waited + 2 * back_;
    // Acknowledgements come in order.
    flights_.push_back({flights_.empty() ? known : std::max(known, flights_.back().known), !outcome.arrives});
  }
}

}  // namespace plenary::sim
