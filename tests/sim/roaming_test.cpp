// A listener changes from Wi-Fi to mobile in the middle of a sentence: how much of it is lost.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::roaming_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};
constexpr std::uint16_t kSoundStream = 2;
constexpr Duration kMostLost = 200ms;

struct Roaming : testing::TestWithParam<std::uint64_t> {
  Roaming() : world(scenario_seed(GetParam())) {
    world.add_picture(kFeed, kPicture);
    world.add_sound(kFeed, kSound);
    viewer = &world.add_viewer(kViewer);
    world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
    world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
    world.both_ways(kViewer, {.delay = 15ms, .jitter = 5ms});
    // At another moment between two frames with each seed.
    world.run_for(3s + std::chrono::milliseconds(world.random.u32() % 100));
  }

  // The new network is slower; what is under way on the old one is lost.
  void change_network(Duration delay = 40ms) {
    world.move(kViewer);
    world.both_ways(kViewer, {.delay = delay, .jitter = delay / 2});
  }
  // Sound of the room that never came, from the first that did to the last.
  Duration lost_sound() const {
    const SeenSlot& slot = viewer->slots[0];
    std::uint32_t first = ~0U;
    std::uint32_t last = 0;
    for (const SeenFrame& frame : slot.frames()) {
      if (frame.stream != kSoundStream || !frame.complete) continue;
      first = std::min(first, frame.number);
      last = std::max(last, frame.number);
    }
    return (last - first + 1 - slot.complete_frames(kSoundStream)) * 20ms;
  }
  template <class Change>
  void expect_little_lost(Change change) {
    EXPECT_EQ(lost_sound(), 0ms);
    change();
    world.run_for(2s);
    EXPECT_GT(lost_sound(), 0ms) << "what was under way";
    EXPECT_LE(lost_sound(), kMostLost);
    EXPECT_TRUE(viewer->transport.connected());
    EXPECT_EQ(viewer->transport.refused(), 0u);
    EXPECT_EQ(viewer->slots[1].torn_pictures, 0u);
    EXPECT_EQ(world.count(Count::dtls_handshakes), 1u);
    EXPECT_EQ(world.told<io::PeerClosed>().size(), 0u);
    ASSERT_TRUE(viewer->slots[0].last_packet());
    EXPECT_LT(world.now - *viewer->slots[0].last_packet(), 150ms);
  }

  World world;
  ViewerClient* viewer;
};

INSTANTIATE_TEST_SUITE_P(seeds, Roaming, testing::Range<std::uint64_t>(1, 11));

TEST_P(Roaming, a_listener_on_another_network_loses_at_most_200_ms_of_sound) {
  expect_little_lost([this] {
    change_network();
    viewer->transport.check_again(world.now);
  });
}

TEST_P(Roaming, also_when_the_check_alone_does_not_show_that_it_is_fresh) {
  for (std::size_t i = 0; i <= ice::kRememberedChecks; ++i) {
    world.inject(world.address(kViewer), viewer->transport.make_check(world.now));
  }
  world.run_for(500ms);
  expect_little_lost([this] {
    change_network(25ms);
    const std::uint64_t answered = viewer->transport.checks_answered();
    viewer->transport.check_again(world.now);
    ASSERT_TRUE(world.run_until_true([&] { return viewer->transport.checks_answered() > answered; }, 200ms));
    viewer->ask_key_frame(1, world.now);  // any report shows that who checked is there now
  });
  EXPECT_GE(world.count(Count::path_moves_unproven), 1u);
}

TEST_P(Roaming, a_restart_of_ice_on_another_network_loses_at_most_200_ms_of_sound) {
  expect_little_lost([this] {
    change_network();
    // PATCH and its answer take their time as well: the new network's round trip.
    const ice::Credentials theirs = ice::make_credentials(world.random);
    const ice::Credentials ours = ice::make_credentials(world.random);
    world.run_for(40ms);
    world.command(io::RestartIce{kViewer, ours, theirs});
    world.run_for(40ms);
    viewer->transport.restart_ice(theirs, ours, world.now);
  });
}

TEST_P(Roaming, a_restart_of_ice_on_the_same_network_loses_nothing) {
  const ice::Credentials theirs = ice::make_credentials(world.random);
  const ice::Credentials ours = ice::make_credentials(world.random);
  world.command(io::RestartIce{kViewer, ours, theirs});
  world.run_for(40ms);
  viewer->transport.restart_ice(theirs, ours, world.now);
  const std::uint64_t answered = viewer->transport.checks_answered();
  world.run_for(2s);
  EXPECT_GT(viewer->transport.checks_answered(), answered);
  EXPECT_EQ(lost_sound(), 0ms);
}

}  // namespace
}  // namespace plenary::sim::roaming_test
