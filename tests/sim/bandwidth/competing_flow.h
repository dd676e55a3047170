// Somebody else's download on the same bottleneck: a window that grows by a packet a round trip and is halved by loss
// (RFC 5681), as TCP does it without refinements.
#pragma once

#include <cstdint>
#include <deque>

#include "tests/sim/bandwidth/path.h"

namespace plenary::sim {

class CompetingFlow {
 public:
  // `back`: how long an acknowledgement takes.
  explicit CompetingFlow(Duration back) : back_(back) {}

  void step(Path& path, Instant now);
  void stop() { stopped_ = true; }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }  // bytes

 private:
  struct Flight {
    Instant known{};  // acknowledged or found lost
    bool lost = false;
  };
  Duration back_;
  std::deque<Flight> flights_;
  double window_ = 10;
  double threshold_ = 1e9;
  Instant halved_at_{};
  std::uint64_t delivered_ = 0;
  bool stopped_ = false;
};

}  // namespace plenary::sim
