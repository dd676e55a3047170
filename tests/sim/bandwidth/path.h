// One direction of a line with a bottleneck: a rate that changes by plan, a queue that drops what would wait too long,
// a policer, jitter that keeps the order, and loss behind the bottleneck, by chance or in bursts. One seed, virtual
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "media/base/time.h"

namespace plenary::sim {

struct RateStep {
  Duration from{};
  double rate = 0;  // bit/s
};

// Gilbert and Elliott: packets are lost only in the bad state.
struct BurstLoss {
  double enter = 0;  // chance a packet that a burst begins
  double leave = 1;
  double loss = 1;  // within it
};

struct Policer {
  double rate = 0;    // bit/s
  double bucket = 0;  // bytes
};

struct PathConfig {
  std::vector<RateStep> rate;                       // the first one from zero
  Duration queue = std::chrono::milliseconds(400);  // longest wait; a longer one drops the packet
  Duration delay = std::chrono::milliseconds(25);   // propagation, one way
  Duration jitter{};                                // on top, evenly up to this
  double loss = 0;
  std::optional<BurstLoss> burst;
  std::optional<Policer> policer;
};

class Path {
 public:
  Path(const PathConfig& config, std::uint64_t seed);

  struct Outcome {
    std::optional<Instant> arrives;  // nothing: dropped or lost
    Duration waited{};               // in the queue
  };
  Outcome send(std::size_t bytes, Instant now);
  [[nodiscard]] double rate(Instant now) const;  // bit/s, of bottleneck or policer
  [[nodiscard]] Duration queue(Instant now) const;

 private:
  [[nodiscard]] double link_rate(Instant now) const;
  [[nodiscard]] Instant transmitted(Instant begin, double bits) const;
  bool policed(std::size_t bytes, Instant now);
  bool lost();
  bool chance(double share) { return share > 0 && std::uniform_real_distribution<double>()(random_) < share; }

  PathConfig config_;
  std::mt19937_64 random_;
  Instant free_{};  // when the bottleneck has sent all it has
  Instant last_arrival_{};
  double tokens_ = 0;
  Instant tokens_at_{};
  bool in_burst_ = false;
};

}  // namespace plenary::sim
