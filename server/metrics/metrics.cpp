#include "server/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace plenary::server {
namespace {

// Prometheus allows letters, digits and underscores.
std::string valid_name(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return result;
}

std::string counter_name(std::string_view part, std::string_view name) {
  std::string result = valid_name(name);
  if (!result.starts_with("plenary_")) result = "plenary_" + valid_name(part) + "_" + result;
  if (!result.ends_with("_total")) result += "_total";
  return result;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string, std::vector<prometheus::Gauge*>> gauge_values;
  std::map<prometheus::Counter*, std::uint64_t> last;
  struct Histogram {
    prometheus::Histogram* histogram = nullptr;
    std::vector<std::uint64_t> counts;
    double sum = 0;
  };
  std::map<std::pair<std::string, Labels>, Histogram> histograms;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::set_counters(std::string_view part, const Counters& counters, const Labels& labels) {
  for (const auto& [name, value] : counters) {
    const std::string full = counter_name(part, name);
    auto& family = state_->counters[full];
    if (family == nullptr) family = &prometheus::BuildCounter().Name(full).Register(state_->registry);
    prometheus::Counter& counter = family->Add(labels);
    std::uint64_t& last = state_->last[&counter];
    counter.Increment(static_cast<double>(value >= last ? value - last : value));
    last = value;
  }
}

void Metrics::set_gauge(std::string_view name, std::string_view help, double value, const Labels& labels) {
  const std::string full = "plenary_" + valid_name(name);
  auto& family = state_->gauges[full];
  if (family == nullptr) {
    family = &prometheus::BuildGauge().Name(full).Help(std::string(help)).Register(state_->registry);
  }
  prometheus::Gauge& gauge = family->Add(labels);
  gauge.Set(value);
  std::vector<prometheus::Gauge*>& known = state_->gauge_values[full];
  if (std::find(known.begin(), known.end(), &gauge) == known.end()) known.push_back(&gauge);
}

void Metrics::set_histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                            const std::vector<std::uint64_t>& counts, double sum, const Labels& labels) {
  const std::string full = "plenary_" + valid_name(name);
  State::Histogram& known = state_->histograms[{full, labels}];
  if (known.histogram == nullptr) {
    auto& family = prometheus::BuildHistogram().Name(full).Help(std::string(help)).Register(state_->registry);
    known = {.histogram = &family.Add(labels, bounds), .counts = std::vector<std::uint64_t>(counts.size())};
  }
  std::vector<double> increments;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    increments.push_back(static_cast<double>(counts[i] - std::exchange(known.counts[i], counts[i])));
  }
  known.histogram->ObserveMultiple(increments, sum - std::exchange(known.sum, sum));
}

void Metrics::clear_gauge(std::string_view name) {
  const std::string full = "plenary_" + valid_name(name);
  const auto family = state_->gauges.find(full);
  if (family == state_->gauges.end()) return;
  for (prometheus::Gauge* gauge : state_->gauge_values[full]) family->second->Remove(gauge);
  state_->gauge_values.erase(full);
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(state_->registry.Collect()); }

}  // namespace plenary::server
