// Figures of a record against a profile's goals.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/sim/bandwidth/profiles.h"
#include "tests/sim/bandwidth/session.h"

namespace plenary::sim {

struct Reached {
  std::optional<double> after;  // seconds until the estimate stayed within the goal for two seconds; nothing: never
  double estimate = 0;          // share of the goal's rate, mean from the goal's time on
  double received = 0;          // the same, of what arrived or was lost on the way by chance
};
Reached reached(const Record& record, const Goal& goal);

double queue_p95(const Record& record);                                      // ms, over all packets of ours
double share_lost(const Record& record, Duration from);                      // of packets, mean
double mean_competing(const Record& record, Duration from, Duration until);  // bit/s
double mean_received(const Record& record, Duration from, Duration until);   // bit/s

// How often a layer was left and taken again, at most, within any 10 s.
std::size_t oscillations(const Record& record);

}  // namespace plenary::sim
