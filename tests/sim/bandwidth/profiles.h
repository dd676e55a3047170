// The networks on which the estimate is proven, and what each must show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/bandwidth/path.h"

namespace plenary::sim {

// A stretch of time in which the line is the same, and what is asked of the estimate in it.
struct Goal {
  Duration from{};
  Duration until{};
  double rate = 0;      // bit/s of the line, or the fair share of it
  Duration within{};    // converged so long after `from`; zero: nothing is asked of the time
  double share = 0.85;  // of rate, of the estimate from then on
  double most = 1.1;    // of rate, of the estimate, on average from then on
};

struct Profile {
  std::string name;   // of files
  std::string title;  // of plots
  PathConfig path;
  Duration length{};
  std::vector<Goal> goals;
  std::optional<Duration> queue_p95 = std::chrono::milliseconds(150);  // nothing: another flow fills the queue
  struct Competing {
    Duration from{};
    Duration until{};
  };
  std::optional<Competing> competing;
  double received = 0.85;    // share of the line (less the loss behind it) that arrives once converged
  double inherent_loss = 0;  // behind the bottleneck
  std::string fair;          // why a goal is another one than the usual
};

std::vector<Profile> profiles();

}  // namespace plenary::sim
