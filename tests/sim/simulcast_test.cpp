// A speaker whose camera comes in three layers: who gets which, and what happens when one of them stops.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "media/rtp/header_writer.h"
#include "media/rtp/packet.h"
#include "tests/sim/world.h"

namespace plenary::sim::simulcast_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kAudio{21}, kVideo{22}, kSecond{23}, kThird{24};
constexpr PeerId kViewer{100}, kOther{101}, kSpeaker{200};
constexpr std::uint16_t kLow = 900, kMiddle = 901, kHigh = 902;
constexpr std::uint16_t kFeedAudio = 61, kFeedVideo = 62;
constexpr std::size_t kPictureSlot = 1;

io::SetUplink granted(io::ShardSet relay_to = 0) {
  return {.peer = kSpeaker,
          .audio = kAudio,
          .video = kVideo,
          .layers = {kSecond, kThird},
          .forward = true,
          .feed = kFeed,
          .feed_audio = kFeedAudio,
          .feed_video = kFeedVideo,
          .relay_to = relay_to};
}

struct Speech {
  explicit Speech(std::uint64_t seed, Codec codec = Codec::h264, std::size_t shards = 1)
      : world(scenario_seed(seed), shards), codec(codec) {
    speaker = &world.add_speaker(kSpeaker, codec, kLow, {}, true, 3);
  }
  ViewerClient& watch(PeerId id, std::uint64_t rate = 20'000'000) {
    ViewerClient& viewer = world.add_viewer(id);
    world.both_ways(id, {.delay = 20ms});
    world.down(id).rate = rate;
    world.command(io::SetSlot{.peer = id, .slot = 0, .track = kAudio});
    world.command(io::SetSlot{.peer = id, .slot = kPictureSlot, .track = kVideo});
    return viewer;
  }
  // Complete frames of each layer that came while `duration` passed, and the longest wait for one of any.
  struct Seen {
    std::array<std::size_t, 3> frames{};
    Duration longest{};
    [[nodiscard]] std::size_t all() const { return std::accumulate(frames.begin(), frames.end(), std::size_t{0}); }
  };
  Seen see(ViewerClient& viewer, Duration duration) {
    const SeenSlot& slot = viewer.slots[kPictureSlot];
    const auto count = [&](std::size_t layer) {
      return slot.complete_frames(static_cast<std::uint16_t>(kLow + layer));
    };
    Seen seen;
    for (std::size_t i = 0; i < 3; ++i) seen.frames[i] = count(i);
    const Instant begin = world.now;
    world.run_for(duration);
    for (std::size_t i = 0; i < 3; ++i) seen.frames[i] = count(i) - seen.frames[i];
    std::vector<Instant> complete = {begin, world.now};
    for (const SeenFrame& frame : slot.frames()) {
      if (frame.complete && *frame.complete > begin) complete.push_back(*frame.complete);
    }
    std::sort(complete.begin(), complete.end());
    for (std::size_t i = 1; i < complete.size(); ++i) {
      seen.longest = std::max(seen.longest, complete[i] - complete[i - 1]);
    }
    return seen;
  }
  // What the room process gets of the picture: packets of each layer, and how often their numbers jump.
  struct Fed {
    std::array<std::size_t, 3> packets{};
    std::size_t jumps = 0;
    std::size_t torn = 0;  // a layer that does not begin with a key frame
    std::set<std::uint32_t> ssrcs;
  };
  Fed fed() const {
    Fed fed;
    std::optional<rtp::Packet> last;
    std::size_t last_layer = 3;
    for (const auto& [at, output] : world.to_room) {
      if (output.frame.track != kFeedVideo) continue;
      for (const ByteVector& bytes : output.frame.payloads) {
        const auto packet = rtp::parse_packet(bytes);
        const auto mark = packet ? read_payload(codec, packet->payload) : std::nullopt;
        if (!mark) continue;
        const std::size_t layer = mark->stream - kLow;
        ++fed.packets[layer];
        fed.ssrcs.insert(packet->ssrc);
        if (layer != last_layer && !mark->key_frame) ++fed.torn;
        last_layer = layer;
        if (last) {
          const auto passed = static_cast<std::int32_t>(packet->timestamp - last->timestamp);
          if (packet->sequence != static_cast<std::uint16_t>(last->sequence + 1) || passed < 0 || passed > 90'000) {
            ++fed.jumps;
          }
        }
        last = packet;
      }
    }
    return fed;
  }
  void expect_whole(const ViewerClient& viewer) const {
    EXPECT_EQ(viewer.slots[kPictureSlot].torn_pictures, 0u);
    EXPECT_EQ(viewer.slots[kPictureSlot].timestamps_back, 0u);
    EXPECT_EQ(viewer.slots[kPictureSlot].conflicting, 0u);
  }

