// A room whose source stops, restarts, or does not answer; slots that change what they carry.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::room_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr FeedId kNextFeed{2};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr TrackId kSlatePicture{13};
constexpr TrackId kSlateSound{14};
constexpr TrackId kOtherSound{15};
constexpr TrackId kOtherPicture{16};
constexpr PeerId kViewer{100};
constexpr std::uint16_t kSlateStream = 77;

struct Room {
  explicit Room(std::uint64_t seed) : world(scenario_seed(seed)) {
    world.add_slate(kFeed, kSlatePicture, 51, Codec::h264, kSlateStream);
    world.add_slate(kFeed, kSlateSound, 52, Codec::opus, kSlateStream);
    picture = &world.add_picture(kFeed, kPicture);
    sound = &world.add_sound(kFeed, kSound);
    world.command(io::SetSlate{kPicture, kSlatePicture});
    world.command(io::SetSlate{kSound, kSlateSound});
  }
  ViewerClient& watch(unsigned audio = 1, unsigned video = 1) {
    ViewerClient& viewer = world.add_viewer(kViewer, audio, video);
    world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
    world.command(io::SetSlot{.peer = kViewer, .slot = audio, .track = kPicture});
    return viewer;
  }
  World world;
  RoomTrack* picture;
  RoomTrack* sound;
};

TEST(room, first_picture_within_half_a_second_of_joining) {
  Room room(1);
  room.picture->key_frame_every.reset();
  room.world.run_for(3s);
  const Instant click = room.world.now;
  ViewerClient& viewer = room.watch();
  ASSERT_TRUE(room.world.run_until_true([&] { return viewer.slots[1].complete_frames(1) > 0; }, 2s));
  EXPECT_LE(room.world.now - click, 500ms);
  EXPECT_EQ(room.picture->key_frames_asked, 1u);
}

TEST(room, a_source_that_does_not_make_key_frames_on_request_is_replayed_and_ends_live) {
  Room room(2);
  room.picture->answers_key_frames = false;
  // 1.5 s into a group of pictures of 2 s.
  room.world.run_until_true([&] { return room.picture->frames % 50 == 38; }, 5s);
  const Instant click = room.world.now;
  ViewerClient& viewer = room.watch();
  ASSERT_TRUE(room.world.run_until_true([&] { return viewer.slots[1].complete_frames(1) > 0; }, 2s));
  EXPECT_LE(room.world.now - click, 500ms);
  room.world.run_for(1s);
  const std::vector<SeenFrame>& frames = viewer.slots[1].frames();
  EXPECT_EQ(room.world.count(Count::replays), 1u);
  EXPECT_TRUE(frames.front().key_frame);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_EQ(frames[i].number, frames[i - 1].number + 1);
  // Live again: the newest frame that was sent is there, its time runs as fast as the clock.
  EXPECT_GE(frames.back().number + 2, room.picture->frames);
  EXPECT_EQ(frames.back().timestamp - frames[frames.size() - 11].timestamp, 10u * 3'600u);
  // The replay came faster than live and its timestamps say so.
  EXPECT_LT(frames[5].timestamp - frames[0].timestamp, 5u * 3'600u / 4);
}

TEST(room, a_source_that_stops_is_shown_as_the_slate_and_goes_on_with_a_key_frame) {
  Room room(3);
  ViewerClient& viewer = room.watch();
  room.world.run_for(3s);
  room.picture->running = room.sound->running = false;
  room.world.run_for(3s);
  EXPECT_GE(viewer.slots[1].complete_frames(kSlateStream), 2u);
  EXPECT_GE(viewer.slots[0].complete_frames(kSlateStream), 110u);
  const std::uint32_t last = room.picture->frames;
  room.picture->running = room.sound->running = true;
  room.picture->key_frame_every.reset();
  room.picture->key_frame = false;  // it goes on in the middle of a group of pictures
  room.world.run_for(2s);
  EXPECT_GE(room.picture->key_frames_asked, 1u);
  EXPECT_GE(viewer.slots[1].frames().back().number, last + 40);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[0].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[1].nacks.missing(), 0u);
  const auto live = room.world.told<io::TrackLive>();
  EXPECT_EQ(std::count_if(live.begin(), live.end(), [](auto& e) { return e.track == kPicture && !e.live; }), 1);
  EXPECT_EQ(std::count_if(live.begin(), live.end(), [](auto& e) { return e.track == kPicture && e.live; }), 2);
}

TEST(room, a_room_process_that_dies_and_comes_back_costs_the_viewer_nothing_but_the_slate) {
  Room room(4);
  ViewerClient& viewer = room.watch();
  room.world.run_for(3s);
  room.world.close_feed(kFeed);
  const Instant died = room.world.now;
  ASSERT_TRUE(room.world.run_until_true(
      [&] {
        return viewer.slots[1].complete_frames(kSlateStream) > 0 && viewer.slots[0].complete_frames(kSlateStream) > 0;
      },
      1s));
  EXPECT_LE(room.world.now - died, 500ms);
  room.world.run_for(2s);
  EXPECT_EQ(room.world.told<io::FeedClosed>().size(), 1u);

  RoomTrack again;
  again.track = kPicture;
  again.number = 3;
  again.stream = 3;
  again.interval = 40ms;
  again.parts = 8;
  room.world.add_room_track(kNextFeed, again);
  room.world.command(io::SetTrackSource{kPicture, kNextFeed, 3});
  room.world.run_for(2s);
  EXPECT_GE(viewer.slots[1].complete_frames(3), 45u);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[1].nacks.missing(), 0u);
  EXPECT_EQ(room.world.told<io::PeerClosed>().size(), 0u);
}

