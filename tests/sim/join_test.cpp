#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};

TEST(join, a_viewer_sees_and_hears_the_room) {
  World world(scenario_seed(1));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  world.add_picture(kFeed, kPicture);
  world.add_sound(kFeed, kSound);
  ViewerClient& viewer = world.add_viewer(kViewer);
  world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
  world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
  world.run_for(5s);

  ASSERT_EQ(world.told<io::PeerConnected>().size(), 1u);
  EXPECT_EQ(world.told<io::PeerConnected>()[0].srtp_profile, "AEAD_AES_128_GCM");
  EXPECT_GE(viewer.slots[0].complete_frames(2), 240u);
  EXPECT_GE(viewer.slots[1].complete_frames(1), 120u);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
  EXPECT_EQ(viewer.transport.refused(), 0u);
  EXPECT_TRUE(viewer.slots[1].frames().front().key_frame);
}

}  // namespace
}  // namespace plenary::sim
