// How long the queue stands and how much the path jitters: the delay of each packet against the shortest one of the
// last 10 to 20 s. The clocks of both ends differ by an unknown offset, which the difference takes away.
#pragma once

#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr Duration kShortestDelayKept = std::chrono::seconds(10);  // clocks drift 1 ms, routes change
constexpr Duration kShortestDelayKeptForeign = std::chrono::seconds(60);
constexpr int kJitterGain = 16;  // RFC 3550 §6.4.1

class OneWayDelay {
 public:
  void on_packet(Instant sent, Instant arrived);
  // All packets of one feedback message were passed.
  // `foreign`: another flow fills the queue; the shortest delay is kept longer, or its queue would count as the path.
  void on_feedback(Instant now, bool foreign);
  // Of the packet that waited least in the last message: what stands in the queue, without jitter.
  [[nodiscard]] Duration queue() const { return queue_; }
  [[nodiscard]] Duration jitter() const { return jitter_; }

 private:
  std::optional<Duration> shortest_now_;     // of this message
  std::optional<Duration> shortest_;         // since began_
  std::optional<Duration> shortest_before_;  // of the period before
  std::optional<Duration> last_;
  Instant last_sent_{};
  Instant began_{};
  Duration queue_{};
  Duration jitter_{};
};

}  // namespace plenary::bandwidth
