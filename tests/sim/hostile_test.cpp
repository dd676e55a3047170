// What strangers and broken peers send, and a peer that moves.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::hostile_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr TrackId kSound{12};
constexpr PeerId kViewer{100};
const Address kStranger = Address::v4(203, 0, 113, 9, 5'555);

struct Hostile : testing::Test {
  Hostile() : world(scenario_seed(1)) {
    world.add_picture(kFeed, kPicture);
    world.add_sound(kFeed, kSound);
    viewer = &world.add_viewer(kViewer);
    world.command(io::SetSlot{.peer = kViewer, .slot = 0, .track = kSound});
    world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture});
  }
  void expect_alive(std::size_t others_closed = 0) {
    const std::uint64_t before = viewer->slots[0].packets;
    world.run_for(1s);
    EXPECT_GE(viewer->slots[0].packets, before + 45);
    EXPECT_EQ(world.told<io::PeerClosed>().size(), others_closed);
  }
  // The first bytes of a ClientHello that offers TLS_NULL_WITH_NULL_NULL.
  static ByteVector null_hello() {
    ByteVector hello = {22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54};
    const ByteVector body = {1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42, 0xfe, 0xfd};
    hello.insert(hello.end(), body.begin(), body.end());
    hello.resize(hello.size() + 34);  // random, empty session and cookie
    for (const std::uint8_t byte : {0, 2, 0, 0, 1, 0}) hello.push_back(byte);
    return hello;
  }
  World world;
  ViewerClient* viewer;
};

TEST_F(Hostile, a_hello_from_a_path_that_nobody_checked_never_reaches_openssl) {
  for (int i = 0; i < 200; ++i) {
    world.inject(kStranger, null_hello());
    world.run_for(5ms);
  }
  EXPECT_EQ(world.count(Count::dtls_handshakes), 1u);  // the viewer's own
  EXPECT_EQ(world.to_nobody[kStranger], 0u);
  EXPECT_TRUE(viewer->transport.connected());
  expect_alive();
}

TEST_F(Hostile, a_bad_hello_from_the_peers_own_path_ends_that_peer_only) {
  const PeerId other{101};
  const std::uint64_t answered = world.count(Count::stun_answered);
  world.add_viewer(other);
  world.both_ways(other, {.delay = 50ms});
  ASSERT_TRUE(world.run_until_true([&] { return world.count(Count::stun_answered) > answered; }, 1s));
  // The path is checked, its own hello is still on its way.
  world.inject(world.address(other), null_hello());
  world.run_for(12s);
  ASSERT_EQ(world.told<io::PeerClosed>().size(), 1u);
  EXPECT_EQ(world.told<io::PeerClosed>()[0].peer, other);
  EXPECT_TRUE(viewer->transport.connected());
  expect_alive(1);
}

TEST_F(Hostile, a_hello_that_overtakes_its_check_is_kept_and_answered) {
  const PeerId other{101};
  ViewerClient& late = world.add_viewer(other);
  world.both_ways(other, {.reorder = 0.5, .delay = 20ms});
  ASSERT_TRUE(world.run_until_true([&] { return late.transport.connected(); }, 5s));
}

TEST_F(Hostile, plaintext_alerts_and_hellos_in_a_running_session_are_ignored) {
  world.run_for(1s);
  const Address from = world.address(kViewer);
  for (int i = 0; i < 50; ++i) {
    world.inject(from, {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 0});   // close_notify
    world.inject(from, {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 2, 40});  // fatal
    world.inject(from, null_hello());
    // A forged protected record behind a clear alert.
    world.inject(from, {21,   0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 0, 21,
                        0xfe, 0xfd, 0,    1, 0, 0, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4});
  }
  expect_alive();
  EXPECT_GE(world.count(Count::dtls_plaintext_ignored), 150u);
}

