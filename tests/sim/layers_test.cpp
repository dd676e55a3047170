// A picture in three layers over lines of every width: who can have it all gets it all, and on a thin line the sound
// comes first.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::layers_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kHigh{11}, kMiddle{12}, kLow{13}, kSound{14}, kFloor{15};
constexpr TrackId kSlate{16};
constexpr PeerId kViewer{100};
constexpr std::uint16_t kHighStream = 1, kMiddleStream = 2, kLowStream = 3, kSoundStream = 4, kFloorStream = 5,
                        kSlateStream = 9;
constexpr std::size_t kPictureSlot = 2;

RoomTrack layer(TrackId id, std::uint16_t stream, Duration interval, std::uint16_t parts, std::size_t size,
                std::uint64_t bitrate) {
  RoomTrack track{.track = id, .number = stream, .codec = Codec::h264, .stream = stream};
  track.interval = interval;
  track.parts = parts;
  track.size = size;
  track.bitrate = bitrate;
  track.key_frame_every = 2s;
  return track;
}

struct Watching {
  explicit Watching(std::uint64_t seed, std::uint64_t rate, bool layered = true) : world(scenario_seed(seed)) {
    high = &world.add_room_track(kFeed, layer(kHigh, kHighStream, 33ms, 7, 1'060, 1'800'000));
    if (layered) {
      for (const auto& [id, stream, interval, parts, size, bitrate] :
           {std::tuple{kMiddle, kMiddleStream, 33ms, 3, 825, 600'000},
            std::tuple{kLow, kLowStream, 66ms, 2, 620, 150'000}}) {
        RoomTrack track = layer(id, stream, interval, static_cast<std::uint16_t>(parts), static_cast<std::size_t>(size),
                                static_cast<std::uint64_t>(bitrate));
        track.layer_of = kHigh;
        track.while_watched = true;
        track.running = false;
        world.add_room_track(kFeed, track);
      }
    }
    world.add_slate(kFeed, kSlate, 9, Codec::h264, kSlateStream);
    for (const TrackId id : {kHigh, kMiddle, kLow}) world.command(io::SetSlate{id, kSlate});
    for (const auto& [id, stream] : {std::pair{kSound, kSoundStream}, std::pair{kFloor, kFloorStream}}) {
      RoomTrack sound{.track = id, .number = stream, .codec = Codec::opus, .stream = stream};
      sound.interval = 20ms;
      sound.size = 160;
      world.add_room_track(kFeed, sound);
    }
    viewer = &world.add_viewer(kViewer, 2, 2);
    world.both_ways(kViewer, {.delay = 40ms});
    set_rate(rate);
    world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
    world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kFloor});
    world.command(io::SetSlot{.peer = kViewer, .slot = kPictureSlot, .track = kHigh});
  }
  void set_rate(std::uint64_t rate) { world.down(kViewer).rate = rate; }

  // Complete frames of a stream that came while `duration` passed.
  std::map<std::uint16_t, std::size_t> seen_in(Duration duration) {
    const auto count = [&](std::uint16_t stream) {
      const std::size_t slot = stream == kSoundStream ? 0 : stream == kFloorStream ? 1 : kPictureSlot;
      return viewer->slots[slot].complete_frames(stream);
    };
    std::map<std::uint16_t, std::size_t> before, seen;
    for (std::uint16_t stream = 1; stream <= 5; ++stream) before[stream] = count(stream);
    longest_queue = {};
    const Instant end = world.now + duration;
    while (world.now < end) {
      world.run_for(10ms);
      longest_queue = std::max(longest_queue, world.network.queue(world.down(kViewer), world.now));
    }
    for (std::uint16_t stream = 1; stream <= 5; ++stream) seen[stream] = count(stream) - before[stream];
    return seen;
  }

  World world;
  RoomTrack* high = nullptr;
  ViewerClient* viewer = nullptr;
  Duration longest_queue{};
};

class Layers : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Layers, a_wide_line_carries_the_highest_from_the_first_frame) {
  Watching watching(GetParam(), 20'000'000);
  watching.world.run_for(2s);
  auto seen = watching.seen_in(20s);
  EXPECT_GT(seen[kHighStream], 595U);
  EXPECT_EQ(seen[kMiddleStream] + seen[kLowStream], 0U);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].torn_pictures, 0U);
  EXPECT_GT(watching.viewer->numbered, 0U);
}

