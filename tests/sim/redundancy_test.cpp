// Sound over a line that loses packets: the ones before travel with each (RFC 2198), and nothing has to be asked for.
#include <gtest/gtest.h>

#include "media/rtp/red.h"
#include "tests/sim/world.h"

namespace plenary::sim::redundancy_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};
constexpr std::uint16_t kStream = 2;

struct Listening {
  Listening(std::uint64_t seed, bool redundant) : world(scenario_seed(seed)) {
    sound = &world.add_sound(kFeed, kSound);
    viewer = &world.add_viewer(kViewer, 1, 0, redundant);
    world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
    world.run_for(3s);
    world.both_ways(kViewer, {.delay = 100ms});
  }
  // Share of the sound of ten seconds that is there at their end, after five in which the server learns of the loss.
  double heard(double loss) {
    world.down(kViewer).loss = loss;
    world.run_for(5s);
    const std::size_t before = viewer->slots[0].complete_frames(kStream);
    const std::uint32_t sent = sound->frames;
    world.run_for(10s);
    return static_cast<double>(viewer->slots[0].complete_frames(kStream) - before) / (sound->frames - sent);
  }
  World world;
  RoomTrack* sound;
  ViewerClient* viewer;
};

class Redundancy : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Redundancy, of_ten_percent_loss_less_than_one_is_left) {
  EXPECT_GT(Listening(GetParam(), true).heard(0.1), 0.985);
  EXPECT_LT(Listening(GetParam(), false).heard(0.1), 0.93);
}

TEST_P(Redundancy, at_thirty_percent_nearly_everything_is_heard) {
  EXPECT_GT(Listening(GetParam(), true).heard(0.3), 0.94);
  EXPECT_LT(Listening(GetParam(), false).heard(0.3), 0.76);
}

INSTANTIATE_TEST_SUITE_P(seeds, Redundancy, testing::Range<std::uint64_t>(1, 6));

// However a packet came: by itself, in a later one, or after the slot carried nothing for a while.
TEST_P(Redundancy, timestamps_are_as_far_apart_as_the_sound_is) {
  Listening listening(GetParam(), true);
  listening.heard(0.2);
  listening.world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kNoTrack});
  listening.world.run_for(1s);
  listening.world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
  listening.heard(0.2);
  EXPECT_GT(listening.viewer->slots[0].redundant, 500u);
  const auto& frames = listening.viewer->slots[0].frames();
  ASSERT_GT(frames.size(), 1'000u);
  for (const SeenFrame& frame : frames) {
    EXPECT_EQ(frame.timestamp - frames[0].timestamp, (frame.number - frames[0].number) * 960) << frame.number;
  }
}

TEST(redundancy, costs_nothing_on_a_good_line_and_ends_some_time_after_a_bad_one) {
  Listening listening(1, true);
  EXPECT_GT(listening.heard(0), 0.99);
  EXPECT_EQ(listening.viewer->slots[0].redundant, 0u);
  EXPECT_EQ(listening.world.count(Count::red_out), 0u);
  listening.heard(0.1);
  EXPECT_GT(listening.world.count(Count::red_out), 0u);
  listening.world.down(kViewer).loss = 0;
  listening.world.run_for(2 * rtp::kRedKept + 5s);
  const std::uint64_t sent = listening.world.count(Count::red_out);
  listening.world.run_for(5s);
  EXPECT_EQ(listening.world.count(Count::red_out), sent);
}

TEST(redundancy, crosses_no_change_of_language) {
  Listening listening(2, true);
  constexpr TrackId kFrench{13};
  listening.world.add_sound(kFeed, kFrench, 4);
  listening.heard(0.2);
  listening.world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kFrench});
  listening.world.run_for(5s);
  EXPECT_EQ(listening.viewer->slots[0].timestamps_back, 0u);
  EXPECT_EQ(listening.viewer->slots[0].frames().back().stream, 4u);
}

}  // namespace
}  // namespace plenary::sim::redundancy_test
