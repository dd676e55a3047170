// A speaker whose VP9 or AV1 has three spatial layers in one stream (L3T1_KEY): each viewer gets the one that their
// line takes.
#include <gtest/gtest.h>

#include "media/rtp/packet.h"
#include "tests/sim/world.h"

namespace plenary::sim::spatial_layers_test {
namespace {

using namespace std::chrono_literals;

constexpr TrackId kAudio{21}, kVideo{22}, kSecond{23}, kThird{24};
constexpr PeerId kViewer{100}, kOther{101}, kSpeaker{200};
constexpr std::uint16_t kLow = 900;
constexpr std::size_t kPictureSlot = 1;

class SpatialLayers : public testing::TestWithParam<std::tuple<Codec, std::uint64_t>> {
 protected:
  SpatialLayers() { speaker.spatial_layers = 3; }
  void grant(io::ShardSet relay_to = 0) {
    world.command(io::SetUplink{.peer = kSpeaker,
                                .audio = kAudio,
                                .video = kVideo,
                                .layers = {kSecond, kThird},
                                .forward = true,
                                .feed = FeedId{1},
                                .feed_audio = 61,
                                .feed_video = 62,
                                .relay_to = relay_to});
  }
  ViewerClient& watch(PeerId id, std::uint64_t rate = 20'000'000) {
    ViewerClient& viewer = world.add_viewer(id);
    world.both_ways(id, {.delay = 20ms});
    world.down(id).rate = rate;
    world.command(io::SetSlot{.peer = id, .slot = 0, .track = kAudio});
    world.command(io::SetSlot{.peer = id, .slot = kPictureSlot, .track = kVideo});
    return viewer;
  }
  static std::array<std::size_t, 3> frames(const ViewerClient& viewer) {
    std::array<std::size_t, 3> count{};
    for (std::size_t i = 0; i < 3; ++i) {
      count[i] = viewer.slots[kPictureSlot].complete_frames(static_cast<std::uint16_t>(kLow + i));
    }
    return count;
  }
  // Complete frames of each layer that came while `duration` passed.
  std::array<std::size_t, 3> see(const ViewerClient& viewer, Duration duration) {
    const auto before = frames(viewer);
    world.run_for(duration);
    auto seen = frames(viewer);
    for (std::size_t i = 0; i < 3; ++i) seen[i] -= before[i];
    return seen;
  }
  static void expect_whole(const ViewerClient& viewer) {
    const SeenSlot& slot = viewer.slots[kPictureSlot];
    EXPECT_EQ(slot.torn_pictures, 0u);
    EXPECT_EQ(slot.unmarked_pictures, 0u);
    EXPECT_EQ(slot.timestamps_back, 0u);
    EXPECT_EQ(slot.conflicting, 0u);
    EXPECT_EQ(slot.nacks.missing(), 0u) << "what is left out leaves no gap";
    EXPECT_EQ(slot.unreadable_descriptors, 0u);
    EXPECT_EQ(slot.missing_references, 0u);
    if (std::get<0>(GetParam()) == Codec::av1) {
      EXPECT_EQ(slot.descriptors, slot.packets);
    }
  }