TEST_P(Layers, a_line_of_one_mbit_gets_the_middle_one_and_no_queue) {
  Watching watching(GetParam(), 1'000'000);
  watching.world.run_for(15s);
  auto seen = watching.seen_in(20s);
  EXPECT_GT(seen[kMiddleStream], 560U);
  EXPECT_LT(seen[kHighStream], 30U);
  EXPECT_GT(seen[kSoundStream], 985U);
  EXPECT_GT(seen[kFloorStream], 985U);
  EXPECT_LT(watching.longest_queue, 300ms);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].torn_pictures, 0U);
}

TEST_P(Layers, a_line_of_480_kbit_gets_the_lowest_one) {
  Watching watching(GetParam(), 480'000);
  watching.world.run_for(12s);
  auto seen = watching.seen_in(20s);
  EXPECT_GT(seen[kLowStream], 270U);
  EXPECT_EQ(seen[kHighStream], 0U);
  EXPECT_GT(seen[kSoundStream], 985U);
}

TEST_P(Layers, below_that_all_of_the_chosen_sound_comes_and_a_still_now_and_then) {
  Watching watching(GetParam(), 130'000);
  watching.world.run_for(15s);
  auto seen = watching.seen_in(30s);
  EXPECT_GT(seen[kSoundStream], 1'480U);
  EXPECT_GE(seen[kLowStream], 1U);
  EXPECT_LT(seen[kLowStream], 40U);
  EXPECT_EQ(seen[kHighStream] + seen[kMiddleStream], 0U);
}

TEST_P(Layers, the_picture_follows_a_line_that_gets_thinner_and_wider_again) {
  Watching watching(GetParam(), 5'000'000);
  watching.world.run_for(10s);
  watching.set_rate(700'000);
  watching.world.run_for(5s);
  auto thin = watching.seen_in(10s);
  EXPECT_EQ(thin[kHighStream], 0U);
  EXPECT_GT(thin[kSoundStream], 490U);
  watching.set_rate(5'000'000);
  watching.world.run_for(45s);
  auto wide = watching.seen_in(10s);
  EXPECT_GT(wide[kHighStream], 290U);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].torn_pictures, 0U);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].timestamps_back, 0U);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].complete_frames(kSlateStream), 0U) << "what a layer shows meanwhile";
}

