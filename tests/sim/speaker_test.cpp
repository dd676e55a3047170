// What a participant publishes: who gets it, what is asked back, what happens when it ends.
#include <gtest/gtest.h>

#include <tuple>

#include "media/rtp/packet.h"
#include "tests/sim/world.h"

namespace plenary::sim::speaker_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kAudio{21};
constexpr TrackId kVideo{22};
constexpr PeerId kViewer{100};
constexpr PeerId kSpeaker{200};
constexpr PeerId kSpeakerAgain{201};
constexpr std::uint16_t kStream = 900;

io::SetUplink granted(PeerId peer = kSpeaker) {
  return {.peer = peer,
          .audio = kAudio,
          .video = kVideo,
          .forward = true,
          .feed = kFeed,
          .feed_audio = 61,
          .feed_video = 62};
}

ViewerClient& add_viewer(World& world) {
  ViewerClient& viewer = world.add_viewer(kViewer);
  world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kAudio});
  world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kVideo});
  return viewer;
}

class Speaking : public testing::TestWithParam<Codec> {};

TEST_P(Speaking, reaches_the_viewers_and_the_room_process) {
  World world(scenario_seed(1));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  SpeakerClient& speaker = world.add_speaker(kSpeaker, GetParam());
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(5s);
  EXPECT_GE(viewer.slots[0].complete_frames(kStream), 230u);
  EXPECT_GE(viewer.slots[1].complete_frames(kStream), 110u);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);

  std::size_t packets = 0;
  for (const auto& [at, output] : world.to_room) {
    EXPECT_EQ(output.feed, kFeed);
    for (const ByteVector& bytes : output.frame.payloads) packets += rtp::parse_packet(bytes).has_value() ? 1 : 0;
  }
  EXPECT_GE(packets, speaker.audio_frames + 4u * speaker.video_frames - 10u);

  const auto started = world.told<io::UplinkStarted>();
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[0].codec, Codec::opus);
  EXPECT_EQ(started[1].codec, GetParam());
  // What keeps a browser's bit rate up.
  EXPECT_GE(speaker.feedbacks, 40u);
  EXPECT_GE(speaker.reports, 4u);
}

INSTANTIATE_TEST_SUITE_P(codecs, Speaking, testing::Values(Codec::h264, Codec::vp8, Codec::vp9, Codec::av1));

class SpeakingAlone : public testing::TestWithParam<std::tuple<Codec, std::uint64_t>> {};

TEST_P(SpeakingAlone, in_vp9_or_av1_is_seen_by_those_who_offered_it_through_loss_from_a_key_frame_on) {
  const auto [codec, seed] = GetParam();
  World world(scenario_seed(seed));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  constexpr PeerId kWithout{101};
  constexpr PeerId kLater{102};
  SpeakerClient& speaker = world.add_speaker(kSpeaker, codec);
  ViewerClient& viewer = add_viewer(world);
  ViewerClient& without = world.add_viewer(kWithout, 1, 1, false, crypto::SrtpOffer::both, {}, false);
  world.command(io::SetSlot{.peer = kWithout, .slot = 0, .track = kAudio});
  world.command(io::SetSlot{.peer = kWithout, .slot = 1, .track = kVideo});
  world.command(granted());
  world.run_for(2s);
  for (const PeerId id : {kSpeaker, kViewer}) world.both_ways(id, {.loss = 0.03, .delay = 20ms});
  world.run_for(10s);
  ViewerClient& later = world.add_viewer(kLater);
  world.command(io::SetSlot{.peer = kLater, .slot = 1, .track = kVideo});
  const Instant joined = world.now;
  ASSERT_TRUE(world.run_until_true([&] { return later.slots[1].complete_frames(kStream) > 0; }, 2s));
  EXPECT_LE(world.now - joined, 1s);
  world.run_for(5s);

  EXPECT_GE(viewer.slots[1].complete_frames(kStream), speaker.video_frames * 9u / 10u);
  EXPECT_GE(later.slots[1].complete_frames(kStream), 110u);
  for (const SeenSlot* slot : {&viewer.slots[1], &later.slots[1]}) {
    EXPECT_EQ(slot->torn_pictures, 0u);
    EXPECT_EQ(slot->timestamps_back, 0u);
    EXPECT_EQ(slot->conflicting, 0u);
  }
  EXPECT_GE(without.slots[0].complete_frames(kStream), 700u) << "sound as before";
  EXPECT_EQ(without.slots[1].packets, 0u);
  EXPECT_GT(world.count(Count::codec_not_negotiated), 0u);
  EXPECT_EQ(world.count(Count::rtp_payload_malformed), 0u);
}

