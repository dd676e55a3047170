#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/bench/speakers.h"

namespace plenary::bench::speakers_report_test {
namespace {

TEST(SpeakersReport, sums_by_kind_and_says_what_was_lost_of_what_the_server_knows) {
  SpeakersReport report{.url = "http://a/whip", .asked = 2, .connected = 2, .seconds = 10, .cpu_seconds = 1};
  report.streams = {{.kind = MediaKind::audio, .packets = 500, .reports = 9, .acknowledged = 480},
                    {.kind = MediaKind::video, .packets = 2'000, .reports = 9, .acknowledged = 90, .lost = 10},
                    {.kind = MediaKind::video, .packets = 1'000, .reports = 9, .acknowledged = 100}};
  report.round_trip_ms = {3, 1, 2};
  const auto json = nlohmann::json::parse(write_json(report));
  EXPECT_EQ(json["audio"]["packets"], 500);
  EXPECT_EQ(json["video"]["packets"], 3'000);
  EXPECT_EQ(json["video"]["acknowledged"], 190);
  EXPECT_EQ(json["video"]["lost_percent"], 5);
  EXPECT_EQ(json["round_trip_ms"]["p50"], 2);
  EXPECT_EQ(json["own_cpu_percent"], 10);
}

TEST(SpeakersReport, of_nobody_is_zeros_and_reasons) {
  SpeakersReport report{.url = "u", .asked = 1, .failures = {{"http_403", 1}}};
  const auto json = nlohmann::json::parse(write_json(report));
  EXPECT_EQ(json["speakers"]["failures"]["http_403"], 1);
  EXPECT_EQ(json["video"]["lost_percent"], 0);
}

}  // namespace
}  // namespace plenary::bench::speakers_report_test