TEST_F(Hostile, garbage_on_a_live_path_is_counted_and_changes_nothing) {
  world.run_for(1s);
  ByteVector junk(200);
  for (int i = 0; i < 5'000; ++i) {
    world.random.fill(junk);
    junk[0] = static_cast<std::uint8_t>(0x80 | (junk[0] & 0x3f));
    world.inject(world.address(kViewer), junk);
    world.inject(kStranger, junk);
  }
  EXPECT_GE(world.count(Count::srtp_refused) + world.count(Count::srtcp_refused), 5'000u);
  EXPECT_EQ(world.count(Count::unknown_source), 5'000u);
  EXPECT_EQ(world.to_nobody[kStranger], 0u);
  expect_alive();
}

TEST_F(Hostile, every_short_datagram_is_survived) {
  world.run_for(1s);
  for (std::size_t size = 0; size <= 64; ++size) {
    for (int first = 0; first < 256; ++first) {
      for (const Address& from : {world.address(kViewer), kStranger}) {
        ByteVector bytes(size, 0);
        if (size > 0) bytes[0] = static_cast<std::uint8_t>(first);
        if (size > 1) bytes[1] = 200;
        world.inject(from, bytes);
        if (size > 1) bytes[1] = 96;
        world.inject(from, bytes);
      }
    }
  }
  expect_alive();
}

TEST_F(Hostile, a_check_with_the_wrong_password_changes_nothing) {
  world.run_for(1s);
  const std::uint64_t answered = world.count(Count::stun_answered);
  ByteVector forged = viewer->transport.make_check(world.now);
  forged[forged.size() - 12] ^= 1;  // in the integrity, and so the fingerprint no longer fits either
  world.inject(kStranger, forged);
  world.run_for(100ms);
  EXPECT_EQ(world.count(Count::stun_answered), answered);
  EXPECT_EQ(world.to_nobody[kStranger], 0u);
  expect_alive();
}

TEST_F(Hostile, a_replayed_check_from_another_address_moves_no_media) {
  world.run_for(1s);
  const ByteVector check = viewer->transport.make_check(world.now);
  world.inject(world.address(kViewer), check);
  world.inject(kStranger, check);
  world.run_for(1s);
  EXPECT_EQ(world.to_nobody[kStranger], 0u);
  EXPECT_EQ(world.count(Count::stun_replayed), 1u);
  expect_alive();
}

// S4, for a check that was recorded so long ago that its transaction is forgotten.
TEST_F(Hostile, a_check_recorded_hours_ago_moves_no_media_and_the_peer_itself_still_can) {
  world.run_for(1s);
  const ByteVector recorded = viewer->transport.make_check(world.now);
  world.inject(world.address(kViewer), recorded);
  for (std::size_t i = 0; i < ice::kRememberedChecks; ++i) {
    world.inject(world.address(kViewer), viewer->transport.make_check(world.now));
  }
  world.run_for(1s);
  world.inject(kStranger, recorded);
  world.run_for(5s);
  EXPECT_EQ(world.to_nobody[kStranger], 1U) << "the answer to the check, and no media";
  EXPECT_EQ(world.count(Count::path_moves_unproven), 1U);
  expect_alive();

  const Address old = world.move(kViewer);
  viewer->transport.check_again(world.now);
  const std::uint64_t before = viewer->slots[0].packets;
  ASSERT_TRUE(world.run_until_true([&] { return viewer->slots[0].packets > before + 1; }, 5s));
  const std::uint64_t to_old = world.to_nobody[old];
  world.run_for(1s);
  EXPECT_EQ(world.to_nobody[old], to_old);
  expect_alive();
}

TEST_F(Hostile, checks_that_come_faster_than_answers_leave_are_answered_less_often_and_counted) {
  world.run_for(1s);
  const std::uint64_t answered = world.count(Count::stun_answered);
  for (int i = 0; i < 100; ++i) {
    ByteVector check = viewer->transport.make_check(world.now);
    world.board.handle_datagram(check, {.local = world.server, .remote = world.address(kViewer)}, world.now);
  }
  EXPECT_EQ(world.count(Count::stun_answered), answered + 100);
  EXPECT_EQ(world.count(Count::control_dropped), 100U - peer::kMaxControlDatagrams);
  expect_alive();
}

TEST_F(Hostile, a_peer_that_changes_its_address_is_followed_after_a_fresh_check) {
  world.run_for(2s);
  const Address old = world.move(kViewer);
  viewer->transport.check_again(world.now);
  const Instant moved = world.now;
  const std::uint64_t before = viewer->slots[0].packets;
  ASSERT_TRUE(world.run_until_true([&] { return viewer->slots[0].packets > before + 1; }, 1s));
  EXPECT_LE(world.now - moved, 200ms);
  const std::uint64_t to_old = world.to_nobody[old];
  world.run_for(1s);
  EXPECT_EQ(world.to_nobody[old], to_old);
  expect_alive();
}

TEST_F(Hostile, ice_restarts_under_way_and_old_credentials_hold_until_the_new_are_used) {
  world.run_for(2s);
  const ice::Credentials local = ice::make_credentials(world.random);
  const ice::Credentials remote = ice::make_credentials(world.random);
  world.command(io::RestartIce{kViewer, local, remote});
  const std::uint64_t answered = viewer->transport.checks_answered();
  viewer->transport.check_again(world.now);
  world.run_for(200ms);
  EXPECT_GT(viewer->transport.checks_answered(), answered);
  world.move(kViewer);
  viewer->transport.restart_ice(remote, local, world.now);
  world.run_for(500ms);
  expect_alive();
  EXPECT_TRUE(viewer->transport.connected());
}

TEST_F(Hostile, a_payload_too_long_for_a_datagram_is_counted_and_not_as_sent) {
  constexpr TrackId kLong{13};
  RoomTrack track;
  track.track = kLong;
  track.number = 3;
  track.stream = 3;
  track.interval = 40ms;
  track.size = peer::kMaxDatagram - 20;  // no room for header and tag
  track.key_frame_every = 1s;
  world.add_room_track(kFeed, track);
  world.command(io::SetSlot{.peer = kViewer, .slot = 1, .track = kLong});
  world.run_for(1s);
  const std::uint64_t sent = world.count(Count::rtp_out);
  const std::uint64_t failed = world.count(Count::seal_failed);
  world.run_for(1s);
  EXPECT_GE(world.count(Count::seal_failed), failed + 20);
  EXPECT_LE(world.count(Count::rtp_out), sent + 55) << "sound only";
  expect_alive();
}

TEST_F(Hostile, who_never_connects_is_forgotten_after_thirty_seconds) {
  const PeerId other{101};
  world.add_viewer(other);
  world.vanish(other);
  world.run_for(31s);
  const auto closed = world.told<io::PeerClosed>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].peer, other);
  EXPECT_EQ(closed[0].reason, "never_connected");
  EXPECT_EQ(world.board.peers(), 1u);
}