INSTANTIATE_TEST_SUITE_P(codecs, SpeakingAlone,
                         testing::Combine(testing::Values(Codec::vp9, Codec::av1),
                                          testing::Range<std::uint64_t>(31, 34)));

TEST(speaker, whose_payloads_cannot_be_read_reaches_nobody_with_them) {
  for (const Codec codec : {Codec::vp8, Codec::vp9, Codec::av1}) {
    World world(scenario_seed(35));
    SpeakerClient& speaker = world.add_speaker(kSpeaker, codec);
    ViewerClient& viewer = add_viewer(world);
    world.command(granted());
    world.run_for(2s);
    speaker.sends_video = speaker.sends_audio = false;
    world.run_for(200ms);
    const std::uint64_t seen = viewer.slots[1].packets;
    ASSERT_GT(seen, 100u);
    world.to_room.clear();
    for (int i = 0; i < 20; ++i) {
      speaker.send_picture_packet({0x10}, world.now);  // a descriptor, and nothing behind it
      world.run_for(5ms);
    }
    EXPECT_EQ(world.count(Count::rtp_payload_malformed), 20u);
    EXPECT_EQ(viewer.slots[1].packets, seen);
    EXPECT_TRUE(world.to_room.empty());
  }
}

TEST(speaker, without_the_floor_nothing_is_forwarded) {
  World world(scenario_seed(2));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.run_for(3s);
  EXPECT_EQ(viewer.slots[0].packets, 0u);
  EXPECT_EQ(viewer.slots[1].packets, 0u);
  EXPECT_TRUE(world.to_room.empty());
  EXPECT_GT(world.count(Count::uplink_dropped_no_floor), 300u);
  EXPECT_EQ(world.told<io::UplinkStarted>().size(), 2u);
}

TEST(speaker, in_standby_reaches_the_room_process_only) {
  World world(scenario_seed(3));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  io::SetUplink standby = granted();
  standby.forward = false;
  world.command(standby);
  world.run_for(2s);
  EXPECT_FALSE(world.to_room.empty());
  EXPECT_EQ(viewer.slots[0].packets + viewer.slots[1].packets, 0u);
}

TEST(speaker, the_grant_shows_sound_at_once_and_a_picture_from_its_key_frame) {
  World world(scenario_seed(4));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.run_for(5s);
  world.command(granted());
  const Instant grant = world.now;
  ASSERT_TRUE(world.run_until_true([&] { return viewer.slots[0].complete_frames(kStream) > 0; }, 1s));
  EXPECT_LE(world.now - grant, 100ms);
  ASSERT_TRUE(world.run_until_true([&] { return viewer.slots[1].complete_frames(kStream) > 0; }, 2s));
  EXPECT_LE(world.now - grant, 700ms);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
}

TEST(speaker, revoking_stops_everything_at_the_first_hop) {
  World world(scenario_seed(5));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(3s);
  world.command(io::SetUplink{.peer = kSpeaker});
  world.run_for(100ms);
  const std::uint64_t seen = viewer.slots[0].packets + viewer.slots[1].packets;
  const std::size_t to_room = world.to_room.size();
  world.run_for(2s);
  EXPECT_EQ(viewer.slots[0].packets + viewer.slots[1].packets, seen);
  EXPECT_EQ(world.to_room.size(), to_room);
}

TEST(speaker, loss_on_the_way_up_is_repaired_before_viewers_give_up) {
  World world(scenario_seed(6));
  SCOPED_TRACE("seed " + std::to_string(world.seed));
  SpeakerClient& speaker = world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(2s);
  world.both_ways(kSpeaker, {.loss = 0.05, .delay = 30ms});
  const std::size_t before = viewer.slots[1].complete_frames(kStream);
  const std::uint32_t frames = speaker.video_frames;
  world.run_for(20s);
  const double share = static_cast<double>(viewer.slots[1].complete_frames(kStream) - before) /
                       static_cast<double>(speaker.video_frames - frames);
  EXPECT_GE(share, 0.95);
  EXPECT_GT(speaker.nacks, 50u);
  EXPECT_GT(world.count(Count::rtx_in), 50u);
  ASSERT_TRUE(speaker.last_block.has_value());
  EXPECT_EQ(speaker.bare_reports, 0u) << "a report comes with its sender's CNAME";
}

