#include "server/bench/speaker.h"

#include <gtest/gtest.h>

#include "media/ice/ice_lite.h"
#include "media/ice/stun.h"
#include "media/rtp/packet.h"

namespace plenary::bench::speaker_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }
const Address kServer = Address::v4(192, 0, 2, 1, 7'000);
const Address kSpeaker = Address::v4(198, 51, 100, 7, 40'000);

const std::shared_ptr<const crypto::Certificate>& certificate() {
  static const auto made = crypto::Certificate::generate();
  return made;
}

// The server's end made of the protocols alone; counts the media it can decrypt.
struct World {
  World() : random(1), ice(ice::make_credentials(random)), speaker(certificate(), random) {}

  std::string answer() {
    const sdp::LocalParameters local{
        .ice = ice, .fingerprint = certificate()->fingerprint(), .candidates = {kServer}, .cname = "server"};
    auto made = sdp::answer_speaker(speaker.offer(), local, random);
    if (!made) return made.error().code;
    negotiated = *std::move(made);
    agent.emplace(ice, negotiated.remote_ice, now);
    return negotiated.answer;
  }
  void take(Bytes bytes) {
    if (ice::looks_like_stun(bytes)) {
      const auto message = ice::parse_stun(bytes);
      ASSERT_TRUE(message);
      auto result = agent->handle_request(*message, {kServer, kSpeaker}, now);
      if (result.reply) speaker.handle_datagram(*result.reply, kServer, now);
    } else if (bytes[0] < 64) {
      if (!dtls) dtls.emplace(certificate(), crypto::DtlsRole::passive, negotiated.remote_fingerprint, now);
      dtls->handle_datagram(bytes, now);
      if (const auto keys = dtls->take_keys()) srtp.emplace(*keys);
      while (auto reply = dtls->poll_output()) speaker.handle_datagram(*reply, kServer, now);
    } else if (srtp && !rtp::is_rtcp(bytes)) {
      ByteVector packet(bytes.begin(), bytes.end());
      if (srtp->unprotect_rtp(packet)) ++media;
    }
  }
  void run_until(Instant end) {
    for (; now < end; now += 1ms) {
      if (dtls) dtls->handle_timeout(now);
      speaker.handle_timeout(now);
      while (const auto datagram = speaker.poll_output()) take(datagram->bytes);
    }
  }

  SeededRandom random;
  Instant now = at(0);
  ice::Credentials ice;
  sdp::Negotiated negotiated;
  std::optional<ice::IceLite> agent;
  std::optional<crypto::Dtls> dtls;
  std::optional<crypto::SrtpSession> srtp;
  std::uint64_t media = 0;
  Speaker speaker;
};

rtp::Frame sound() { return {.codec = Codec::opus, .captured = at(0), .payloads = {ByteVector(80, 0x11)}}; }

TEST(Speaker, connects_and_its_frames_arrive_encrypted) {
  World world;
  world.speaker.send_frame(sound(), world.now);
  EXPECT_FALSE(world.speaker.poll_output()) << "nothing before the keys";
  ASSERT_TRUE(world.speaker.handle_answer(world.answer(), world.now)) << world.speaker.failure();
  world.run_until(at(300));
  ASSERT_EQ(world.speaker.state(), ClientState::connected);
  EXPECT_TRUE(world.speaker.take_key_frame_request()) << "a new connection begins with a key frame";
  EXPECT_FALSE(world.speaker.take_key_frame_request());
  for (int i = 0; i < 5; ++i) world.speaker.send_frame(sound(), world.now);
  world.run_until(at(310));
  EXPECT_EQ(world.media, 5U);
  EXPECT_EQ(world.speaker.reports().at(0).frames, 5U);
}

TEST(Speaker, an_answer_that_is_none_and_a_server_that_is_silent_end_it_with_a_word) {
  World refused;
  EXPECT_FALSE(refused.speaker.handle_answer("no", refused.now));
  EXPECT_EQ(refused.speaker.state(), ClientState::failed);
  EXPECT_FALSE(refused.speaker.failure().empty());

  World silent;
  ASSERT_TRUE(silent.speaker.handle_answer(silent.answer(), silent.now));
  silent.agent.reset();
  for (; silent.now < at(0) + kCheckDeadline; silent.now += 10ms) {
    silent.speaker.handle_timeout(silent.now);
    while (silent.speaker.poll_output()) continue;
  }
  silent.speaker.handle_timeout(silent.now);
  EXPECT_EQ(silent.speaker.failure(), "ice");
  EXPECT_FALSE(silent.speaker.next_timeout());
}

TEST(Speaker, says_goodbye_and_is_silent_then) {
  World world;
  ASSERT_TRUE(world.speaker.handle_answer(world.answer(), world.now));
  world.run_until(at(300));
  world.speaker.close(world.now);
  world.run_until(at(320));
  EXPECT_EQ(world.dtls->state(), crypto::DtlsState::closed);
  world.speaker.send_frame(sound(), world.now);
  EXPECT_FALSE(world.speaker.poll_output());
}

}  // namespace
}  // namespace plenary::bench::speaker_test