TEST_F(Hostile, a_viewer_that_vanishes_gets_nothing_after_thirty_seconds) {
  world.run_for(1s);
  const Address gone = world.address(kViewer);
  world.vanish(kViewer);
  world.run_for(31s);
  EXPECT_EQ(world.told<io::PeerClosed>().size(), 1u);
  const std::uint64_t before = world.to_nobody[gone];
  world.run_for(2s);
  EXPECT_EQ(world.to_nobody[gone], before);
}

TEST_F(Hostile, a_viewer_that_says_good_bye_is_gone_at_once) {
  world.run_for(1s);
  viewer->transport.close(world.now);
  world.run_for(100ms);
  ASSERT_EQ(world.told<io::PeerClosed>().size(), 1u);
  EXPECT_EQ(world.told<io::PeerClosed>()[0].reason, "closed");
}

TEST_F(Hostile, a_certificate_that_was_not_announced_ends_before_any_key) {
  const PeerId other{101};
  const auto announced = crypto::Certificate::generate();
  const sdp::ViewerOffer offer{.ice = ice::make_credentials(world.random), .fingerprint = announced->fingerprint()};
  sdp::LocalParameters local{.ice = ice::make_credentials(world.random),
                             .fingerprint = world.certificate->fingerprint(),
                             .candidates = {world.server},
                             .cname = "room"};
  auto negotiated = sdp::answer_viewer(sdp::write_viewer_offer(offer), local, world.random);
  ASSERT_TRUE(negotiated.ok());
  world.command(io::AddPeer{.peer = other, .local_ice = local.ice, .negotiated = *negotiated, .cname = "room"});
  ClientTransport impostor({.local = offer.ice,
                            .remote = local.ice,
                            .server_fingerprint = world.certificate->fingerprint(),
                            .certificate = crypto::Certificate::generate()},
                           world.random, world.now);
  world.talk_to(impostor, kStranger, 2s);
  const auto closed = world.told<io::PeerClosed>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].reason, "fingerprint");
}

TEST_F(Hostile, a_speaker_who_floods_is_cut_to_a_limit_then_closed_and_the_room_goes_on) {
  const PeerId flooding{400};
  SpeakerClient& speaker = world.add_speaker(flooding);
  world.run_for(1s);
  ASSERT_TRUE(speaker.transport.connected());
  ByteVector packet(900, 0x11);
  packet[0] = 0x80;
  packet[1] = 111;
  for (std::uint16_t sent = 0; sent < 10 * 20'000 / 100 && world.told<io::PeerClosed>().empty(); ++sent) {
    for (int i = 0; i < 100; ++i) {  // 20,000 packets a second
      const auto sequence = static_cast<std::uint16_t>(sent * 100 + i);
      packet[2] = static_cast<std::uint8_t>(sequence >> 8);
      packet[3] = static_cast<std::uint8_t>(sequence);
      speaker.transport.send_rtp(packet, world.now);
    }
    world.run_for(5ms);
  }
  const auto closed = world.told<io::PeerClosed>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].peer, flooding);
  EXPECT_EQ(closed[0].reason, "too_much");
  EXPECT_GT(world.count(Count::uplink_policed), 5u * 16'000);
  expect_alive(1);
}

TEST_F(Hostile, thirty_percent_loss_during_the_handshake_is_survived) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const PeerId id{300 + i};
    ViewerClient& client = world.add_viewer(id);
    world.both_ways(id, {.loss = 0.30, .delay = 20ms});
    EXPECT_TRUE(world.run_until_true([&] { return client.transport.connected(); }, 10s)) << i;
  }
}

}  // namespace
}  // namespace plenary::sim::hostile_test