TEST(room, another_language_is_heard_within_300_ms) {
  Room room(5);
  RoomTrack& french = room.world.add_sound(kFeed, kOtherSound, 4);
  ViewerClient& viewer = room.watch();
  room.world.run_for(2s);
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kOtherSound});
  const Instant asked = room.world.now;
  ASSERT_TRUE(room.world.run_until_true([&] { return viewer.slots[0].complete_frames(4) > 0; }, 1s));
  EXPECT_LE(room.world.now - asked, 300ms);
  room.world.run_for(1s);
  EXPECT_EQ(viewer.slots[0].frames().back().stream, 4u);
  EXPECT_GE(viewer.slots[0].frames().back().number + 2, french.frames);
  EXPECT_EQ(viewer.slots[0].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[0].nacks.missing(), 0u);
}

TEST(room, a_picture_changes_at_a_key_frame_and_the_old_one_stays_until_then) {
  Room room(6);
  RoomTrack& other = room.world.add_picture(kFeed, kOtherPicture, 5);
  other.answers_key_frames = false;
  ViewerClient& viewer = room.watch();
  // Far from a key frame of the other picture, on both sides.
  room.world.run_until_true([&] { return other.frames % 50 == 20; }, 5s);
  room.world.run_for(2s);
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kOtherPicture});
  room.world.run_for(3s);
  EXPECT_EQ(viewer.slots[1].frames().back().stream, 5u);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
}

TEST(room, sender_reports_follow_a_switch_at_once_and_keep_lips_and_voice_together) {
  Room room(7);
  ViewerClient& viewer = room.watch();
  room.world.run_for(3s);
  const auto instant_of = [](const SeenSlot& slot, const SeenFrame& frame) {
    const auto ticks = static_cast<std::int32_t>(frame.timestamp - slot.report->rtp_timestamp);
    const double rate = slot.media_.kind == MediaKind::audio ? 48'000 : 90'000;
    return static_cast<double>(slot.report->ntp) / 4'294'967'296.0 + ticks / rate;
  };
  const auto expect_in_step = [&] {
    ASSERT_TRUE(viewer.slots[0].report && viewer.slots[1].report);
    // Both are captured 30 ms before they come: the newest picture and the newest sound are at most a frame apart.
    const double picture = instant_of(viewer.slots[1], viewer.slots[1].frames().back());
    const double sound = instant_of(viewer.slots[0], viewer.slots[0].frames().back());
    EXPECT_NEAR(picture, sound, 0.045);
  };
  expect_in_step();
  EXPECT_EQ(viewer.slots[0].cname, viewer.slots[1].cname);
  EXPECT_EQ(viewer.slots[0].cname, "room-1");
  room.world.add_sound(kFeed, kOtherSound, 4);
  room.world.run_for(100ms);
  viewer.slots[0].report.reset();
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kOtherSound});
  ASSERT_TRUE(room.world.run_until_true([&] { return viewer.slots[0].complete_frames(4) > 0; }, 1s));
  ASSERT_TRUE(room.world.run_until_true([&] { return viewer.slots[0].report.has_value(); }, 50ms));
  expect_in_step();
}

