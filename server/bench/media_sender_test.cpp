#include "server/bench/media_sender.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "media/rtp/h264.h"
#include "server/bench/media_receiver.h"

namespace plenary::bench::media_sender_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

crypto::SrtpKeys keys(bool server) {
  crypto::SrtpKeys keys{.local_key = ByteVector(16, 1),
                        .local_salt = ByteVector(12, 2),
                        .remote_key = ByteVector(16, 3),
                        .remote_salt = ByteVector(12, 4)};
  if (server) {
    std::swap(keys.local_key, keys.remote_key);
    std::swap(keys.local_salt, keys.remote_salt);
  }
  return keys;
}

std::vector<sdp::NegotiatedMedia> media(bool server) {
  sdp::NegotiatedMedia audio{.mid = "0", .kind = MediaKind::audio};
  audio.codecs = {{.codec = Codec::opus, .payload_type = 111}};
  audio.extensions = {.mid = 1, .audio_level = 4};
  sdp::NegotiatedMedia video{.mid = "1", .kind = MediaKind::video};
  video.codecs = {{.codec = Codec::h264, .payload_type = 102, .rtx_payload_type = 103, .nack = true, .pli = true}};
  video.extensions = {.mid = 1, .transport_cc = 3};
  if (server) {
    audio.remote_ssrcs = {11};
    video.remote_ssrcs = {12, 13};
  }
  return {audio, video};
}

// A speaker and the server's end, a millisecond a step; `lose` says which packet to the server does not arrive.
struct World {
  World() : random(1), sender(keys(false), media(false), {11, 12, 13}, "guest", random) {}

  void run_until(Instant end) {
    for (; now < end; now += 1ms) {
      const std::int64_t passed = to_milliseconds(now.time_since_epoch());
      if (passed % 20 == 0) sender.send_frame(sound(passed), now);
      if (passed % 40 == 0) sender.send_frame(picture(passed, passed % 1'000 == 0), now);
      sender.handle_timeout(now);
      server.handle_timeout(now);
      carry();
    }
  }
  void carry() {
    while (const auto packet = sender.poll_output()) {
      if (!lose || !lose(number++)) server.handle_packet(*packet, now);
    }
    while (const auto packet = server.poll_output()) sender.handle_packet(*packet, now);
  }
  rtp::Frame sound(std::int64_t passed) const {
    return {.codec = Codec::opus,
            .rtp_timestamp = static_cast<std::uint32_t>(passed * 48),
            .captured = now,
            .audio_level = 20,
            .payloads = {ByteVector(80, 0x11)}};
  }
  rtp::Frame picture(std::int64_t passed, bool key) const {
    ByteVector slice(3'000, 0x42);
    slice[0] = key ? 0x65 : 0x41;
    const ByteVector sps{0x67, 0x42, 0xe0, 0x1f};
    const ByteVector pps{0x68, 0xce, 0x3c, 0x80};
    std::vector<Bytes> nals;
    if (key) nals = {sps, pps};
    nals.push_back(slice);
    return {.codec = Codec::h264,
            .key_frame = key,
            .rtp_timestamp = static_cast<std::uint32_t>(passed * 90),
            .captured = now,
            .payloads = rtp::packetize_h264(nals)};
  }

  SeededRandom random;
  Instant now = at(0);
  std::uint64_t number = 0;
  std::function<bool(std::uint64_t)> lose;
  MediaSender sender;
  MediaReceiver server{keys(true), media(true), 99, "server", {}};
};

TEST(MediaSender, what_it_sends_arrives_whole_and_is_acknowledged) {
  World world;
  world.run_until(at(4'010));
  const auto slots = world.server.slots();
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots[0].frames, 201U);
  EXPECT_GE(slots[1].frames, 100U);
  EXPECT_EQ(slots[1].broken_frames, 0U);
  EXPECT_EQ(world.server.totals().unauthentic, 0U);
  EXPECT_GE(world.server.totals().sender_reports, 6U);
  for (const SendReport& report : world.sender.reports()) {
    EXPECT_EQ(report.lost, 0);
    EXPECT_GE(report.reports, 3U);
    EXPECT_GT(report.acknowledged, 0);
    EXPECT_LE(report.acknowledged, static_cast<std::int64_t>(report.packets));
  }
  ASSERT_TRUE(world.sender.round_trip());
  EXPECT_LT(*world.sender.round_trip(), 5ms);
}

TEST(MediaSender, repairs_what_the_server_asks_for_once_more) {
  World world;
  world.lose = [luck = std::mt19937(1)](std::uint64_t) mutable { return luck() % 10 == 0; };
  world.run_until(at(6'000));
  const auto reports = world.sender.reports();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_GT(reports[1].retransmissions, 20U);
  EXPECT_EQ(reports[1].not_repaired, 0U);
  EXPECT_GT(reports[1].lost, 0) << "the server says what did not come at first";
  EXPECT_GT(world.server.slots()[1].recovered, 20U);
}

TEST(MediaSender, a_wish_for_a_key_frame_is_told_once) {
  World world;
  world.run_until(at(30));
  EXPECT_FALSE(world.sender.take_key_frame_request());
  crypto::SrtpSession srtp(keys(true));
  ByteVector packet;
  rtp::write_rtcp(rtp::PictureLoss{.sender_ssrc = 98, .media_ssrc = 12}, packet);
  const std::size_t clear = packet.size();
  packet.resize(clear + crypto::kMaxSrtpTrailer);
  packet.resize(srtp.protect_rtcp(packet, clear).value());
  world.sender.handle_packet(packet, world.now);
  EXPECT_TRUE(world.sender.take_key_frame_request());
  EXPECT_FALSE(world.sender.take_key_frame_request());
}

TEST(MediaSender, what_the_server_did_not_answer_is_not_sent) {
  SeededRandom random(1);
  MediaSender sender(keys(false), {media(false)[0]}, {11, 12, 13}, "guest", random);
  World world;
  sender.send_frame(world.picture(0, true), at(0));
  EXPECT_FALSE(sender.poll_output());
  sender.send_frame(world.sound(0), at(0));
  EXPECT_TRUE(sender.poll_output());
}

TEST(MediaSender, forged_and_cut_packets_change_nothing) {
  World world;
  world.run_until(at(100));
  world.sender.handle_packet(ByteVector(40, 0xc9), world.now);
  world.sender.handle_packet({}, world.now);
  EXPECT_FALSE(world.sender.take_key_frame_request());
}

}  // namespace
}  // namespace plenary::bench::media_sender_test
