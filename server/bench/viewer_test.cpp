#include "server/bench/viewer.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <random>

#include "media/crypto/srtp.h"
#include "media/ice/ice_lite.h"
#include "media/rtp/h264.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/rtx.h"

namespace plenary::bench::viewer_test {
namespace {

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }
const Address kServer = Address::v4(192, 0, 2, 1, 7'000);
const Address kViewer = Address::v4(198, 51, 100, 7, 40'000);

const std::shared_ptr<const crypto::Certificate>& certificate() {
  static const auto made = crypto::Certificate::generate();
  return made;
}

// A server of one picture and one sound, made of the protocols alone.
class Server {
 public:
  explicit Server(RandomSource& random) : random_(random), ice_(ice::make_credentials(random)) {}

  std::string answer(std::string_view offer, const std::vector<Address>& candidates = {kServer}) {
    const sdp::LocalParameters local{.ice = ice_,
                                     .fingerprint = certificate()->fingerprint(),
                                     .candidates = candidates,
                                     .cname = "server",
                                     .h264_profile_level_id = "42e01f"};
    auto made = sdp::answer_viewer(offer, local, random_);
    if (!made) return {};
    negotiated_ = *std::move(made);
    agent_.emplace(ice_, negotiated_.remote_ice, at(0));
    return negotiated_.answer;
  }

  void handle_datagram(Bytes bytes, Instant now) {
    if (ice::looks_like_stun(bytes)) {
      const auto message = ice::parse_stun(bytes);
      if (!message) return;
      ice::IceResult result = agent_->handle_request(*message, {kServer, kViewer}, now);
      if (result.reply) outputs.push_back(*std::move(result.reply));
    } else if (bytes[0] < 64) {
      if (!agent_->validated({kServer, kViewer})) return;
      if (!dtls) dtls.emplace(certificate(), crypto::DtlsRole::passive, negotiated_.remote_fingerprint, now);
      dtls->handle_datagram(bytes, now);
      drain();
    } else if (srtp_) {
      handle_rtcp(bytes);
    }
  }
  void handle_timeout(Instant now) {
    if (dtls) dtls->handle_timeout(now);
    drain();
  }
  void drain() {
    if (const auto keys = dtls ? dtls->take_keys() : std::nullopt) {
      srtp_.emplace(*keys);
      // It has media for AES-GCM only.
      if (keys->profile == crypto::SrtpProfile::aead_aes_128_gcm) egress_.emplace(keys->local_key, keys->local_salt);
    }
    while (dtls) {
      auto bytes = dtls->poll_output();
      if (!bytes) break;
      outputs.push_back(*std::move(bytes));
    }
  }

  void send_picture(std::uint32_t timestamp, bool key) {
    ByteVector slice(3'000, 0x42);
    slice[0] = key ? 0x65 : 0x41;
    const ByteVector sps{0x67, 0x42, 0xe0, 0x1f};
    const ByteVector pps{0x68, 0xce, 0x3c, 0x80};
    std::vector<Bytes> nals;
    if (key) nals = {sps, pps};
    nals.push_back(slice);
    const std::vector<ByteVector> payloads = rtp::packetize_h264(nals);
    for (const ByteVector& payload : payloads) send(1, timestamp, payload, &payload == &payloads.back());
    ++pictures;
  }
  void send_sound(std::uint32_t timestamp) { send(0, timestamp, ByteVector(80, 0x11), false); }

  [[nodiscard]] bool connected() const { return egress_.has_value(); }

  std::deque<ByteVector> outputs;
  std::optional<crypto::Dtls> dtls;
  std::uint64_t pictures = 0;
  std::uint64_t nacked = 0;
  std::uint64_t key_frame_requests = 0;
  std::vector<rtp::ReportBlock> blocks;
  bool repairs = true;

 private:
  struct Sent {
    std::uint32_t timestamp;
    bool marker;
    ByteVector payload;
  };

  void write(const rtp::HeaderFields& fields, std::uint32_t ssrc, std::uint64_t index, Bytes prefix, Bytes payload) {
    const rtp::HeaderWriter writer(ssrc, {}, {});
    ByteVector packet(writer.size() + prefix.size() + payload.size() + crypto::kGcmTag);
    writer.write(packet.data(), fields);
    egress_->protect(packet.data(), writer.size(), prefix, payload, ssrc, index);
    outputs.push_back(std::move(packet));
  }
  void send(std::size_t slot, std::uint32_t timestamp, const ByteVector& payload, bool marker) {
    const sdp::NegotiatedMedia& media = negotiated_.media[slot];
    const std::uint64_t index = ++next_[slot];
    rtp::HeaderFields fields{.marker = marker, .payload_type = media.codecs.front().payload_type};
    fields.sequence = static_cast<std::uint16_t>(index);
    fields.timestamp = timestamp;
    write(fields, media.ssrc, index, {}, payload);
    if (slot == 1) history_[fields.sequence] = {timestamp, marker, payload};
  }
  void send_again(std::uint16_t sequence) {
    const auto sent = history_.find(sequence);
    if (!repairs || sent == history_.end()) return;
    const sdp::NegotiatedMedia& media = negotiated_.media[1];
    rtp::HeaderFields fields{.marker = sent->second.marker,
                             .payload_type = media.codecs.front().rtx_payload_type.value()};
    fields.sequence = static_cast<std::uint16_t>(++next_[2]);
    fields.timestamp = sent->second.timestamp;
    write(fields, media.rtx_ssrc, next_[2], rtp::rtx_prefix(sequence), sent->second.payload);
  }
  void handle_rtcp(Bytes bytes) {
    ByteVector packet(bytes.begin(), bytes.end());
    const auto length = srtp_->unprotect_rtcp(packet);
    ASSERT_TRUE(length);
    for (const rtp::RtcpPacket& one : rtp::parse_rtcp(Bytes(packet).first(*length)).packets) {
      if (const auto* nack = std::get_if<rtp::Nack>(&one)) {
        nacked += nack->sequences.size();
        for (const std::uint16_t sequence : nack->sequences) send_again(sequence);
      }
      if (std::holds_alternative<rtp::PictureLoss>(one)) ++key_frame_requests;
      if (const auto* report = std::get_if<rtp::ReceiverReport>(&one)) {
        blocks.insert(blocks.end(), report->blocks.begin(), report->blocks.end());
      }
    }
  }

  RandomSource& random_;
  ice::Credentials ice_;
  sdp::Negotiated negotiated_;
  std::optional<ice::IceLite> agent_;
  std::optional<crypto::SrtpSession> srtp_;
  std::optional<crypto::GcmEgress> egress_;
  std::array<std::uint64_t, 3> next_{1'000, 65'500, 10};
  std::map<std::uint16_t, Sent> history_;
};

// Both ends and what lies between them, in steps of a millisecond.
struct World {
  explicit World(ViewerSettings settings = {.receive = {.keep_frames = true}}, unsigned seed = 1)
      : random(seed), luck(seed), server(random), viewer(settings, certificate(), random) {}

  bool connect() {
    EXPECT_TRUE(viewer.handle_answer(server.answer(viewer.offer()), now));
    run_until(at(500));
    return viewer.state() == ClientState::connected && server.connected();
  }
  void run_until(Instant end) {
    for (; now < end; now += std::chrono::milliseconds(1)) step();
  }
  void step() {
    if (each_step) each_step();
    if (const auto due = viewer.next_timeout(); due && now >= *due) viewer.handle_timeout(now);
    server.handle_timeout(now);
    while (auto datagram = viewer.poll_output()) {
      if (datagram->to == kServer) put(to_server, datagram->bytes);
    }
    while (!server.outputs.empty()) {
      put(to_viewer, server.outputs.front());
      server.outputs.pop_front();
    }
    while (!to_server.empty() && to_server.front().first <= now) {
      server.handle_datagram(to_server.front().second, now);
      to_server.pop_front();
    }
    while (!to_viewer.empty() && to_viewer.front().first <= now) {
      viewer.handle_datagram(to_viewer.front().second, kServer, now);
      to_viewer.pop_front();
    }
  }
  using Way = std::deque<std::pair<Instant, ByteVector>>;
  void put(Way& way, ByteVector bytes) {
    if (luck() % 100 >= loss) way.emplace_back(now + delay, std::move(bytes));
  }
  // 25 pictures and 50 packets of sound a second.
  void broadcast() {
    each_step = [this, start = now] {
      const std::int64_t passed = to_milliseconds(now - start);
      if (passed % 20 == 0) server.send_sound(static_cast<std::uint32_t>(passed * 48));
      if (passed % 40 == 0) server.send_picture(static_cast<std::uint32_t>(passed * 90), passed % 2'000 == 0);
    };
  }

  SeededRandom random;
  std::mt19937 luck;
  Instant now = at(0);
  Duration delay = std::chrono::milliseconds(1);
  unsigned loss = 0;  // percent
  std::function<void()> each_step;
  Way to_server;
  Way to_viewer;
  Server server;
  Viewer viewer;
};

TEST(Viewer, offers_nothing_but_aes_cm_where_it_is_told_to) {
  World world({.srtp = crypto::SrtpOffer::aes_cm});
  world.connect();
  EXPECT_EQ(world.viewer.state(), ClientState::connected);
  EXPECT_EQ(world.viewer.profile(), crypto::SrtpProfile::aes128_cm_sha1_80);
}

TEST(Viewer, connects_within_five_round_trips_and_gets_every_frame) {
  World world;
  world.delay = std::chrono::milliseconds(10);
  ASSERT_TRUE(world.connect()) << world.viewer.failure();
  EXPECT_LE(*world.viewer.connected_at(), at(5 * 20));
  EXPECT_EQ(world.viewer.profile(), crypto::SrtpProfile::aead_aes_128_gcm);
  world.broadcast();
  world.run_until(at(5'500));
  const auto slots = world.viewer.slots();
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots[0].kind, MediaKind::audio);
  EXPECT_EQ(slots[0].frames, 250U);
  EXPECT_EQ(slots[1].frames, 125U);
  EXPECT_EQ(slots[1].key_frames, 3U);
  EXPECT_EQ(slots[1].lost, 0);
  EXPECT_EQ(slots[1].broken_frames, 0U);
  EXPECT_TRUE(slots[1].first_key_frame);
  EXPECT_EQ(world.viewer.totals().unauthentic, 0U);
  ASSERT_FALSE(world.server.blocks.empty());
  EXPECT_EQ(world.server.blocks.back().cumulative_lost, 0);
  const auto frame = world.viewer.poll_frame(1);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->key_frame);
  EXPECT_GE(frame->payloads.size(), 3U);
}

TEST(Viewer, repairs_ten_percent_of_loss_over_a_hundred_milliseconds) {
  World world;
  world.delay = std::chrono::milliseconds(50);
  world.loss = 10;
  ASSERT_TRUE(world.viewer.handle_answer(world.server.answer(world.viewer.offer()), world.now));
  while (!world.server.connected() || world.viewer.state() != ClientState::connected) {
    world.step();
    world.now += std::chrono::milliseconds(1);
    ASSERT_LT(world.now, at(10'000)) << world.viewer.failure();
  }
  world.broadcast();
  world.run_until(world.now + std::chrono::seconds(20));
  world.each_step = nullptr;
  world.run_until(world.now + std::chrono::seconds(2));
  const SlotReport video = world.viewer.slots()[1];
  EXPECT_GT(video.lost, 50);
  EXPECT_GT(video.recovered, 50U);
  EXPECT_GE(video.frames * 100, world.server.pictures * 95);
  EXPECT_EQ(world.viewer.totals().unauthentic, 0U);
}

TEST(Viewer, counts_broken_frames_and_asks_for_a_key_frame_where_nothing_is_repaired) {
  World world;
  ASSERT_TRUE(world.connect());
  world.server.repairs = false;
  world.loss = 5;
  world.broadcast();
  world.run_until(at(10'500));
  const SlotReport video = world.viewer.slots()[1];
  EXPECT_GT(video.broken_frames, 10U);
  EXPECT_LT(video.frames, world.server.pictures);
  EXPECT_GT(video.given_up, 0U);
  EXPECT_GT(world.server.nacked, 0U);
  EXPECT_GT(world.server.key_frame_requests, 0U);
}

TEST(Viewer, counts_all_packets_where_it_decrypts_only_some) {
  World world({.receive = {.decrypt_every = 16}});
  ASSERT_TRUE(world.connect());
  world.broadcast();
  world.run_until(at(5'500));
  const auto slots = world.viewer.slots();
  EXPECT_EQ(slots[0].frames, 250U);
  EXPECT_EQ(slots[1].frames, 125U);
  EXPECT_EQ(slots[1].lost, 0);
  EXPECT_LT(world.viewer.totals().decrypted, (slots[0].packets + slots[1].packets) / 8);
  EXPECT_EQ(world.viewer.totals().unauthentic, 0U);
}

TEST(Viewer, forged_media_is_not_counted) {
  World world;
  ASSERT_TRUE(world.connect());
  world.broadcast();
  world.run_until(at(600));
  const std::uint64_t packets = world.viewer.slots()[1].packets;
  ByteVector forged(200, 0x80);
  for (int i = 0; i < 100; ++i) world.viewer.handle_datagram(forged, kServer, world.now);
  EXPECT_EQ(world.viewer.slots()[1].packets, packets);
  EXPECT_EQ(world.viewer.totals().unauthentic, 100U);
}

TEST(Viewer, tries_the_next_candidate_while_the_first_is_silent) {
  World world;
  const Address nowhere = Address::v4(203, 0, 113, 9, 9);
  ASSERT_TRUE(world.viewer.handle_answer(world.server.answer(world.viewer.offer(), {nowhere, kServer}), world.now));
  world.run_until(at(200));
  EXPECT_EQ(world.viewer.state(), ClientState::connected);
}

TEST(Viewer, gives_up_a_silent_server_after_ten_seconds) {
  World world;
  ASSERT_TRUE(world.viewer.handle_answer(world.server.answer(world.viewer.offer()), world.now));
  world.loss = 100;
  world.run_until(at(9'999));
  EXPECT_EQ(world.viewer.state(), ClientState::checking);
  world.run_until(at(10'001));
  EXPECT_EQ(world.viewer.state(), ClientState::failed);
  EXPECT_EQ(world.viewer.failure(), "ice");
  EXPECT_FALSE(world.viewer.next_timeout());
}

TEST(Viewer, notices_that_consent_is_gone) {
  World world;
  ASSERT_TRUE(world.connect());
  world.run_until(at(20'000));
  EXPECT_EQ(world.viewer.state(), ClientState::connected) << "kept alive by its own checks";
  world.loss = 100;
  world.run_until(at(51'000));
  EXPECT_EQ(world.viewer.failure(), "consent");
}

TEST(Viewer, honours_and_says_goodbye) {
  World told;
  ASSERT_TRUE(told.connect());
  told.server.dtls->close(told.now);
  told.run_until(at(510));
  EXPECT_EQ(told.viewer.failure(), "closed_by_server");

  World telling;
  ASSERT_TRUE(telling.connect());
  telling.viewer.close(telling.now);
  telling.run_until(at(510));
  EXPECT_EQ(telling.viewer.state(), ClientState::closed);
  EXPECT_EQ(telling.server.dtls->state(), crypto::DtlsState::closed);
}

TEST(Viewer, refuses_what_is_no_answer) {
  World world;
  EXPECT_FALSE(world.viewer.handle_answer("v=0\r\n", world.now));
  EXPECT_EQ(world.viewer.state(), ClientState::failed);
  EXPECT_FALSE(world.viewer.failure().empty());
  world.viewer.handle_datagram(ByteVector(40, 0), kServer, world.now);
  EXPECT_FALSE(world.viewer.poll_output());
}

TEST(IceClient, answers_the_checks_of_a_full_agent_and_only_those_with_the_right_password) {
  SeededRandom random(1);
  const ice::Credentials ours{"usus", "an-ice-password-of-ours"};
  const ice::Credentials theirs{"them", "another-ice-password-there"};
  IceClient client(ours, theirs, {}, random, at(0));
  ice::StunRequest request;
  request.username = "usus:them";
  request.controlling = false;
  for (const bool right : {false, true}) {
    const ByteVector bytes = ice::write_binding_request(request, right ? ours.password : theirs.password);
    client.handle_message(ice::parse_stun(bytes).value(), kServer, at(0));
    const auto reply = client.poll_output();
    ASSERT_EQ(reply.has_value(), right);
    if (!right) continue;
    const auto message = ice::parse_stun(reply->bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_class, ice::StunClass::success);
    EXPECT_EQ(message->mapped, kServer);
    EXPECT_TRUE(ice::check_integrity(*message, ours.password));
    const auto check = client.poll_output();  // and checks back: the agent's address is a candidate now
    ASSERT_TRUE(check);
    EXPECT_EQ(check->to, kServer);
  }
}

}  // namespace
}  // namespace plenary::bench::viewer_test