TEST(room, a_delayed_slot_shows_the_same_that_much_later) {
  Room room(8);
  ViewerClient& viewer = room.world.add_viewer(kViewer, 1, 2);
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 2, .track = kPicture, .delay = 400ms});
  room.world.run_for(5s);
  const std::vector<SeenFrame>& late = viewer.slots[2].frames();
  ASSERT_GE(late.size(), 80u);
  for (std::size_t i = late.size() - 50; i < late.size(); ++i) {
    const SeenFrame* now = viewer.slots[1].find(1, late[i].number);
    ASSERT_NE(now, nullptr);
    EXPECT_NEAR(static_cast<double>((late[i].first - now->first).count()), 400e6, 5e6);
  }
  EXPECT_EQ(viewer.slots[2].torn_pictures, 0u);
}

TEST(room, key_frame_requests_of_many_reach_our_encoder_four_times_a_second_at_most) {
  Room room(9);
  room.picture->answers_key_frames = false;
  room.picture->key_frame_every.reset();
  ViewerClient& viewer = room.watch();
  room.world.run_for(1s);
  const std::uint64_t before = room.picture->key_frames_asked;
  for (int i = 0; i < 500; ++i) {
    viewer.ask_key_frame(1, room.world.now);
    room.world.run_for(4ms);
  }
  EXPECT_LE(room.picture->key_frames_asked - before, 8u);
  EXPECT_GE(room.picture->key_frames_asked - before, 1u);
}

TEST(room, the_room_process_is_told_of_the_first_and_the_last_who_watches) {
  Room room(10);
  room.watch();
  room.world.run_for(1s);
  room.world.command(io::RemovePeer{kViewer});
  room.world.run_for(1s);
  std::vector<bool> told;
  for (const io::TrackWatched& event : room.world.told<io::TrackWatched>()) {
    if (event.track == kPicture) told.push_back(event.watched);
  }
  EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

TEST(room, a_slot_set_before_its_track_is_there_begins_with_it) {
  World world(scenario_seed(11));
  ViewerClient& viewer = world.add_viewer(kViewer);
  world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
  world.run_for(1s);
  world.add_picture(kFeed, kPicture);
  world.run_for(1s);
  EXPECT_GE(viewer.slots[1].complete_frames(1), 20u);
}

TEST(room, an_empty_slot_gets_nothing) {
  Room room(12);
  ViewerClient& viewer = room.watch();
  room.world.run_for(2s);
  room.world.command(io::SetSlot{.peer = kViewer, .slot = 1});
  room.world.run_for(100ms);
  const std::uint64_t before = viewer.slots[1].packets;
  room.world.run_for(1s);
  EXPECT_EQ(viewer.slots[1].packets, before);
}

TEST(room, a_track_may_go_while_it_is_watched) {
  Room room(13);
  ViewerClient& viewer = room.watch();
  room.world.run_for(2s);
  room.world.command(io::RemoveTrack{kPicture});
  room.world.run_for(1s);
  const std::uint64_t before = viewer.slots[1].packets;
  viewer.nack(1, {static_cast<std::uint16_t>(viewer.slots[1].newest_sequence())}, room.world.now);
  room.world.run_for(1s);
  EXPECT_EQ(viewer.slots[1].packets, before);
}

}  // namespace
}  // namespace plenary::sim::room_test
