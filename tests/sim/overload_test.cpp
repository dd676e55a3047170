// A shard with half of the processor that its viewers need: what it leaves out, what stays, and that all comes back.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::overload_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kHigh{11}, kMiddle{12}, kLow{13}, kSound{14};
constexpr TrackId kSpeakerSound{21};
constexpr PeerId kScreen{90}, kLateViewer{91};
constexpr PeerId kSpeaker{200};
constexpr std::uint16_t kHighStream = 1, kMiddleStream = 2, kLowStream = 3, kSoundStream = 4, kSpeakerStream = 900;
constexpr std::size_t kViewers = 20;
constexpr std::size_t kSpeakerSlot = 1;
constexpr std::size_t kPictureSlot = 2;

struct Crowd {
  Crowd(std::uint64_t seed, std::size_t picture_layers) : world(scenario_seed(seed)), layers(picture_layers) {
    add_layer(kHigh, kHighStream, 33ms, 7, 1'060, 1'800'000);
    if (layers > 1) add_layer(kMiddle, kMiddleStream, 33ms, 2, 1'150, 600'000);
    if (layers > 2) add_layer(kLow, kLowStream, 66ms, 2, 620, 150'000);
    sound = &world.add_room_track(kFeed, {.track = kSound,
                                          .number = kSoundStream,
                                          .codec = Codec::opus,
                                          .stream = kSoundStream,
                                          .interval = 20ms,
                                          .size = 160});
    speaker = &world.add_speaker(kSpeaker, Codec::h264, kSpeakerStream);
    world.command(
        io::SetUplink{.peer = kSpeaker, .audio = kSpeakerSound, .forward = true, .feed = kFeed, .feed_audio = 61});
    for (std::size_t i = 0; i < kViewers; ++i) viewers.push_back(&add_viewer(PeerId{100 + i}));
    world.run_for(3s);
  }
  ViewerClient& add_viewer(PeerId id, bool keeps_pictures = false) {
    world.keeps_pictures = keeps_pictures;
    // The second sound is the first thing that an estimate which was disturbed leaves out, and only layers have one.
    ViewerClient& viewer = world.add_viewer(id, 2, 1);
    world.command(io::SetSlot{.peer = id, .slot = 0, .track = kSound});
    if (layers == 1) world.command(io::SetSlot{.peer = id, .slot = kSpeakerSlot, .track = kSpeakerSound});
    world.command(io::SetSlot{.peer = id, .slot = kPictureSlot, .track = kHigh});
    return viewer;
  }
  void add_layer(TrackId id, std::uint16_t stream, Duration interval, std::uint16_t parts, std::size_t size,
                 std::uint64_t bitrate) {
    world.add_room_track(kFeed, {.track = id,
                                 .number = stream,
                                 .stream = stream,
                                 .interval = interval,
                                 .parts = parts,
                                 .size = size,
                                 .key_frame_every = 2s,
                                 .running = id == kHigh,
                                 .layer_of = id == kHigh ? kNoTrack : kHigh,
                                 .bitrate = bitrate,
                                 .while_watched = id != kHigh});
  }
  // One that can do this part of what is sent now.
  void give_processor(double part) {
    const std::uint64_t before = world.count(Count::rtp_out);
    world.run_for(2s);
    const auto each = static_cast<std::int64_t>(2e9 / part / static_cast<double>(world.count(Count::rtp_out) - before));
    world.processor = Processor{.per_packet = Duration(each)};
  }
  // The least that any of them has of it, of 1,000 frames made.
  struct Heard {
    std::size_t of_room = 1'000;
    std::size_t of_speaker = 1'000;
  };
  Heard heard_in(Duration duration) {
    const auto count = [&](std::size_t slot, std::uint16_t stream) {
      std::vector<std::size_t> counts;
      for (const ViewerClient* viewer : viewers) counts.push_back(viewer->slots[slot].complete_frames(stream));
      return counts;
    };
    const std::vector<std::size_t> room_before = count(0, kSoundStream);
    const std::vector<std::size_t> speaker_before = count(kSpeakerSlot, kSpeakerStream);
    const std::size_t made = sound->frames;
    const std::size_t spoken = speaker->audio_frames;
    world.run_for(duration);
    const auto least = [](const auto& before, const auto& after, std::size_t of) {
      std::size_t found = 1'000;
      for (std::size_t i = 0; i < before.size(); ++i) found = std::min(found, (after[i] - before[i]) * 1'000 / of);
      return found;
    };
    Heard heard{.of_room = least(room_before, count(0, kSoundStream), sound->frames - made)};
    if (layers > 1) return heard;
    heard.of_speaker = least(speaker_before, count(kSpeakerSlot, kSpeakerStream), speaker->audio_frames - spoken);
    return heard;
  }
  // Of 100 packets of the room's sound since then, how many the first viewer had later than players wait.
  [[nodiscard]] std::size_t late_since(Instant begin) const {
    std::size_t all = 0;
    std::size_t late = 0;
    for (const SeenFrame& frame : viewers.front()->slots[0].frames()) {
      const Instant made = sound->due - (sound->frames - frame.number) * sound->interval;
      if (made < begin) continue;
      ++all;
      if (frame.first - made > 150ms) ++late;
    }
    return all == 0 ? 100 : late * 100 / all;
  }
  [[nodiscard]] io::Shed board_shed() const { return world.board.shed(); }
  [[nodiscard]] std::size_t pictures(std::uint16_t stream) const {
    std::size_t sum = 0;
    for (const ViewerClient* viewer : viewers) sum += viewer->slots[kPictureSlot].complete_frames(stream);
    return sum;
  }

  World world;
  std::size_t layers;
  RoomTrack* sound = nullptr;
  SpeakerClient* speaker = nullptr;
  std::vector<ViewerClient*> viewers;
};

constexpr double kHalf = 0.5;

class Overload : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Overload, pictures_of_one_layer_go_and_the_sound_stays) {
  Crowd crowd(GetParam(), 1);
  crowd.give_processor(kHalf);
  const Instant begin = crowd.world.now;
  // From the first moment on, while it finds out, and while it tries whether pictures fit again.
  const Crowd::Heard heard = crowd.heard_in(30s);
  EXPECT_GE(heard.of_room, 990U);
  EXPECT_GE(heard.of_speaker, 990U);
  EXPECT_LE(crowd.late_since(begin), 10U) << "it finds out once, and tries twice whether pictures fit again";
  const auto gone = std::ranges::find_if(crowd.world.events, [](const auto& event) {
    const auto* shed = std::get_if<io::LoadShed>(&event.second);
    return shed != nullptr && shed->shed == io::Shed::pictures;
  });
  ASSERT_NE(gone, crowd.world.events.end());
  EXPECT_LE(gone->first - begin, 1s);
  EXPECT_EQ(crowd.world.processor->datagrams_lost + crowd.world.processor->frames_lost, 0U);
  EXPECT_TRUE(crowd.world.told<io::PeerClosed>().empty());
}

TEST_P(Overload, pictures_in_layers_become_smaller_and_go_on_without_a_gap) {
  Crowd crowd(GetParam(), 3);
  crowd.give_processor(kHalf);
  const Crowd::Heard first = crowd.heard_in(2s);
  const std::size_t high = crowd.pictures(kHighStream);
  const std::size_t less = crowd.pictures(kMiddleStream) + crowd.pictures(kLowStream);
  const Crowd::Heard heard = crowd.heard_in(3s);
  EXPECT_GE(first.of_room, 970U) << "what is still on its way counts too";
  EXPECT_GE(heard.of_room, 990U);
  EXPECT_EQ(crowd.pictures(kHighStream), high);
  EXPECT_GE(crowd.pictures(kMiddleStream) + crowd.pictures(kLowStream) - less, kViewers * 3 * 10);
  EXPECT_GE(crowd.board_shed(), io::Shed::highest_layer);
  EXPECT_LT(crowd.board_shed(), io::Shed::pictures);
}

TEST_P(Overload, everything_comes_back_step_by_step_when_the_processor_does) {
  Crowd crowd(GetParam(), 3);
  crowd.give_processor(kHalf);
  crowd.world.run_for(3s);
  ASSERT_GE(crowd.board_shed(), io::Shed::highest_layer);
  crowd.world.processor->per_packet /= 4;
  const Crowd::Heard heard = crowd.heard_in(40s);
  EXPECT_GE(heard.of_room, 990U);
  EXPECT_EQ(crowd.board_shed(), io::Shed::nothing);
  const std::size_t high = crowd.pictures(kHighStream);
  crowd.world.run_for(5s);
  EXPECT_GE(crowd.pictures(kHighStream) - high, kViewers * 5 * 28);
  const auto told = crowd.world.told<io::LoadShed>();
  for (std::size_t i = 1; i < told.size(); ++i) {
    const int step = static_cast<int>(told[i].shed) - static_cast<int>(told[i - 1].shed);
    EXPECT_GE(step, -1) << "what comes back comes one by one";
  }
}

TEST_P(Overload, who_comes_then_gets_sound_alone_and_the_rooms_own_screen_keeps_its_picture) {
  Crowd crowd(GetParam(), 1);
  crowd.give_processor(kHalf);
  crowd.world.run_for(2s);
  ASSERT_EQ(crowd.board_shed(), io::Shed::pictures);
  ViewerClient& late = crowd.add_viewer(kLateViewer);
  ViewerClient& screen = crowd.add_viewer(kScreen, true);
  crowd.world.run_for(2s);
  EXPECT_GE(late.slots[0].complete_frames(kSoundStream), 75U);
  EXPECT_EQ(late.slots[kPictureSlot].packets, 0U);
  EXPECT_GE(screen.slots[kPictureSlot].complete_frames(kHighStream), 40U);
}

TEST_P(Overload, a_receive_queue_full_of_anything_is_emptied_before_it_overflows) {
  Crowd crowd(GetParam(), 1);
  crowd.give_processor(kHalf);
  const Address stranger = Address::v4(192, 0, 2, 9, 9'000);
  for (int i = 0; i < 40; ++i) {
    for (int n = 0; n < 500; ++n) crowd.world.inject(stranger, ByteVector(60, 0x80));
    crowd.world.run_for(50ms);
  }
  EXPECT_EQ(crowd.world.processor->datagrams_lost, 0U);
}

// What leaves late in a long turn was stamped when the turn began, and that is no queue on anybody's line.
TEST_P(Overload, turns_that_get_longer_and_shorter_are_not_taken_for_thin_lines) {
  Crowd crowd(GetParam(), 3);
  crowd.give_processor(0.6);
  const Duration slow = crowd.world.processor->per_packet;
  const Duration fast = slow / 8;
  crowd.world.processor->per_packet = fast;
  crowd.world.run_for(3s);
  const std::uint64_t switches = crowd.world.count(Count::layer_switches);
  const std::size_t high = crowd.pictures(kHighStream);
  for (int i = 0; i < 40; ++i) {
    crowd.world.processor->per_packet = slow;
    crowd.world.run_for(100ms);
    crowd.world.processor->per_packet = fast;
    crowd.world.run_for(200ms);
  }
  EXPECT_GT(crowd.world.processor->longest_turn, 40ms) << "nothing was late";
  EXPECT_EQ(crowd.board_shed(), io::Shed::nothing);
  EXPECT_EQ(crowd.world.count(Count::layer_switches), switches);
  EXPECT_GE(crowd.pictures(kHighStream) - high, kViewers * 12 * 28);
}

INSTANTIATE_TEST_SUITE_P(seeds, Overload, testing::Values(1, 2, 3));

}  // namespace
}  // namespace plenary::sim::overload_test