TEST(speaker, who_did_not_agree_to_reduced_size_gets_whole_compounds_only) {
  for (const bool reduced_size : {true, false}) {
    World world(scenario_seed(14));
    SCOPED_TRACE("seed " + std::to_string(world.seed));
    SpeakerClient& speaker = world.add_speaker(kSpeaker, Codec::h264, kStream, {}, reduced_size);
    add_viewer(world);
    world.command(granted());
    world.run_for(2s);
    world.both_ways(kSpeaker, {.loss = 0.02, .delay = 30ms});
    world.command(io::RequestKeyFrame{kVideo});
    world.run_for(10s);
    EXPECT_GT(speaker.nacks, 5u);
    EXPECT_GT(speaker.feedbacks, 50u);
    EXPECT_GT(speaker.key_frames_asked, 0u);
    EXPECT_GT(speaker.reports, 5u);
    EXPECT_EQ(speaker.reduced > 0, reduced_size);
  }
}

// Fault F5.
TEST(speaker, a_connection_that_dies_in_mid_sentence_is_told_within_two_seconds_and_given_up_after_thirty) {
  World world(scenario_seed(7));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(3s);
  EXPECT_EQ(world.told<io::UplinkSilent>().size(), 0u);
  const Instant died = world.now;
  world.vanish(kSpeaker);
  world.run_for(2100ms);
  const auto silent = world.told<io::UplinkSilent>();
  ASSERT_EQ(silent.size(), 1u);
  EXPECT_LE(silent[0].last_packet, died + 2ms);
  EXPECT_GE(silent[0].last_packet, died - 50ms);
  world.run_for(35s);
  const auto closed = world.told<io::PeerClosed>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].peer, kSpeaker);
  EXPECT_EQ(closed[0].reason, "consent");
  EXPECT_TRUE(viewer.transport.connected());
  EXPECT_EQ(world.board.peers(), 1u);
}

TEST(speaker, a_gap_of_three_seconds_is_told_and_so_is_the_return) {
  World world(scenario_seed(8));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(3s);
  world.up(kSpeaker).down = true;
  world.run_for(3s);
  world.up(kSpeaker).down = false;
  world.run_for(2s);
  EXPECT_EQ(world.told<io::UplinkSilent>().size(), 1u);
  EXPECT_EQ(world.told<io::UplinkBack>().size(), 1u);
  EXPECT_EQ(world.told<io::UplinkStarted>().size(), 4u);
  EXPECT_EQ(viewer.slots[0].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[1].frames().back().stream, kStream);
  EXPECT_GE(*viewer.slots[1].last_packet(), world.now - 100ms);
}

TEST(speaker, a_page_that_is_loaded_again_goes_on_in_the_same_slot) {
  World world(scenario_seed(9));
  world.add_speaker(kSpeaker, Codec::vp8);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(3s);
  world.vanish(kSpeaker);
  world.command(io::RemovePeer{kSpeaker});
  world.add_speaker(kSpeakerAgain, Codec::vp8, 901);
  world.command(granted(kSpeakerAgain));
  world.run_for(3s);
  EXPECT_GE(viewer.slots[1].complete_frames(901), 60u);
  EXPECT_EQ(viewer.slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer.slots[1].timestamps_back, 0u);
  EXPECT_EQ(viewer.slots[1].nacks.missing(), 0u);
  const std::vector<std::uint16_t>& ids = viewer.slots[1].picture_ids;
  for (std::size_t i = 1; i < ids.size(); ++i) EXPECT_EQ(ids[i], (ids[i - 1] + 1) & 0x7fff);
}

TEST(speaker, in_standby_is_measured_once_a_second) {
  World world(scenario_seed(12));
  SpeakerClient& speaker = world.add_speaker(kSpeaker);
  world.run_for(1s);
  world.both_ways(kSpeaker, {.loss = 0.1, .delay = 40ms});
  io::SetUplink standby = granted();
  standby.forward = false;
  world.command(standby);
  world.run_for(30s);
  const auto told = world.told<io::UplinkQuality>();
  ASSERT_NEAR(static_cast<double>(told.size()), 29, 2);
  double expected = 0;
  double lost = 0;
  for (const io::UplinkQuality& quality : told) {
    EXPECT_EQ(quality.peer, kSpeaker);
    expected += quality.packets_expected;
    lost += quality.packets_lost;
  }
  EXPECT_NEAR(lost / expected, 0.1, 0.04);
  EXPECT_GE(speaker.reference_times, 20u);
  ASSERT_TRUE(told.back().round_trip.has_value());
  EXPECT_NEAR(std::chrono::duration<double>(*told.back().round_trip).count(), 0.080, 0.003);
}

