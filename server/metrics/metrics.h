// The text of GET /metrics: Prometheus' exposition format, by prometheus-cpp. One thread (the control thread).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plenary::server {

using Counters = std::vector<std::pair<std::string, std::uint64_t>>;
using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // Sets plenary_PART_NAME_total{labels}; names are made valid. A value that went down (a restarted part) is taken as a
  // new start and added.
  void set_counters(std::string_view part, const Counters& counters, const Labels& labels = {});
  // Sets plenary_NAME{labels}.
  void set_gauge(std::string_view name, std::string_view help, double value, const Labels& labels = {});
  // Sets plenary_NAME{labels}: how many values were at most each bound and above the one before, and above the last,
  // since the start; `sum` of all values.
  void set_histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                     const std::vector<std::uint64_t>& counts, double sum, const Labels& labels = {});
  // Forgets a gauge's values, so that rooms or peers that are gone do not stay.
  void clear_gauge(std::string_view name);

  [[nodiscard]] std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plenary::server
