// A room whose viewers are spread over two shards: what its home sends over, and how often.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.h"

namespace plenary::sim::shards_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr TrackId kSlatePicture{13};
constexpr TrackId kSlateSound{14};
constexpr TrackId kSpeakerSound{21};
constexpr TrackId kSpeakerPicture{22};
constexpr PeerId kSpeaker{200};
constexpr std::uint16_t kSlateStream = 77;
constexpr std::uint16_t kSpeakerStream = 900;
constexpr io::ShardSet kOther = 0b10;
constexpr std::size_t kSoundSlot = 0;
constexpr std::size_t kPictureSlot = 1;

PeerId here(std::uint64_t n) { return io::id_at_home<PeerId>(0, n); }
PeerId there(std::uint64_t n) { return io::id_at_home<PeerId>(1, n); }

struct Hall {
  explicit Hall(std::uint64_t seed) : world(scenario_seed(seed), 2) {
    world.add_slate(kFeed, kSlatePicture, 51, Codec::h264, kSlateStream);
    world.add_slate(kFeed, kSlateSound, 52, Codec::opus, kSlateStream);
    picture = &world.add_picture(kFeed, kPicture);
    sound = &world.add_sound(kFeed, kSound);
    world.command(io::SetSlate{kPicture, kSlatePicture});
    world.command(io::SetSlate{kSound, kSlateSound});
  }
  ViewerClient& watch(PeerId id, TrackId audio = kSound, TrackId video = kPicture) {
    ViewerClient& viewer = world.add_viewer(id);
    world.command(io::SetSlot{.peer = id, .slot = kSoundSlot, .track = audio});
    world.command(io::SetSlot{.peer = id, .slot = kPictureSlot, .track = video});
    return viewer;
  }
  void grant(io::ShardSet relay_to) {
    world.command(io::AddRelayedTrack{kSpeakerSound});
    world.command(io::AddRelayedTrack{kSpeakerPicture});
    world.command(io::SetUplink{.peer = kSpeaker,
                                .audio = kSpeakerSound,
                                .video = kSpeakerPicture,
                                .forward = true,
                                .relay_to = relay_to});
  }
  template <class What>
  [[nodiscard]] std::size_t relayed() const {
    return static_cast<std::size_t>(std::count_if(world.relayed.begin(), world.relayed.end(), [](const auto& one) {
      return std::holds_alternative<What>(*one);
    }));
  }
  World world;
  RoomTrack* picture;
  RoomTrack* sound;
};

TEST(shards, viewers_on_another_shard_see_the_same_and_each_frame_crosses_once) {
  Hall hall(1);
  hall.world.command(io::RelayFeed{kFeed, kOther});
  std::vector<ViewerClient*> viewers{&hall.watch(here(1))};
  for (std::uint64_t n = 2; n < 5; ++n) viewers.push_back(&hall.watch(there(n)));
  hall.world.run_for(1ms);  // the slates are over there
  hall.world.relayed.clear();
  const std::uint32_t before = hall.picture->frames + hall.sound->frames;
  hall.world.run_for(5s);
  for (const ViewerClient* viewer : viewers) {
    EXPECT_GE(viewer->slots[kPictureSlot].complete_frames(1), 110u);
    EXPECT_GE(viewer->slots[kSoundSlot].complete_frames(2), 230u);
    EXPECT_EQ(viewer->slots[kPictureSlot].torn_pictures, 0u);
    EXPECT_EQ(viewer->slots[kPictureSlot].timestamps_back, 0u);
    EXPECT_EQ(viewer->slots[kPictureSlot].nacks.missing(), 0u);
  }
  EXPECT_EQ(hall.relayed<io::RelayedFrame>(), hall.picture->frames + hall.sound->frames - before);
}

TEST(shards, a_shard_without_viewers_of_the_room_gets_its_slates_only) {
  Hall hall(2);
  hall.watch(here(1));
  hall.world.run_for(2s);
  EXPECT_EQ(hall.relayed<io::RelayedFrame>(), 2u);
  EXPECT_EQ(hall.world.boards[1]->counters().get(Count::frames_in), 2u);
}

TEST(shards, the_slate_shows_over_there_when_the_room_process_dies_and_its_successor_is_seen) {
  Hall hall(3);
  hall.world.command(io::RelayFeed{kFeed, kOther});
  ViewerClient& viewer = hall.watch(there(1));
  hall.world.run_for(3s);
  hall.world.close_feed(kFeed);
  const Instant died = hall.world.now;
  ASSERT_TRUE(hall.world.run_until_true(
      [&] {
        return viewer.slots[kPictureSlot].complete_frames(kSlateStream) > 0 &&
               viewer.slots[kSoundSlot].complete_frames(kSlateStream) > 0;
      },
      1s));
  EXPECT_LE(hall.world.now - died, 500ms);
  hall.world.run_for(1s);

  constexpr FeedId kNextFeed{2};
  RoomTrack again;
  again.track = kPicture;
  again.number = again.stream = 3;
  again.interval = 40ms;
  again.parts = 8;
  hall.world.add_room_track(kNextFeed, again);
  hall.world.command(io::SetTrackSource{kPicture, kNextFeed, 3});
  hall.world.command(io::RelayFeed{kNextFeed, kOther});
  hall.world.run_for(2s);
  EXPECT_GE(viewer.slots[kPictureSlot].complete_frames(3), 45u);
  EXPECT_EQ(viewer.slots[kPictureSlot].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[kPictureSlot].timestamps_back, 0u);
}