  World world;
  Codec codec;
  SpeakerClient* speaker = nullptr;
};

class Simulcast : public testing::TestWithParam<std::tuple<Codec, std::uint64_t>> {
 protected:
  Speech speech{std::get<1>(GetParam()), std::get<0>(GetParam())};
  World& world = speech.world;
};

TEST_P(Simulcast, who_has_room_for_it_and_the_room_process_get_the_best_layer) {
  ViewerClient& viewer = speech.watch(kViewer);
  world.command(granted());
  world.run_for(4s);
  world.to_room.clear();
  const Speech::Seen seen = speech.see(viewer, 10s);
  EXPECT_GE(seen.frames[2], 245u);
  EXPECT_EQ(seen.frames[0] + seen.frames[1], 0u);
  speech.expect_whole(viewer);

  const Speech::Fed fed = speech.fed();
  EXPECT_GE(fed.packets[2], 5u * 245u);
  EXPECT_EQ(fed.packets[0] + fed.packets[1], 0u);
  EXPECT_EQ(fed.jumps, 0u);
  EXPECT_EQ(world.told<io::UplinkStarted>().size(), 2u) << "sound and picture, however many layers";
  EXPECT_GT(world.count(Count::rtp_in), 14u * 25u * 8u);
  EXPECT_EQ(world.count(Count::rtp_unknown_layer) + world.count(Count::rtp_unknown_stream), 0u);
}