TEST(speaker, who_does_not_echo_our_time_has_no_round_trip) {
  World world(scenario_seed(13));
  world.add_speaker(kSpeaker).echoes_time = false;
  world.command(granted());
  world.run_for(5s);
  ASSERT_FALSE(world.told<io::UplinkQuality>().empty());
  EXPECT_FALSE(world.told<io::UplinkQuality>().back().round_trip);
}

TEST(speaker, whose_device_is_checked_is_measured_by_sound_alone_and_reaches_no_viewer) {
  World world(scenario_seed(15));
  world.add_speaker(kSpeaker);
  ViewerClient& viewer = add_viewer(world);
  world.command(io::SetUplink{.peer = kSpeaker, .feed = kFeed, .feed_audio = 61});
  world.run_for(5s);
  EXPECT_GE(world.told<io::UplinkQuality>().size(), 3u);
  ASSERT_FALSE(world.to_room.empty());
  for (const auto& [at, output] : world.to_room) EXPECT_EQ(output.frame.track, 61);
  EXPECT_EQ(viewer.slots[0].complete_frames(kStream), 0u);
  EXPECT_EQ(viewer.slots[1].complete_frames(kStream), 0u);
}

TEST(speaker, whose_packets_come_unevenly_has_jitter) {
  World world(scenario_seed(16));
  world.add_speaker(kSpeaker);
  world.run_for(1s);
  world.both_ways(kSpeaker, {.delay = 40ms, .jitter = 120ms});
  world.command(granted());
  world.run_for(20s);
  const auto told = world.told<io::UplinkQuality>();
  ASSERT_GE(told.size(), 15u);
  EXPECT_GT(told.back().jitter, 5ms);
  EXPECT_LT(told.back().jitter, 60ms);
  EXPECT_EQ(told.back().packets_lost, 0u) << "late is not lost";
}

TEST(speaker, whose_packets_come_evenly_has_none) {
  World world(scenario_seed(17));
  world.add_speaker(kSpeaker);
  world.run_for(1s);
  world.both_ways(kSpeaker, {.delay = 40ms});
  world.command(granted());
  world.run_for(10s);
  ASSERT_FALSE(world.told<io::UplinkQuality>().empty());
  EXPECT_LT(world.told<io::UplinkQuality>().back().jitter, 3ms);
}

TEST(speaker, whom_nobody_hears_is_not_measured) {
  World world(scenario_seed(14));
  world.add_speaker(kSpeaker);
  world.run_for(5s);
  EXPECT_TRUE(world.told<io::UplinkQuality>().empty());
}

// Fault L1.
TEST(speaker, whose_clock_is_wrong_by_an_hour_is_in_step_all_the_same) {
  World world(scenario_seed(10));
  world.add_speaker(kSpeaker, Codec::h264, kStream, 1h);
  ViewerClient& viewer = add_viewer(world);
  world.command(granted());
  world.run_for(10s);
  ASSERT_TRUE(viewer.slots[0].report && viewer.slots[1].report);
  const auto instant_of = [](const SeenSlot& slot) {
    const auto ticks = static_cast<std::int32_t>(slot.frames().back().timestamp - slot.report->rtp_timestamp);
    return static_cast<double>(slot.report->ntp) / 4'294'967'296.0 +
           ticks / (slot.media_.kind == MediaKind::audio ? 48'000.0 : 90'000.0);
  };
  EXPECT_NEAR(instant_of(viewer.slots[0]), instant_of(viewer.slots[1]), 0.045);
}

TEST(speaker, the_room_process_gets_a_key_frame_when_it_asks) {
  World world(scenario_seed(11));
  SpeakerClient& speaker = world.add_speaker(kSpeaker);
  io::SetUplink standby = granted();
  standby.forward = false;
  world.command(standby);
  world.run_for(5s);
  const std::uint64_t before = speaker.key_frames_asked;
  for (int i = 0; i < 100; ++i) {
    world.command(io::RequestKeyFrame{kVideo});
    world.run_for(10ms);
  }
  EXPECT_GE(speaker.key_frames_asked, before + 1);
  EXPECT_LE(speaker.key_frames_asked, before + 3);
}

}  // namespace
}  // namespace plenary::sim::speaker_test