TEST(shards, a_viewer_over_there_gets_a_key_frame_of_a_source_that_makes_none_by_itself) {
  Hall hall(4);
  hall.picture->key_frame_every.reset();
  hall.world.command(io::RelayFeed{kFeed, kOther});
  hall.world.run_for(6s);
  const std::uint64_t asked = hall.picture->key_frames_asked;
  const Instant click = hall.world.now;
  std::vector<ViewerClient*> viewers;
  for (std::uint64_t n = 1; n <= 10; ++n) viewers.push_back(&hall.watch(n % 2 == 0 ? here(n) : there(n)));
  ASSERT_TRUE(hall.world.run_until_true(
      [&] {
        return std::all_of(viewers.begin(), viewers.end(), [](const ViewerClient* viewer) {
          return viewer->slots[kPictureSlot].complete_frames(1) > 0;
        });
      },
      2s));
  EXPECT_LE(hall.world.now - click, 500ms);
  // All ask for the same one, through the one place that knows when it asked last.
  EXPECT_LE(hall.picture->key_frames_asked - asked, 2u);
}

TEST(shards, a_speaker_is_seen_on_both_until_the_floor_is_taken) {
  Hall hall(5);
  hall.world.add_speaker(kSpeaker);
  ViewerClient& near = hall.watch(here(1), kSpeakerSound, kSpeakerPicture);
  ViewerClient& far = hall.watch(there(1), kSpeakerSound, kSpeakerPicture);
  hall.grant(kOther);
  hall.world.run_for(5s);
  for (const ViewerClient* viewer : {&near, &far}) {
    EXPECT_GE(viewer->slots[kSoundSlot].complete_frames(kSpeakerStream), 220u);
    EXPECT_GE(viewer->slots[kPictureSlot].complete_frames(kSpeakerStream), 100u);
    EXPECT_EQ(viewer->slots[kPictureSlot].torn_pictures, 0u);
    EXPECT_EQ(viewer->slots[kPictureSlot].timestamps_back, 0u);
  }
  hall.world.command(io::SetUplink{.peer = kSpeaker});
  hall.world.run_for(100ms);
  EXPECT_EQ(hall.relayed<io::RelayedTrackEnd>(), 2u);
  const std::uint64_t seen = far.slots[kSoundSlot].packets + far.slots[kPictureSlot].packets;
  hall.world.run_for(2s);
  EXPECT_EQ(far.slots[kSoundSlot].packets + far.slots[kPictureSlot].packets, seen);
}

TEST(shards, a_viewer_who_comes_later_over_there_gets_the_speakers_key_frame) {
  Hall hall(6);
  SpeakerClient& speaker = hall.world.add_speaker(kSpeaker);
  hall.grant(0);
  hall.world.run_for(4s);
  const std::uint64_t asked = speaker.key_frames_asked;
  ViewerClient& far = hall.watch(there(1), kSpeakerSound, kSpeakerPicture);
  hall.grant(kOther);
  ASSERT_TRUE(hall.world.run_until_true(
      [&] { return far.slots[kPictureSlot].complete_frames(kSpeakerStream) > 0; }, 2s));
  EXPECT_GE(speaker.key_frames_asked, asked + 1);
  EXPECT_EQ(far.slots[kPictureSlot].torn_pictures, 0u);
}

TEST(shards, what_is_still_on_its_way_does_not_bring_a_removed_track_back) {
  Hall hall(7);
  hall.world.add_speaker(kSpeaker);
  hall.grant(kOther);
  hall.world.run_for(2s);
  const std::size_t tracks = hall.world.boards[1]->tracks();
  // The control thread's word comes first to the other shard; home goes on for a moment.
  hall.world.boards[1]->handle_command(io::RemoveTrack{kSpeakerSound}, hall.world.now);
  hall.world.boards[1]->handle_command(io::RemoveTrack{kSpeakerPicture}, hall.world.now);
  hall.world.run_for(100ms);
  EXPECT_EQ(hall.world.boards[1]->tracks(), tracks - 2);
  EXPECT_GT(hall.world.boards[1]->counters().get(Count::relayed_unknown_track), 0u);
}

TEST(shards, frames_lost_between_shards_tear_no_picture) {
  Hall hall(8);
  hall.picture->key_frame_every.reset();
  hall.world.command(io::RelayFeed{kFeed, kOther});
  ViewerClient& viewer = hall.watch(there(1));
  hall.world.run_for(2s);
  int lose = 20;
  hall.world.loses_relayed = [&lose](const io::RelayOutput& output) {
    return std::holds_alternative<io::RelayedFrame>(*output.what) && lose-- > 0;
  };
  hall.world.run_for(3s);
  EXPECT_GT(hall.world.boards[1]->counters().get(Count::relay_gaps), 0u);
  EXPECT_EQ(viewer.slots[kPictureSlot].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[kPictureSlot].timestamps_back, 0u);
  EXPECT_GE(viewer.slots[kPictureSlot].frames().back().number + 2, hall.picture->frames);
}

}  // namespace
}  // namespace plenary::sim::shards_test
