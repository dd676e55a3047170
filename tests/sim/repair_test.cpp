// Loss, reordering, repetition: what reaches a viewer all the same.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::repair_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};

ViewerClient& watch_room(World& world) {
  world.add_picture(kFeed, kPicture);
  world.add_sound(kFeed, kSound);
  ViewerClient& viewer = world.add_viewer(kViewer);
  world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
  world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
  EXPECT_TRUE(world.run_until_true(
      [&] { return !viewer.slots[0].frames().empty() && !viewer.slots[1].frames().empty(); }, 5s));
  return viewer;
}

// Of the frames sent in [from, to), how many were whole within `limit` of when they were sent.
double share_complete(const SeenSlot& slot, std::uint16_t stream, std::uint32_t from, std::uint32_t to) {
  std::uint32_t complete = 0;
  for (std::uint32_t number = from; number < to; ++number) {
    const SeenFrame* frame = slot.find(stream, number);
    if (frame != nullptr && frame->complete && *frame->complete - frame->first <= 500ms) ++complete;
  }
  return static_cast<double>(complete) / (to - from);
}

class Repair : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Repair, ten_percent_loss_at_a_round_trip_of_100_ms_leaves_95_percent_of_frames_whole) {
  World world(scenario_seed(GetParam()));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  ViewerClient& viewer = watch_room(world);
  world.both_ways(kViewer, {.loss = 0.10, .delay = 50ms});
  world.run_for(1s);
  const std::uint32_t from = viewer.slots[1].frames().back().number;
  world.run_for(20s);
  const std::uint32_t to = viewer.slots[1].frames().back().number;
  world.run_for(1s);
  EXPECT_GE(to - from, 480u);
  EXPECT_GE(share_complete(viewer.slots[1], 1, from, to), 0.95);
  EXPECT_GT(viewer.slots[1].repairs, 300u);
  EXPECT_EQ(viewer.slots[1].conflicting, 0u);
  // Packets of one SSRC never come twice: repair has an SSRC of its own.
  EXPECT_EQ(viewer.transport.refused(), 0u);
}

// Browsers offer no RTX for Opus: a lost packet is the decoder's to conceal (in-band FEC), and nothing is sent again.
TEST_P(Repair, sound_without_rtx_is_never_repeated_and_loses_no_more_than_the_line_does) {
  World world(scenario_seed(GetParam()));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  ViewerClient& viewer = watch_room(world);
  world.both_ways(kViewer, {.loss = 0.30, .delay = 50ms});
  const std::uint32_t from = viewer.slots[0].frames().back().number;
  world.run_for(20s);
  const std::uint32_t to = viewer.slots[0].frames().back().number;
  EXPECT_GE(share_complete(viewer.slots[0], 2, from, to), 0.64);
  EXPECT_EQ(viewer.slots[0].repairs, 0u);
  EXPECT_EQ(viewer.transport.refused(), 0u);
}

TEST_P(Repair, reordering_and_repetition_lose_nothing) {
  World world(scenario_seed(GetParam()));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  ViewerClient& viewer = watch_room(world);
  world.both_ways(kViewer, {.duplicate = 0.05, .reorder = 0.10, .delay = 20ms, .jitter = 10ms});
  const std::uint32_t from = viewer.slots[1].frames().back().number + 1;
  world.run_for(10s);
  const std::uint32_t to = viewer.slots[1].frames().back().number - 5;
  world.run_for(1s);
  EXPECT_EQ(share_complete(viewer.slots[1], 1, from, to), 1.0);
  EXPECT_EQ(viewer.slots[1].conflicting, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
}

INSTANTIATE_TEST_SUITE_P(seeds, Repair, testing::Values(1, 2, 3));

TEST(repair, who_asks_for_everything_again_gets_a_quarter_at_most) {
  World world(scenario_seed(4));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  ViewerClient& viewer = watch_room(world);
  world.run_for(3s);
  viewer.asks_for_repair = false;
  const std::uint64_t sent = world.count(Count::rtp_bytes_out);
  const std::uint64_t repaired = viewer.slots[1].repairs;
  for (int i = 0; i < 500; ++i) {
    std::vector<std::uint16_t> all;
    const auto newest = static_cast<std::uint16_t>(viewer.slots[1].newest_sequence());
    for (std::uint16_t back = 0; back < 100; ++back) all.push_back(static_cast<std::uint16_t>(newest - back));
    viewer.nack(1, all, world.now);
    world.run_for(20ms);
  }
  const double bytes = static_cast<double>((viewer.slots[1].repairs - repaired) * 1'040);
  // A quarter, and what had been saved up before.
  EXPECT_LE(bytes, 0.25 * static_cast<double>(world.count(Count::rtp_bytes_out) - sent) + 140'000);
  EXPECT_GT(world.count(Count::nack_over_budget) + world.count(Count::nack_too_soon), 1'000u);
}

TEST(repair, a_packet_older_than_half_a_second_is_not_repeated) {
  World world(scenario_seed(5));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  ViewerClient& viewer = watch_room(world);
  world.run_for(2s);
  viewer.asks_for_repair = false;
  const auto newest = static_cast<std::uint16_t>(viewer.slots[1].newest_sequence());
  world.run_for(700ms);
  const std::uint64_t before = viewer.slots[1].repairs;
  viewer.nack(1, {newest}, world.now);
  world.run_for(200ms);
  EXPECT_EQ(viewer.slots[1].repairs, before);
  EXPECT_EQ(world.count(Count::nack_too_old), 1u);
}

TEST(repair, a_nack_for_what_was_never_sent_is_dropped) {
  World world(scenario_seed(6));
  ViewerClient& viewer = watch_room(world);
  world.run_for(1s);
  viewer.asks_for_repair = false;
  const std::uint64_t before = viewer.slots[1].repairs;
  const auto newest = static_cast<std::uint16_t>(viewer.slots[1].newest_sequence());
  viewer.nack(1, {static_cast<std::uint16_t>(newest + 20'000)}, world.now);
  world.run_for(200ms);
  EXPECT_EQ(viewer.slots[1].repairs, before);
}

}  // namespace
}  // namespace plenary::sim::repair_test