TEST_P(Layers, a_speaker_beside_the_room_takes_nothing_from_it_on_a_wide_line) {
  constexpr TrackId kSpeaker{21};
  constexpr std::uint16_t kSpeakerStream = 7;
  Watching watching(GetParam(), 10'000'000);
  // As a camera comes: nobody has named its rate, which is 1.2 Mbit/s.
  watching.world.add_room_track(kFeed, layer(kSpeaker, kSpeakerStream, 33ms, 5, 1'000, 0));
  watching.world.run_for(5s);
  watching.world.command(io::SetSlot{.peer = kViewer, .slot = kPictureSlot + 1, .track = kSpeaker});
  auto seen = watching.seen_in(15s);
  EXPECT_GT(seen[kHighStream], 445U);
  EXPECT_EQ(seen[kMiddleStream] + seen[kLowStream], 0U);
  EXPECT_GT(watching.viewer->slots[kPictureSlot + 1].complete_frames(kSpeakerStream), 430U);
}

// As a player with one picture is shown the room, and while somebody remote is on air the room with them laid in.
TEST_P(Layers, another_picture_begins_in_the_layer_that_a_thin_line_carries) {
  constexpr TrackId kProgramme{31}, kProgrammeMiddle{32}, kProgrammeLow{33};
  constexpr std::uint16_t kProgrammeStream = 6, kProgrammeMiddleStream = 7, kProgrammeLowStream = 8;
  Watching watching(GetParam(), 480'000);
  World& world = watching.world;
  std::vector<RoomTrack> layers{layer(kProgramme, kProgrammeStream, 33ms, 7, 1'060, 1'800'000),
                                layer(kProgrammeMiddle, kProgrammeMiddleStream, 33ms, 3, 825, 600'000),
                                layer(kProgrammeLow, kProgrammeLowStream, 66ms, 2, 620, 150'000)};
  for (RoomTrack& track : layers) {
    if (track.track != kProgramme) track.layer_of = kProgramme;
    track.while_watched = true;
    track.running = false;
    world.add_room_track(kFeed, track);
  }
  world.run_for(15s);
  ASSERT_GT(watching.seen_in(2s)[kLowStream], 20U);
  const auto& slot = watching.viewer->slots[kPictureSlot];
  world.command(io::SetSlot{.peer = kViewer, .slot = kPictureSlot, .track = kProgramme});
  auto seen = watching.seen_in(5s);
  EXPECT_GT(slot.complete_frames(kProgrammeLowStream), 60U);
  EXPECT_EQ(slot.complete_frames(kProgrammeStream) + slot.complete_frames(kProgrammeMiddleStream), 0U);
  EXPECT_GT(seen[kSoundStream], 245U);
  EXPECT_LT(watching.longest_queue, 300ms);
  world.command(io::SetSlot{.peer = kViewer, .slot = kPictureSlot, .track = kHigh});
  seen = watching.seen_in(5s);
  EXPECT_GT(seen[kLowStream], 60U);
  EXPECT_EQ(seen[kHighStream], 0U);
  EXPECT_LT(watching.longest_queue, 300ms);
  EXPECT_EQ(slot.torn_pictures, 0U);
}

INSTANTIATE_TEST_SUITE_P(seeds, Layers, testing::Range<std::uint64_t>(1, 5));

TEST(layers, who_watches_one_layer_is_not_asked_to_report_arrivals) {
  Watching watching(1, 20'000'000, false);
  watching.world.run_for(3s);
  EXPECT_EQ(watching.viewer->numbered, 0U);
  EXPECT_GT(watching.seen_in(2s)[kHighStream], 55U);
}

TEST(layers, a_layer_that_nobody_watches_is_told_so) {
  Watching watching(1, 480'000);
  watching.world.run_for(15s);
  const auto last = [&](TrackId id) {
    std::optional<bool> state;
    for (const io::TrackWatched& told : watching.world.told<io::TrackWatched>()) {
      if (told.track == id) state = told.watched;
    }
    return state;
  };
  EXPECT_EQ(last(kLow), true);
  EXPECT_EQ(last(kHigh), false);
  EXPECT_NE(last(kMiddle), true);
}

TEST(layers, who_cannot_decode_h264_gets_the_picture_in_another_codec_while_somebody_needs_it) {
  constexpr TrackId kVp8{20};
  constexpr std::uint16_t kVp8Stream = 6;
  constexpr PeerId kFirefox{101};
  Watching watching(1, 20'000'000);
  World& world = watching.world;
  RoomTrack vp8 = layer(kVp8, kVp8Stream, 33ms, 5, 1'000, 1'200'000);
  vp8.codec = Codec::vp8;
  vp8.layer_of = kHigh;
  vp8.while_watched = true;
  vp8.running = false;
  world.run_for(2s);
  ViewerClient& firefox = world.add_viewer(kFirefox, 1, 1, false, crypto::SrtpOffer::both, Codec::vp8);
  world.command(io::SetSlot{.peer = kFirefox, .slot = 1, .track = kHigh});
  world.run_for(1s);
  EXPECT_EQ(firefox.slots[1].complete_frames(kHighStream), 0U);
  world.add_room_track(kFeed, vp8);  // the room may name it later
  world.run_for(5s);
  EXPECT_GT(firefox.slots[1].complete_frames(kVp8Stream), 130U);
  EXPECT_EQ(watching.viewer->slots[kPictureSlot].complete_frames(kVp8Stream), 0U);
  world.command(io::RemovePeer{kFirefox});
  world.run_for(1s);
  EXPECT_FALSE(world.told<io::TrackWatched>().back().watched);
  EXPECT_EQ(world.told<io::TrackWatched>().back().track, kVp8);
}

TEST(layers, a_layer_that_goes_leaves_its_viewers_the_picture) {
  Watching watching(1, 480'000);
  watching.world.run_for(15s);
  ASSERT_GT(watching.seen_in(2s)[kLowStream], 20U);
  watching.world.command(io::RemoveTrack{kLow});
  watching.world.command(io::RemoveTrack{kMiddle});
  watching.set_rate(20'000'000);
  watching.world.run_for(60s);
  EXPECT_GT(watching.seen_in(5s)[kHighStream], 140U);
}

}  // namespace
}  // namespace plenary::sim::layers_test
