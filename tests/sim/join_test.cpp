#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::join_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};
constexpr std::uint64_t kFirst = 200;

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

// Their packets wait in one batch; some say good-bye while packets of theirs are in it.
TEST(join, viewers_of_both_ciphers_watch_side_by_side) {
  World world(scenario_seed(2));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  world.add_picture(kFeed, kPicture);
  world.add_sound(kFeed, kSound);
  std::vector<ViewerClient*> viewers;
  for (unsigned i = 0; i < 24; ++i) {
    const PeerId id{kFirst + i};
    const bool aes_cm = i % 3 != 0;
    viewers.push_back(&world.add_viewer(id, 1, 1, false, aes_cm ? crypto::SrtpOffer::aes_cm : crypto::SrtpOffer::both));
    world.both_ways(id, {.loss = 0.02, .delay = 10ms, .jitter = 5ms});
    world.command(io::SetSlot{.peer = id, .slot = 0, .track = kSound});
    world.command(io::SetSlot{.peer = id, .slot = 1, .track = kPicture});
  }
  world.run_for(3s);
  for (unsigned i = 20; i < 24; ++i) viewers[i]->transport.close(world.now);
  world.run_for(2s);
  EXPECT_EQ(world.told<io::PeerClosed>().size(), 4u);
  std::size_t with_aes_cm = 0;
  for (const io::PeerConnected& one : world.told<io::PeerConnected>()) {
    with_aes_cm += one.srtp_profile == "AES_128_CM_HMAC_SHA1_80" ? 1 : 0;
  }
  EXPECT_EQ(with_aes_cm, 16u);
  const std::uint64_t sent = world.count(Count::rtp_out) + world.count(Count::rtx_out) + world.count(Count::probes_out);
  EXPECT_EQ(world.count(Count::sealed_gcm) + world.count(Count::sealed_cm), sent);
  EXPECT_GT(world.count(Count::sealed_gcm), sent / 4);
  EXPECT_GT(world.count(Count::sealed_cm), sent / 2);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT_EQ(viewers[i]->transport.refused(), 0u) << i;
    EXPECT_GE(viewers[i]->slots[0].complete_frames(2), 200u) << i;
    EXPECT_GE(viewers[i]->slots[1].complete_frames(1), 100u) << i;
    EXPECT_GT(viewers[i]->slots[1].repairs, 0u) << i;
    EXPECT_EQ(viewers[i]->slots[1].conflicting, 0u) << i;
  }
}

}  // namespace
}  // namespace plenary::sim::join_test
