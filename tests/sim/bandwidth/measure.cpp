#include "tests/sim/bandwidth/measure.h"

#include <algorithm>
#include <numeric>

namespace plenary::sim {
namespace {

constexpr Duration kStays = std::chrono::seconds(2);
constexpr double kFarOff = 1.3;
constexpr double kQueueStands = 150;  // ms
constexpr Duration kOscillationWindow = std::chrono::seconds(10);

template <class Value>
double mean(const Record& record, Duration from, Duration until, Value value) {
  double sum = 0;
  std::size_t count = 0;
  for (const Sample& sample : record.samples) {
    const Duration at = sample.at.time_since_epoch();
    if (at < from || at >= until) continue;
    sum += value(sample);
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

double estimate_of(const Sample& sample) { return sample.estimate; }
double received_of(const Sample& sample) { return sample.received; }

// The estimate is right on average, never far off, and no queue stands.
bool holds(const Record& record, const Goal& goal, Duration at) {
  const double share = mean(record, at, at + kStays, estimate_of) / goal.rate;
  if (share < goal.share || share > goal.most) return false;
  return std::all_of(record.samples.begin(), record.samples.end(), [&](const Sample& sample) {
    const Duration time = sample.at.time_since_epoch();
    if (time < at || time >= at + kStays) return true;
    return sample.estimate < kFarOff * goal.rate && sample.queue < kQueueStands;
  });
}

}  // namespace

Reached reached(const Record& record, const Goal& goal) {
  Reached result;
  for (Duration at = goal.from; at + kStays <= goal.until; at += kSampleInterval) {
    if (!holds(record, goal, at)) continue;
    result.after = std::chrono::duration<double>(at - goal.from).count();
    break;
  }
  result.estimate = mean(record, goal.from + goal.within, goal.until, estimate_of) / goal.rate;
  result.received = mean(record, goal.from + goal.within, goal.until, received_of) / goal.rate;
  return result;
}

double queue_p95(const Record& record) {
  std::vector<float> waits = record.waits;
  const auto place = waits.begin() + static_cast<std::ptrdiff_t>(waits.size() * 95 / 100);
  std::nth_element(waits.begin(), place, waits.end());
  return static_cast<double>(*place);
}

double share_lost(const Record& record, Duration from) {
  return mean(record, from, Duration::max(), [](const Sample& sample) { return sample.lost; });
}

double mean_competing(const Record& record, Duration from, Duration until) {
  return mean(record, from, until, [](const Sample& sample) { return sample.competing; });
}

double mean_received(const Record& record, Duration from, Duration until) {
  return mean(record, from, until, received_of);
}

std::size_t oscillations(const Record& record) {
  // A raise with a fall behind it.
  std::vector<Instant> at;
  bool rose = false;
  for (const LayerChange& change : record.changes) {
    if (change.to > change.from) rose = true;
    if (change.to < change.from && rose) {
      at.push_back(change.at);
      rose = false;
    }
  }
  std::size_t most = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    std::size_t count = 0;
    for (std::size_t k = i; k < at.size() && at[k] - at[i] <= kOscillationWindow; ++k) ++count;
    most = std::max(most, count);
  }
  return most;
}

}  // namespace plenary::sim
