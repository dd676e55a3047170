#include "server/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plenary::server::metrics_test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, counters_carry_their_part_and_end_in_total) {
  Metrics metrics;
  metrics.set_counters("http", {{"requests", 3}, {"bad-requests", 1}});
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_http_requests_total 3\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_http_bad_requests_total 1\n"));
}

TEST(Metrics, a_name_that_is_whole_already_is_kept) {
  Metrics metrics;
  metrics.set_counters("media", {{"plenary_rtp_packets_sent_total", 7}});
  EXPECT_THAT(metrics.text(), HasSubstr("\nplenary_rtp_packets_sent_total 7\n"));
}

TEST(Metrics, a_counter_set_again_shows_the_new_value_and_a_restarted_part_is_added) {
  Metrics metrics;
  metrics.set_counters("room", {{"frames", 10}}, {{"room", "a"}});
  metrics.set_counters("room", {{"frames", 15}}, {{"room", "a"}});
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_room_frames_total{room=\"a\"} 15\n"));
  metrics.set_counters("room", {{"frames", 2}}, {{"room", "a"}});
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_room_frames_total{room=\"a\"} 17\n"));
}

TEST(Metrics, a_histogram_adds_up_its_buckets_and_follows_what_it_is_set_to) {
  Metrics metrics;
  metrics.set_histogram("delay_seconds", "Delay", {0.5, 1}, {3, 1, 0}, 2.25);
  metrics.set_histogram("delay_seconds", "Delay", {0.5, 1}, {3, 2, 4}, 11);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE plenary_delay_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("plenary_delay_seconds_bucket{le=\"0.5\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("plenary_delay_seconds_bucket{le=\"1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("plenary_delay_seconds_bucket{le=\"+Inf\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("plenary_delay_seconds_sum 11\n"));
}

TEST(Metrics, a_cleared_gauge_is_gone_and_may_come_back) {
  Metrics metrics;
  metrics.set_gauge("viewers", "Viewers", 4, {{"room", "a"}});
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_viewers{room=\"a\"} 4\n"));
  metrics.clear_gauge("viewers");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("room=\"a\"")));
  metrics.set_gauge("viewers", "Viewers", 5, {{"room", "a"}});
  EXPECT_THAT(metrics.text(), HasSubstr("plenary_viewers{room=\"a\"} 5\n"));
}

}  // namespace
}  // namespace plenary::server::metrics_test
