#include "media/bandwidth/probe_controller.h"

#include <gtest/gtest.h>

#include <vector>

namespace plenary::bandwidth::probe_controller_test {
namespace {

using std::chrono::milliseconds;

Instant at(double ms) { return Instant(Duration(static_cast<std::int64_t>(ms * 1e6))); }

constexpr ProbeController::State kWantsMore = {
    .target = 600'000, .need = 2'000'000, .calm = true, .round_trip = milliseconds(50)};

// Sends the cluster that begins at `from` and says what left.
std::vector<SendHistory::Sent> send_cluster(ProbeController& probes, const ProbeController::State& state, double from) {
  std::vector<SendHistory::Sent> sent;
  probes.on_tick(state, at(from));
  for (double ms = from; ms < from + 200; ms += 1) {
    while (const auto bytes = probes.poll(at(ms))) {
      const std::uint8_t cluster = probes.on_sent(*bytes, at(ms));
      sent.push_back(
          {.number = sent.size(), .at = at(ms), .bytes = static_cast<std::uint32_t>(*bytes), .cluster = cluster});
    }
  }
  return sent;
}

// Reports it as a line of that rate would deliver it.
void deliver(ProbeController& probes, const std::vector<SendHistory::Sent>& sent, double rate) {
  Instant free{};
  for (const SendHistory::Sent& packet : sent) {
    free = std::max(free, packet.at) + Duration(static_cast<std::int64_t>(packet.bytes * 8 / rate * 1e9));
    probes.on_report(packet, free + milliseconds(20));
  }
}

TEST(ProbeControllerTest, a_cluster_is_twice_the_target_for_sixty_milliseconds) {
  ProbeController probes;
  const auto sent = send_cluster(probes, kWantsMore, 1'000);
  ASSERT_GT(sent.size(), kProbePackets);
  std::size_t bytes = 0;
  for (const auto& packet : sent) bytes += packet.bytes;
  EXPECT_NEAR(static_cast<double>(bytes), 1'200'000 / 8 * 0.06, 1'000);
  EXPECT_LE(sent.back().at - sent.front().at, kProbeLength);
  EXPECT_EQ(sent.front().cluster, 1);
}

TEST(ProbeControllerTest, a_faster_line_is_proven_as_far_as_was_sent) {
  ProbeController probes;
  deliver(probes, send_cluster(probes, kWantsMore, 0), 10e6);
  const auto result = probes.take_result({}, at(300));
  ASSERT_TRUE(result);
  EXPECT_NEAR(static_cast<double>(*result), 1'200'000, 150'000);
}

TEST(ProbeControllerTest, a_line_in_between_is_measured_and_not_used_up) {
  ProbeController probes;
  deliver(probes, send_cluster(probes, kWantsMore, 0), 900'000);
  const auto result = probes.take_result({}, at(300));
  ASSERT_TRUE(result);
  EXPECT_LT(*result, 900'000u);
  EXPECT_GT(*result, 750'000u);
}

TEST(ProbeControllerTest, a_little_more_is_proven_too_but_is_no_reason_to_ask_again_soon) {
  ProbeController probes;
  deliver(probes, send_cluster(probes, kWantsMore, 0), 700'000);
  const auto result = probes.take_result({}, at(300));
  ASSERT_TRUE(result);
  EXPECT_GT(*result, 600'000u);
  EXPECT_LT(*result, 650'000u);
  EXPECT_TRUE(send_cluster(probes, kWantsMore, 300 + 2'000).empty());
  EXPECT_FALSE(send_cluster(probes, kWantsMore, 300 + 3'000).empty());
}

TEST(ProbeControllerTest, a_full_line_proves_nothing_and_is_asked_ever_more_rarely) {
  ProbeController probes;
  std::vector<double> begins;
  for (double ms = 0; ms < 60'000; ms += 100) {
    const auto sent = send_cluster(probes, kWantsMore, ms);
    if (sent.empty()) continue;
    begins.push_back(ms);
    deliver(probes, sent, 600'000);
    EXPECT_FALSE(probes.take_result({}, at(ms + 100)));
  }
  ASSERT_GE(begins.size(), 5u);
  EXPECT_GE(begins[1] - begins[0], 3'000);
  EXPECT_GE(begins.back() - begins[begins.size() - 2], 8'000);
  EXPECT_LE(begins.back() - begins[begins.size() - 2], 8'300);
  EXPECT_EQ(probes.failed(), begins.size());
}

TEST(ProbeControllerTest, nothing_is_probed_beyond_the_need_or_into_a_queue) {
  ProbeController probes;
  auto state = kWantsMore;
  state.need = state.target;
  EXPECT_TRUE(send_cluster(probes, state, 0).empty());
  state = kWantsMore;
  state.calm = false;
  EXPECT_TRUE(send_cluster(probes, state, 1'000).empty());
  state = kWantsMore;
  state.need = 700'000;
  const auto sent = send_cluster(probes, state, 2'000);
  std::size_t bytes = 0;
  for (const auto& packet : sent) bytes += packet.bytes;
  EXPECT_LT(static_cast<double>(bytes), 1.25 * 700'000 / 8 * 0.06 + kProbePacketMost);
}

TEST(ProbeControllerTest, a_success_that_the_line_belies_is_not_repeated_soon) {
  ProbeController probes;
  deliver(probes, send_cluster(probes, kWantsMore, 0), 10e6);
  ASSERT_TRUE(probes.take_result({}, at(300)));
  probes.on_decrease(ProbeController::Cause::loss, at(2'000));
  EXPECT_EQ(probes.belied(), 1u);
  EXPECT_TRUE(send_cluster(probes, kWantsMore, 11'000).empty());
  const auto again = send_cluster(probes, kWantsMore, 12'100);
  ASSERT_FALSE(again.empty());
  deliver(probes, again, 10e6);
  ASSERT_TRUE(probes.take_result({}, at(12'300)));
}

TEST(ProbeControllerTest, jitter_that_presses_a_cluster_together_makes_no_fast_line) {
  ProbeController probes;
  for (const auto& packet : send_cluster(probes, kWantsMore, 0)) probes.on_report(packet, at(500));
  EXPECT_FALSE(probes.take_result({.jitter = milliseconds(120)}, at(600)));
}

TEST(ProbeControllerTest, loss_of_the_cluster_fails_it_unless_the_path_loses_anyway) {
  for (const double inherent : {0.0, 0.3}) {
    ProbeController probes;
    const auto sent = send_cluster(probes, kWantsMore, 0);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const bool lost = i % 3 == 1;
      probes.on_report(sent[i], lost ? std::nullopt : std::optional(sent[i].at + milliseconds(20)));
    }
    EXPECT_EQ(probes.take_result({.inherent_loss = inherent}, at(300)).has_value(), inherent > 0);
  }
}

}  // namespace
}  // namespace plenary::bandwidth::probe_controller_test