TEST_P(Simulcast, a_thin_line_gets_a_smaller_one_beside_a_wide_one) {
  ViewerClient& thin = speech.watch(kViewer, 700'000);
  ViewerClient& wide = speech.watch(kOther);
  world.command(granted());
  world.run_for(15s);
  const std::size_t high = wide.slots[kPictureSlot].complete_frames(kHigh);
  const Speech::Seen seen = speech.see(thin, 20s);
  EXPECT_GE(seen.frames[1], 440u);
  EXPECT_LE(seen.frames[2], 25u);
  EXPECT_GE(wide.slots[kPictureSlot].complete_frames(kHigh) - high, 490u);
  speech.expect_whole(thin);
  speech.expect_whole(wide);
}

TEST_P(Simulcast, a_layer_that_stops_leaves_its_viewers_the_next_one_without_a_freeze) {
  ViewerClient& viewer = speech.watch(kViewer);
  world.command(granted());
  world.run_for(4s);
  world.to_room.clear();
  speech.speaker->sends_layer[2] = false;
  const Speech::Seen seen = speech.see(viewer, 5s);
  EXPECT_LE(seen.longest, 450ms);
  EXPECT_GE(seen.frames[1], 110u);
  speech.expect_whole(viewer);
  const Speech::Fed fed = speech.fed();
  EXPECT_GE(fed.packets[1], 2u * 110u);
  EXPECT_EQ(fed.jumps, 0u);
  EXPECT_EQ(fed.torn, 0u);
  EXPECT_EQ(fed.ssrcs.size(), 1u) << "one stream to the decoder";

  speech.speaker->sends_layer[2] = true;
  world.run_for(8s);
  EXPECT_GE(speech.see(viewer, 4s).frames[2], 95u);
  EXPECT_EQ(speech.fed().torn, 0u);
  speech.expect_whole(viewer);
}

TEST_P(Simulcast, a_viewer_on_a_lower_layer_stays_there_while_the_best_comes_and_goes) {
  ViewerClient& thin = speech.watch(kViewer, 700'000);
  world.command(granted());
  world.run_for(15s);
  ASSERT_GE(speech.see(thin, 4s).frames[1], 80u);
  speech.speaker->sends_layer[2] = false;
  EXPECT_GE(speech.see(thin, 4s).frames[1], 80u);
  speech.speaker->sends_layer[2] = true;
  const Speech::Seen seen = speech.see(thin, 8s);
  EXPECT_GE(seen.frames[1] + seen.frames[0], 160u);
  EXPECT_LE(seen.frames[2], 25u);
}

TEST_P(Simulcast, loss_is_repaired_in_each_layer) {
  ViewerClient& wide = speech.watch(kViewer);
  ViewerClient& thin = speech.watch(kOther, 700'000);
  world.command(granted());
  world.run_for(15s);
  world.both_ways(kSpeaker, {.loss = 0.05, .delay = 30ms});
  world.to_room.clear();
  const std::size_t middle = thin.slots[kPictureSlot].complete_frames(kMiddle);
  const std::size_t low = thin.slots[kPictureSlot].complete_frames(kLow);
  const Speech::Seen seen = speech.see(wide, 20s);
  EXPECT_GE(seen.frames[2], 470u);
  EXPECT_GE(
      thin.slots[kPictureSlot].complete_frames(kMiddle) - middle + thin.slots[kPictureSlot].complete_frames(kLow) - low,
      430u);
  EXPECT_GT(world.count(Count::rtx_in), 100u);
  EXPECT_EQ(world.count(Count::rtx_malformed), 0u);
  EXPECT_EQ(world.count(Count::rtp_unknown_layer), 0u);
  EXPECT_GE(speech.fed().packets[2], 5u * 470u);
}

TEST_P(Simulcast, without_the_floor_every_layer_is_dropped_at_the_first_hop) {
  ViewerClient& viewer = speech.watch(kViewer);
  world.run_for(3s);
  EXPECT_EQ(viewer.slots[kPictureSlot].packets, 0u);
  EXPECT_TRUE(world.to_room.empty());
  EXPECT_EQ(world.board.tracks(), 0u);
  EXPECT_GT(world.count(Count::uplink_dropped_no_floor), 3u * 25u * 8u);

  world.command(granted());
  world.run_for(5s);
  EXPECT_GT(speech.see(viewer, 2s).all(), 45u);
  world.command(io::SetUplink{.peer = kSpeaker});
  world.run_for(100ms);
  const std::uint64_t seen = viewer.slots[kPictureSlot].packets;
  const std::size_t to_room = world.to_room.size();
  world.run_for(2s);
  EXPECT_EQ(viewer.slots[kPictureSlot].packets, seen);
  EXPECT_EQ(world.to_room.size(), to_room);
}

INSTANTIATE_TEST_SUITE_P(codecs, Simulcast,
                         testing::Combine(testing::Values(Codec::h264, Codec::vp8),
                                          testing::Range<std::uint64_t>(1, 4)));

TEST(simulcast, a_layer_that_begins_later_is_given_to_those_who_have_room) {
  Speech speech(5);
  speech.speaker->sends_layer = {true, false, false};
  ViewerClient& viewer = speech.watch(kViewer);
  speech.world.command(granted());
  speech.world.run_for(3s);
  EXPECT_GE(speech.see(viewer, 2s).frames[0], 48u);
  speech.speaker->sends_layer = {true, true, true};
  speech.world.run_for(15s);
  EXPECT_GE(speech.see(viewer, 4s).frames[2], 95u);
  speech.expect_whole(viewer);
}

TEST(simulcast, key_frames_are_asked_of_the_layer_that_somebody_waits_for) {
  Speech speech(6);
  speech.watch(kViewer);
  speech.world.command(granted());
  speech.world.run_for(5s);
  const auto before = speech.speaker->key_frames_asked_of;
  speech.world.command(io::RequestKeyFrame{kVideo});  // the room process's decoder
  speech.world.run_for(2s);
  EXPECT_EQ(speech.speaker->key_frames_asked_of[2], before[2] + 1);
  EXPECT_EQ(speech.speaker->key_frames_asked_of[0], before[0]);
}

TEST(simulcast, a_layer_that_has_stopped_is_not_asked_for_key_frames) {
  Speech speech(7);
  speech.watch(kViewer);
  speech.world.command(granted());
  speech.world.run_for(5s);
  speech.speaker->sends_layer[2] = false;
  speech.world.run_for(2s);
  const auto before = speech.speaker->key_frames_asked_of;
  speech.world.run_for(10s);
  EXPECT_EQ(speech.speaker->key_frames_asked_of, before);
}

TEST(simulcast, viewers_of_another_shard_get_the_layers_too) {
  Speech speech(8, Codec::h264, 2);
  World& world = speech.world;
  for (const TrackId track : {kAudio, kVideo, kSecond, kThird}) world.command(io::AddRelayedTrack{track});
  ViewerClient& wide = speech.watch(io::id_at_home<PeerId>(1, 102));
  ViewerClient& thin = speech.watch(io::id_at_home<PeerId>(1, 103), 700'000);
  world.command(granted(0b10));
  world.run_for(15s);
  const std::size_t high = wide.slots[kPictureSlot].complete_frames(kHigh);
  EXPECT_GE(speech.see(thin, 10s).frames[1], 220u);
  EXPECT_GE(wide.slots[kPictureSlot].complete_frames(kHigh) - high, 245u);
  speech.speaker->sends_layer[2] = false;
  const Speech::Seen seen = speech.see(wide, 5s);
  EXPECT_LE(seen.longest, 500ms);
  EXPECT_GE(seen.frames[1], 110u);
  speech.expect_whole(wide);
}

TEST(simulcast, another_shard_that_missed_what_it_was_told_hears_it_again) {
  Speech speech(9, Codec::h264, 2);
  World& world = speech.world;
  for (const TrackId track : {kAudio, kVideo, kSecond, kThird}) world.command(io::AddRelayedTrack{track});
  ViewerClient& wide = speech.watch(io::id_at_home<PeerId>(1, 102));
  world.loses_relayed = [](const io::RelayOutput& output) {
    return std::holds_alternative<io::RelayedLayers>(*output.what);
  };
  world.command(granted(0b10));
  world.run_for(5s);
  EXPECT_EQ(speech.see(wide, 2s).frames[2], 0u);
  world.loses_relayed = nullptr;
  world.run_for(4s);
  EXPECT_GE(speech.see(wide, 2s).frames[2], 45u);
}

TEST(simulcast, one_who_comes_again_with_a_single_stream_has_the_same_track) {
  Speech speech(10);
  World& world = speech.world;
  ViewerClient& viewer = speech.watch(kViewer);
  world.command(granted());
  world.run_for(5s);
  world.command(io::RemovePeer{kSpeaker});
  constexpr PeerId kAgain{201};
  constexpr std::uint16_t kSingle = 950;
  world.add_speaker(kAgain, Codec::h264, kSingle);
  io::SetUplink again = granted();
  again.peer = kAgain;
  world.command(again);
  world.run_for(5s);
  EXPECT_GE(viewer.slots[kPictureSlot].complete_frames(kSingle), 100u);
  speech.expect_whole(viewer);
}

// Packets that the speaker's own transport encrypts, named as the sender likes; ids and types as in speaker_offer().
struct Forged {
  std::uint32_t ssrc = 0;
  std::string rid;  // empty: none
  std::uint8_t payload_type = kH264;
  static constexpr std::uint8_t kH264 = 102, kH264Rtx = 103, kVp8 = 96;
};
void forge(Speech& speech, const Forged& forged, int count = 1) {
  const bool repair = forged.payload_type == Forged::kH264Rtx;
  const rtp::HeaderWriter header(forged.ssrc, {.rid = static_cast<std::uint8_t>(repair ? 11 : 10)}, {}, forged.rid);
  for (int i = 0; i < count; ++i) {
    ByteVector packet(header.size());
    header.write(packet.data(), {.payload_type = forged.payload_type,
                                 .sequence = static_cast<std::uint16_t>(i),
                                 .timestamp = static_cast<std::uint32_t>(i) * 3'600});
    const Codec codec = forged.payload_type == Forged::kVp8 ? Codec::vp8 : Codec::h264;
    const ByteVector payload = make_payload(codec, {.stream = 990, .key_frame = true}, 300);
    packet.insert(packet.end(), payload.begin(), payload.end());
    speech.speaker->transport.send_rtp(packet, speech.world.now);
    speech.world.run_for(5ms);
  }
}

class Announcing : public testing::Test {
 protected:
  Announcing() : viewer(speech.watch(kViewer)) {
    world.command(granted());
    world.run_for(4s);
    tracks = world.board.tracks();
  }
  void expect_dropped(std::uint64_t packets) {
    world.run_for(100ms);
    EXPECT_EQ(world.count(Count::rtp_unknown_layer), packets);
    EXPECT_EQ(world.board.tracks(), tracks);
    EXPECT_EQ(world.told<io::UplinkStarted>().size(), 2u);
    EXPECT_GE(speech.see(viewer, 2s).frames[2], 45u);
    EXPECT_EQ(viewer.slots[kPictureSlot].complete_frames(990), 0u);
    speech.expect_whole(viewer);
  }
  Speech speech{11};
  World& world = speech.world;
  ViewerClient& viewer;
  std::size_t tracks = 0;
};

TEST_F(Announcing, a_rid_that_was_not_answered_is_dropped_and_counted) {
  for (std::uint32_t i = 0; i < 16; ++i) forge(speech, {.ssrc = 5'000 + i, .rid = "r" + std::to_string(3 + i)}, 10);
  expect_dropped(160);
}

TEST_F(Announcing, an_ssrc_that_no_rid_came_with_is_dropped) {
  forge(speech, {.ssrc = 5'000}, 50);
  expect_dropped(50);
}

TEST_F(Announcing, another_ssrc_does_not_take_a_layer_over) {
  forge(speech, {.ssrc = 5'000, .rid = "r2"}, 50);
  expect_dropped(50);
}

TEST_F(Announcing, nor_when_the_layer_has_been_silent_for_long) {
  speech.speaker->sends_layer[0] = false;
  world.run_for(10s);
  forge(speech, {.ssrc = 5'000, .rid = "r0"}, 50);
  expect_dropped(50);
}

// RFC 8852 has no way for it, and neither has a browser. What comes under another layer's name is dropped; once it
// comes without a name, which a report allows, it is the layer that it was, whose pictures have another size now.
TEST_F(Announcing, layers_whose_ssrcs_change_places_are_told_by_ssrc_and_seen_again_by_size) {
  speech.speaker->swap_ssrcs(0, 2);
  world.run_for(6s);
  EXPECT_GT(world.count(Count::rtp_unknown_layer), 25u);
  expect_dropped(world.count(Count::rtp_unknown_layer));
}

TEST_F(Announcing, ssrcs_that_change_places_all_the_time_cost_the_picture_and_nothing_else) {
  const std::uint64_t sound = viewer.slots[0].packets;
  const std::uint64_t asked = world.count(Count::key_frame_requests_sent);
  for (std::size_t i = 0; i < 100; ++i) {
    speech.speaker->swap_ssrcs(i % 3, (i + 1) % 3);
    world.run_for(100ms);
  }
  EXPECT_GE(viewer.slots[0].packets - sound, 495u);
  EXPECT_LE(world.count(Count::key_frame_requests_sent) - asked, 3u * 2u * 10u + 3u);
  EXPECT_GT(world.count(Count::rtp_unknown_layer), 100u);
  EXPECT_TRUE(world.told<io::PeerClosed>().empty());
  EXPECT_EQ(world.board.tracks(), tracks);
  EXPECT_EQ(world.told<io::UplinkStarted>().size(), 2u);
  world.run_for(6s);
  EXPECT_GE(speech.see(viewer, 2s).frames[2], 45u);
}

TEST_F(Announcing, repair_of_an_unknown_layer_restores_nothing) {
  forge(speech, {.ssrc = 5'000, .rid = "r9", .payload_type = Forged::kH264Rtx}, 25);
  forge(speech, {.ssrc = 5'001, .payload_type = Forged::kH264Rtx}, 25);
  expect_dropped(50);
}

TEST(simulcast, all_layers_of_a_picture_are_one_codec) {
  Speech speech(12);
  speech.speaker->sends_layer[1] = false;
  ViewerClient& viewer = speech.watch(kViewer);
  speech.world.command(granted());
  speech.world.run_for(4s);
  forge(speech, {.ssrc = 5'000, .rid = "r1", .payload_type = Forged::kVp8}, 50);
  EXPECT_EQ(speech.world.count(Count::rtp_unknown_layer), 50u);
  EXPECT_EQ(speech.world.told<io::UplinkStarted>().size(), 2u);
  EXPECT_GE(speech.see(viewer, 2s).frames[2], 45u);
}

}  // namespace
}  // namespace plenary::sim::simulcast_test
