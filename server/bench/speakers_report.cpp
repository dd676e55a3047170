#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "server/bench/report.h"
#include "server/bench/speakers.h"

namespace plenary::bench {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value) { return std::round(value * 1'000) / 1'000; }

Json distribution(std::vector<double>& values) {
  return {{"count", values.size()},
          {"p50", rounded(percentile(values, 50))},
          {"p95", rounded(percentile(values, 95))},
          {"max", rounded(percentile(values, 100))}};
}

Json kind_json(const std::vector<SendReport>& streams, MediaKind kind) {
  SendReport sum;
  std::vector<double> jitter;
  for (const SendReport& stream : streams) {
    if (stream.kind != kind) continue;
    sum.frames += stream.frames;
    sum.packets += stream.packets;
    sum.bytes += stream.bytes;
    sum.retransmissions += stream.retransmissions;
    sum.not_repaired += stream.not_repaired;
    sum.acknowledged += stream.acknowledged;
    sum.lost += stream.lost;
    if (stream.reports > 0) jitter.push_back(std::chrono::duration<double, std::milli>(stream.jitter).count());
  }
  const double known = static_cast<double>(sum.acknowledged + std::max<std::int64_t>(0, sum.lost));
  return {{"frames", sum.frames},
          {"packets", sum.packets},
          {"bytes", sum.bytes},
          {"acknowledged", sum.acknowledged},
          {"lost", sum.lost},
          {"lost_percent", known > 0 ? rounded(100 * static_cast<double>(sum.lost) / known) : 0},
          {"retransmissions", sum.retransmissions},
          {"not_repaired", sum.not_repaired},
          {"jitter_ms", distribution(jitter)}};
}

}  // namespace

std::string write_json(SpeakersReport& report) {
  Json failures = Json::object();
  for (const auto& [word, count] : report.failures) failures[word] = count;
  const double seconds = std::max(report.seconds, 1e-9);
  const Json json = {{"url", report.url},
                     {"speakers", {{"asked", report.asked}, {"connected", report.connected}, {"failures", failures}}},
                     {"seconds", rounded(report.seconds)},
                     {"audio", kind_json(report.streams, MediaKind::audio)},
                     {"video", kind_json(report.streams, MediaKind::video)},
                     {"round_trip_ms", distribution(report.round_trip_ms)},
                     {"milliseconds_from_post", {{"connected", distribution(report.to_connected_ms)}}},
                     {"own_cpu_percent", rounded(100 * report.cpu_seconds / seconds)}};
  return json.dump(2) + "\n";
}

}  // namespace plenary::bench
