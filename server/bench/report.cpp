#include "server/bench/report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace plenary::bench {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value) { return std::round(value * 1'000) / 1'000; }
double percent(double part, double whole) { return whole > 0 ? rounded(100 * part / whole) : 0; }

Json distribution(std::vector<double>& values) {
  return {{"count", values.size()},
          {"p50", rounded(percentile(values, 50))},
          {"p95", rounded(percentile(values, 95))},
          {"p99", rounded(percentile(values, 99))},
          {"max", rounded(percentile(values, 100))}};
}

Json media_json(MediaFigures& media) {
  const auto expected = static_cast<double>(media.packets) + static_cast<double>(std::max<std::int64_t>(0, media.lost));
  return {{"packets", media.packets},
          {"bytes", media.bytes},
          {"lost", media.lost},
          {"lost_percent", percent(static_cast<double>(media.lost), expected)},
          {"recovered", media.recovered},
          {"given_up", media.given_up},
          {"duplicates", media.duplicates},
          {"retransmissions", media.retransmissions},
          {"frames", media.frames},
          {"broken_frames", media.broken_frames},
          {"jitter_ms", distribution(media.jitter_ms)}};
}

}  // namespace

double percentile(std::vector<double>& values, double percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

void MediaFigures::add(const SlotReport& slot) {
  packets += slot.packets;
  bytes += slot.bytes;
  lost += slot.lost;
  recovered += slot.recovered;
  given_up += slot.given_up;
  duplicates += slot.duplicates;
  retransmissions += slot.retransmissions;
  frames += slot.frames;
  broken_frames += slot.broken_frames;
  if (slot.packets > 0) jitter_ms.push_back(std::chrono::duration<double, std::milli>(slot.jitter).count());
}

std::string write_json(RunReport& report) {
  Json failures = Json::object();
  for (const auto& [word, count] : report.failures) failures[word] = count;
  const double seconds = std::max(report.seconds, 1e-9);
  const double viewers = std::max(report.connected, 1U);
  const Json json = {
      {"url", report.url},
      {"viewers",
       {{"asked", report.asked},
        {"connected", report.connected},
        {"with_media", report.with_media},
        {"failures", failures}}},
      {"seconds", rounded(report.seconds)},
      {"kbit_per_second_per_viewer",
       rounded(static_cast<double>(report.bytes_measured) * 8 / 1'000 / seconds / viewers)},
      {"frames_per_second_per_viewer", rounded(static_cast<double>(report.frames_measured) / seconds / viewers)},
      {"audio", media_json(report.media[0])},
      {"video", media_json(report.media[1])},
      {"srtp",
       {{"gcm", report.gcm},
        {"aes_cm", report.connected - report.gcm},
        {"authentic", report.totals.decrypted},
        {"not_authentic", report.totals.unauthentic},
        {"of_no_stream", report.totals.unknown}}},
      {"rtcp",
       {{"sender_reports", report.totals.sender_reports},
        {"nacked_packets", report.totals.nacks},
        {"key_frame_requests", report.totals.key_frame_requests}}},
      {"milliseconds_from_post",
       {{"answer", distribution(report.to_answer)},
        {"connected", distribution(report.to_connected)},
        {"first_packet", distribution(report.to_first_packet)},
        {"first_key_frame", distribution(report.to_first_key_frame)}}},
      {"own_cpu_percent", percent(report.cpu_seconds, seconds)}};
  return json.dump(2) + "\n";
}

}  // namespace plenary::bench