  World world{scenario_seed(std::get<1>(GetParam())), 2};
  SpeakerClient& speaker = world.add_speaker(kSpeaker, std::get<0>(GetParam()), kLow);
};

TEST_P(SpatialLayers, who_has_room_for_it_gets_the_highest_and_of_the_others_only_what_it_refers_to) {
  const ViewerClient& viewer = watch(kViewer);
  grant();
  world.run_for(4s);
  world.to_room.clear();
  const auto seen = see(viewer, 10s);
  EXPECT_GE(seen[2], 245u);
  EXPECT_LE(seen[0] + seen[1], 20u) << "of key frames";
  expect_whole(viewer);
  std::size_t fed = 0;
  for (const auto& [at, output] : world.to_room) {
    if (output.frame.track == 62) fed += output.frame.payloads.size();
  }
  EXPECT_GE(fed, 8u * 245u) << "the room's decoder takes all layers";
  EXPECT_EQ(world.told<io::UplinkStarted>().size(), 2u);
}

TEST_P(SpatialLayers, a_thin_line_gets_a_lower_one_beside_a_wide_one) {
  const ViewerClient& thin = watch(kViewer, 700'000);
  const ViewerClient& wide = watch(kOther);
  grant();
  world.run_for(15s);
  const std::size_t high = frames(wide)[2];
  const auto seen = see(thin, 20s);
  EXPECT_GE(seen[1], 440u);
  EXPECT_LE(seen[2], 25u);
  EXPECT_GE(frames(wide)[2] - high, 490u);
  expect_whole(wide);
  if (std::get<0>(GetParam()) == Codec::av1) {
    EXPECT_EQ(thin.slots[kPictureSlot].active_targets, 0b011u);
    EXPECT_EQ(wide.slots[kPictureSlot].active_targets, 0b111u);
    EXPECT_LT(wide.slots[kPictureSlot].long_descriptors, wide.slots[kPictureSlot].descriptors / 100) << "of key frames";
    EXPECT_GT(wide.slots[kPictureSlot].long_descriptors, 0u);
  }
  EXPECT_LE(thin.slots[kPictureSlot].unmarked_pictures, world.count(Count::layer_switches)) << "one that a switch cuts";
  EXPECT_EQ(thin.slots[kPictureSlot].timestamps_back, 0u);
}

TEST_P(SpatialLayers, the_highest_one_stops_and_comes_back) {
  const ViewerClient& viewer = watch(kViewer);
  grant();
  world.run_for(4s);
  speaker.sends_layer[2] = false;
  EXPECT_GE(see(viewer, 5s)[1], 110u);
  speaker.sends_layer[2] = true;
  world.run_for(8s);
  EXPECT_GE(see(viewer, 4s)[2], 95u);
  speaker.sends_layer = {true, false, false};
  world.run_for(2s);
  EXPECT_GE(see(viewer, 4s)[0], 95u);
  expect_whole(viewer);
}

TEST_P(SpatialLayers, who_cannot_tell_the_layers_of_av1_gets_the_lowest) {
  world.viewers_read_dependencies = false;
  const ViewerClient& viewer = watch(kViewer);
  world.viewers_read_dependencies = true;
  const ViewerClient& other = watch(kOther);
  grant();
  world.run_for(4s);
  const std::size_t high = frames(other)[2];
  const auto seen = see(viewer, 10s);
  if (std::get<0>(GetParam()) == Codec::av1) {
    EXPECT_GE(seen[0], 245u);
    EXPECT_EQ(seen[1] + seen[2], 0u);
    EXPECT_EQ(viewer.slots[kPictureSlot].descriptors, 0u);
  } else {
    EXPECT_GE(seen[2], 245u) << "VP9's payloads tell them";
  }
  EXPECT_GE(frames(other)[2] - high, 245u);
}

TEST_P(SpatialLayers, loss_on_both_sides_is_repaired_in_each_layer) {
  const ViewerClient& wide = watch(kViewer);
  const ViewerClient& thin = watch(kOther, 700'000);
  grant();
  world.run_for(15s);
  world.both_ways(kSpeaker, {.loss = 0.05, .delay = 30ms});
  world.both_ways(kViewer, {.loss = 0.02, .delay = 30ms});
  const auto middle = frames(thin);
  EXPECT_GE(see(wide, 20s)[2], 460u);
  const auto after = frames(thin);
  EXPECT_GE(after[0] + after[1] - middle[0] - middle[1], 430u);
  EXPECT_GT(world.count(Count::rtx_in), 100u);
  EXPECT_EQ(wide.slots[kPictureSlot].conflicting + thin.slots[kPictureSlot].conflicting, 0u);
}

TEST_P(SpatialLayers, viewers_of_another_shard_get_them_too) {
  for (const TrackId track : {kAudio, kVideo, kSecond, kThird}) world.command(io::AddRelayedTrack{track});
  const ViewerClient& wide = watch(io::id_at_home<PeerId>(1, 102));
  const ViewerClient& thin = watch(io::id_at_home<PeerId>(1, 103), 700'000);
  grant(0b10);
  world.run_for(15s);
  const std::size_t high = frames(wide)[2];
  EXPECT_GE(see(thin, 10s)[1], 220u);
  EXPECT_GE(frames(wide)[2] - high, 245u);
  expect_whole(wide);
}

TEST_P(SpatialLayers, a_key_frame_that_any_of_them_waits_for_is_asked_of_the_one_stream) {
  watch(kViewer);
  grant();
  world.run_for(5s);
  const std::uint64_t before = speaker.key_frames_asked;
  world.command(io::RequestKeyFrame{kThird});
  world.run_for(2s);
  EXPECT_EQ(speaker.key_frames_asked, before + 1);
}

INSTANTIATE_TEST_SUITE_P(codecs_and_seeds, SpatialLayers,
                         testing::Combine(testing::Values(Codec::vp9, Codec::av1),
                                          testing::Range<std::uint64_t>(41, 44)));

}  // namespace
}  // namespace plenary::sim::spatial_layers_test
