// A speaker's picture for who cannot decode it as it was sent: the room process has it in another codec, too.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::speaker_codecs_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kAudio{21}, kVideo{22}, kSecond{23}, kThird{24}, kAnew{25};
constexpr PeerId kViewer{100}, kOther{101}, kSpeaker{200}, kSpeakerAgain{201};
constexpr std::uint16_t kStream = 900, kStreamAgain = 950, kAnewStream = 7;
constexpr std::size_t kPictureSlot = 1;
constexpr io::ShardSet kOtherShard = 0b10;

struct Speech {
  explicit Speech(std::uint64_t seed, Codec sent = Codec::h264, std::size_t layers = 0, std::size_t shards = 1)
      : world(scenario_seed(seed), shards), sent(sent), layered(layers > 0), relay_to(shards > 1 ? kOtherShard : 0) {
    speaker = &world.add_speaker(kSpeaker, sent, kStream, {}, true, layers);
    for (const TrackId track : {kAudio, kVideo, kSecond, kThird}) world.command(io::AddRelayedTrack{track});
    world.command(io::RelayFeed{kFeed, relay_to});
  }
  void grant(PeerId peer = kSpeaker) {
    world.command(io::SetUplink{.peer = peer,
                                .audio = kAudio,
                                .video = kVideo,
                                .layers = {layered ? kSecond : kNoTrack, layered ? kThird : kNoTrack},
                                .forward = true,
                                .feed = kFeed,
                                .feed_audio = 61,
                                .feed_video = 62,
                                .relay_to = relay_to});
  }
  RoomTrack& encode_as(Codec codec) {
    return world.add_room_track(kFeed, {.track = kAnew,
                                        .number = 70,
                                        .codec = codec,
                                        .stream = kAnewStream,
                                        .interval = 40ms,
                                        .parts = 3,
                                        .running = false,
                                        .layer_of = kVideo,
                                        .bitrate = 600'000,
                                        .while_watched = true});
  }
  ViewerClient& watch(PeerId id, std::optional<Codec> only = {}) {
    ViewerClient& viewer = world.add_viewer(id, 1, 1, false, crypto::SrtpOffer::both, only);
    world.command(io::SetSlot{.peer = id, .slot = kPictureSlot, .track = kVideo});
    return viewer;
  }
  [[nodiscard]] std::optional<bool> watched() const {
    std::optional<bool> last;
    for (const io::TrackWatched& told : world.told<io::TrackWatched>()) {
      if (told.track == kAnew) last = told.watched;
    }
    return last;
  }

  World world;
  Codec sent;
  bool layered;
  io::ShardSet relay_to;
  SpeakerClient* speaker = nullptr;
};

std::size_t seen(const ViewerClient& viewer, std::uint16_t stream) {
  return viewer.slots[kPictureSlot].complete_frames(stream);
}

struct Case {
  Codec sent;
  Codec decoded;
  std::size_t layers;
};

class speaker_codecs : public testing::TestWithParam<Case> {};

TEST_P(speaker_codecs, who_cannot_decode_the_speaker_gets_another_codec_while_they_need_it) {
  const Case& one = GetParam();
  Speech speech(1, one.sent, one.layers);
  World& world = speech.world;
  speech.encode_as(one.decoded);
  speech.grant();
  ViewerClient& other = speech.watch(kOther);
  world.run_for(3s);
  EXPECT_NE(speech.watched(), true) << "nobody needs it";

  ViewerClient& viewer = speech.watch(kViewer, one.decoded);
  world.run_for(5s);
  EXPECT_EQ(speech.watched(), true);
  EXPECT_GE(seen(viewer, kAnewStream), 110U);
  EXPECT_EQ(viewer.slots[kPictureSlot].torn_pictures, 0U);
  EXPECT_EQ(seen(other, kAnewStream), 0U);
  EXPECT_GE(other.slots[kPictureSlot].frames().back().number, 180U) << "who decodes the speaker notices nothing";
  EXPECT_EQ(world.count(Count::codec_not_negotiated), 0U);

  world.command(io::RemovePeer{kViewer});
  world.run_for(100ms);
  EXPECT_EQ(speech.watched(), false);
}

