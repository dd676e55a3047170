#include "server/bench/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::bench::report_test {
namespace {

TEST(Report, a_percentile_is_the_value_of_its_rank) {
  std::vector<double> values;
  EXPECT_EQ(percentile(values, 50), 0);
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(percentile(values, 50), 50);
  EXPECT_EQ(percentile(values, 95), 95);
  EXPECT_EQ(percentile(values, 100), 100);
  std::vector<double> one{7};
  EXPECT_EQ(percentile(one, 50), 7);
}

TEST(Report, its_json_says_what_was_lost_and_why_viewers_failed) {
  RunReport report;
  report.url = "http://127.0.0.1/whep/\"x\"";
  report.asked = 3;
  report.connected = 2;
  report.failures["ice"] = 1;
  report.seconds = 10;
  report.bytes_measured = 2'500'000;
  SlotReport slot{.kind = MediaKind::video};
  slot.packets = 99;
  slot.lost = 1;
  report.media[1].add(slot);
  report.to_first_packet = {10, 20};
  const auto json = nlohmann::json::parse(write_json(report));
  EXPECT_EQ(json["url"], report.url);
  EXPECT_EQ(json["viewers"]["failures"]["ice"], 1);
  EXPECT_EQ(json["kbit_per_second_per_viewer"], 1'000.0);
  EXPECT_EQ(json["video"]["lost_percent"], 1.0);
  EXPECT_EQ(json["audio"]["packets"], 0);
  EXPECT_EQ(json["milliseconds_from_post"]["first_packet"]["max"], 20.0);
  EXPECT_EQ(json["milliseconds_from_post"]["first_key_frame"]["count"], 0);
}

TEST(Report, a_run_without_any_viewer_has_no_division_by_zero) {
  RunReport report;
  EXPECT_TRUE(nlohmann::json::parse(write_json(report))["kbit_per_second_per_viewer"].is_number());
}

}  // namespace
}  // namespace plenary::bench::report_test