INSTANTIATE_TEST_SUITE_P(codecs, speaker_codecs,
                         testing::Values(Case{Codec::h264, Codec::vp8, 0}, Case{Codec::vp8, Codec::h264, 0},
                                         Case{Codec::h264, Codec::vp8, 3}, Case{Codec::vp8, Codec::h264, 3}));

TEST(speaker_codecs, a_viewer_who_waits_goes_on_when_the_room_names_it) {
  Speech speech(2);
  ViewerClient& viewer = speech.watch(kViewer, Codec::vp8);
  speech.grant();
  speech.world.run_for(2s);
  EXPECT_EQ(viewer.slots[kPictureSlot].packets, 0U);
  speech.encode_as(Codec::vp8);
  speech.world.run_for(2s);
  EXPECT_GE(seen(viewer, kAnewStream), 40U);
}

TEST(speaker_codecs, on_another_shard_too) {
  Speech speech(3, Codec::h264, 0, 2);
  ViewerClient& viewer = speech.watch(io::id_at_home<PeerId>(1, 100), Codec::vp8);
  speech.encode_as(Codec::vp8).running = true;
  speech.grant();
  speech.world.run_for(5s);
  EXPECT_GE(seen(viewer, kAnewStream), 110U);
  EXPECT_EQ(viewer.slots[kPictureSlot].torn_pictures, 0U);
}

TEST(speaker_codecs, key_frames_are_asked_of_the_encoder_and_not_more_than_four_a_second) {
  Speech speech(4);
  World& world = speech.world;
  const RoomTrack& anew = speech.encode_as(Codec::vp8);
  speech.grant();
  ViewerClient& viewer = speech.watch(kViewer, Codec::vp8);
  world.run_for(3s);
  const std::uint64_t asked = anew.key_frames_asked;
  const std::uint64_t of_speaker = speech.speaker->key_frames_asked;
  for (int i = 0; i < 200; ++i) {
    viewer.ask_key_frame(kPictureSlot, world.now);
    world.run_for(10ms);
  }
  EXPECT_GE(anew.key_frames_asked, asked + 4);
  EXPECT_LE(anew.key_frames_asked, asked + 9);
  EXPECT_EQ(speech.speaker->key_frames_asked, of_speaker);
}

TEST(speaker_codecs, who_comes_back_with_another_codec_is_seen_by_everybody) {
  Speech speech(5);
  World& world = speech.world;
  speech.encode_as(Codec::vp8);
  speech.grant();
  ViewerClient& firefox = speech.watch(kViewer, Codec::vp8);
  ViewerClient& safari = speech.watch(kOther, Codec::h264);
  world.run_for(3s);
  ASSERT_GE(seen(firefox, kAnewStream), 60U);
  world.command(io::RemovePeer{kSpeaker});
  world.vanish(kSpeaker);
  world.add_speaker(kSpeakerAgain, Codec::vp8, kStreamAgain);
  speech.grant(kSpeakerAgain);
  world.run_for(3s);
  EXPECT_GE(seen(firefox, kStreamAgain), 55U) << "as they send it: nothing is to be encoded";
  EXPECT_EQ(firefox.slots[kPictureSlot].torn_pictures, 0U);
  EXPECT_EQ(firefox.slots[kPictureSlot].timestamps_back, 0U);
  EXPECT_EQ(speech.watched(), false);

  world.command(io::RemoveTrack{kAnew});
  const TrackId h264{26};
  world.add_room_track(kFeed, {.track = h264,
                               .number = 71,
                               .codec = Codec::h264,
                               .stream = kAnewStream + 1,
                               .interval = 40ms,
                               .layer_of = kVideo,
                               .while_watched = true});
  world.run_for(2s);
  EXPECT_GE(seen(safari, kAnewStream + 1), 40U);
}

TEST(speaker_codecs, the_end_of_a_speech_leaves_nothing_to_encode) {
  Speech speech(6);
  World& world = speech.world;
  speech.encode_as(Codec::vp8);
  speech.grant();
  speech.watch(kViewer, Codec::vp8);
  world.run_for(2s);
  ASSERT_EQ(speech.watched(), true);
  world.command(io::SetSlot{.peer = kViewer, .slot = kPictureSlot, .track = kNoTrack});
  world.run_for(100ms);
  EXPECT_EQ(speech.watched(), false);
}

}  // namespace
}  // namespace plenary::sim::speaker_codecs_test
