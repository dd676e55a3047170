// The real shell: a thread, a UDP socket on loopback, a frame socket. Waits for what must come, never for time to pass.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "media/io/room_socket.h"
#include "media/io/shard.h"
#include "media/io/socket_address.h"
#include "media/rtp/feed_wire.h"
#include "tests/sim/offers.h"
#include "tests/sim/speaker_client.h"
#include "tests/sim/viewer_client.h"

namespace plenary::sim::shard_over_udp_test {
namespace {

using namespace std::chrono_literals;

constexpr PeerId kViewer{1};
constexpr FeedId kFeed{1};
constexpr TrackId kPicture{1};
constexpr Duration kPatience = 20s;  // only a broken shard needs it

bool has_ipv6() {
  const int probe = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 here{};
  here.sin6_family = AF_INET6;
  here.sin6_addr = in6addr_loopback;
  const bool can = probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0;
  if (probe >= 0) ::close(probe);
  return can;
}

class ShardOverUdp : public testing::Test {
 protected:
  explicit ShardOverUdp(const char* bind = "127.0.0.1:0") : bind_(*Address::from_text(bind)) {}

  void SetUp() override {
    if (!bind_.is_v4() && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    certificate_ = crypto::Certificate::generate();
    auto shard = io::Shard::start({.bind = bind_, .certificate = certificate_});
    ASSERT_TRUE(shard.ok()) << shard.error().message;
    shard_ = std::move(*shard);
    auto pair = io::make_room_socket_pair();
    ASSERT_TRUE(pair.ok());
    room_ = (*pair)[1];
    ASSERT_TRUE(shard_->post(io::AddFeed{kFeed, (*pair)[0]}));
    ASSERT_TRUE(shard_->post(io::AddFeedTrack{kPicture, Codec::h264, "42e01f", kFeed, 7}));
    const bool six = !bind_.is_v4();
    client_ = ::socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_storage to{};
    socklen_t length = 0;
    io::write_address({.ip = bind_.ip, .port = shard_->port()}, six, to, length);
    ASSERT_EQ(::connect(client_, reinterpret_cast<sockaddr*>(&to), length), 0);
  }
  void TearDown() override {
    if (client_ >= 0) ::close(client_);
    if (room_ >= 0) ::close(room_);
  }

  std::unique_ptr<ViewerClient> join() {
    const auto own = crypto::Certificate::generate();
    const sdp::ViewerOffer offer{.ice = ice::make_credentials(random_), .fingerprint = own->fingerprint()};
    sdp::LocalParameters local{.ice = ice::make_credentials(random_),
                               .fingerprint = certificate_->fingerprint(),
                               .candidates = {{.ip = bind_.ip, .port = shard_->port()}},
                               .cname = "room"};
    auto negotiated = sdp::answer_viewer(sdp::write_viewer_offer(offer), local, random_);
    EXPECT_TRUE(negotiated.ok());
    const auto answer = sdp::parse_answer(negotiated->answer);
    EXPECT_TRUE(answer.ok());
    EXPECT_TRUE(shard_->post(io::AddPeer{.peer = kViewer,
                                         .use = io::PeerUse::viewer,
                                         .local_ice = local.ice,
                                         .negotiated = *negotiated,
                                         .cname = "room"}));
    return std::make_unique<ViewerClient>(ClientTransport::Config{.local = offer.ice,
                                                                  .remote = answer.value().ice,
                                                                  .server_fingerprint = answer.value().fingerprint,
                                                                  .certificate = own},
                                          answer.value().media, random_, io::read_monotonic());
  }

  std::unique_ptr<SpeakerClient> join_speaker(io::SetUplink uplink) {
    const auto own = crypto::Certificate::generate();
    const ice::Credentials ice = ice::make_credentials(random_);
    sdp::LocalParameters local{.ice = ice::make_credentials(random_),
                               .fingerprint = certificate_->fingerprint(),
                               .candidates = {{.ip = bind_.ip, .port = shard_->port()}},
                               .cname = "room"};
    auto negotiated = sdp::answer_speaker(speaker_offer(ice, own->fingerprint(), true), local, random_);
    EXPECT_TRUE(negotiated.ok());
    EXPECT_TRUE(shard_->post(io::AddPeer{.peer = uplink.peer,
                                         .use = io::PeerUse::speaker,
                                         .local_ice = local.ice,
                                         .negotiated = *negotiated,
                                         .cname = "room"}));
    EXPECT_TRUE(shard_->post(uplink));
    return std::make_unique<SpeakerClient>(
        SpeakerClient::Config{.transport = {.local = ice,
                                            .remote = local.ice,
                                            .server_fingerprint = certificate_->fingerprint(),
                                            .certificate = own},
                              .media = negotiated->media},
        random_, io::read_monotonic());
  }
  std::uint64_t count(std::string_view name) const {
    for (const auto& [counter, value] : shard_->counters().values) {
      if (counter == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }

  void send_frame(bool key_frame) {
    const PayloadMark mark{.frame = frame_++, .parts = 8, .stream = 1, .key_frame = key_frame};
    const rtp::Frame frame = make_frame(Codec::h264, 7, mark, frame_ * 3'600, io::read_monotonic(), 1'000);
    for (const ByteVector& message : rtp::write_feed_messages(frame)) {
      ASSERT_EQ(::send(room_, message.data(), message.size(), 0), static_cast<ssize_t>(message.size()));
    }
  }

  // Lets client and shard talk until `holds`; a frame each 10 ms once `frames` is set.
  template <class Client, class Holds>
  bool talk(Client& client, bool frames, Holds holds) {
    const Instant end = io::read_monotonic() + kPatience;
    Instant frame_due = io::read_monotonic();
    while (!holds()) {
      const Instant now = io::read_monotonic();
      if (now >= end) return false;
      if (frames && now >= frame_due) {
        frame_due = now + 10ms;
        send_frame(frame_ % 50 == 0);
      }
      client.handle_timeout(now);
      while (std::optional<ByteVector> out = client.poll_output()) {
        EXPECT_EQ(::send(client_, out->data(), out->size(), 0), static_cast<ssize_t>(out->size()));
      }
      pollfd wait{.fd = client_, .events = POLLIN, .revents = 0};
      ::poll(&wait, 1, 2);
      std::array<std::uint8_t, 2'048> bytes;
      for (ssize_t n = 0; (n = ::recv(client_, bytes.data(), bytes.size(), 0)) > 0;) {
        client.handle_datagram(Bytes(bytes).first(static_cast<std::size_t>(n)), io::read_monotonic());
      }
      while (std::optional<io::ShardEvent> event = shard_->poll_event()) events_.push_back(std::move(*event));
    }
    return true;
  }
  template <class Event>
  std::size_t told() const {
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(), [](const auto& e) { return std::holds_alternative<Event>(e); }));
  }

  const Address bind_;
  crypto::SystemRandom random_;
  std::shared_ptr<const crypto::Certificate> certificate_;
  std::unique_ptr<io::Shard> shard_;
  int room_ = -1;
  int client_ = -1;
  std::uint32_t frame_ = 0;
  std::vector<io::ShardEvent> events_;
};

class ShardOverUdp6 : public ShardOverUdp {
 protected:
  ShardOverUdp6() : ShardOverUdp("[::1]:0") {}
};

TEST_F(ShardOverUdp6, a_viewer_gets_the_frames_of_a_room_process) {
  const std::unique_ptr<ViewerClient> viewer = join();
  ASSERT_TRUE(shard_->post(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture}));
  EXPECT_TRUE(talk(*viewer, true, [&] { return viewer->slots[1].complete_frames(1) >= 100; }));
  EXPECT_EQ(viewer->slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer->transport.refused(), 0u);
  const auto connected = std::find_if(events_.begin(), events_.end(), [](const io::ShardEvent& event) {
    return std::holds_alternative<io::PeerConnected>(event);
  });
  ASSERT_NE(connected, events_.end());
  EXPECT_EQ(std::get<io::PeerConnected>(*connected).remote.ip, bind_.ip);
}

TEST_F(ShardOverUdp, a_viewer_gets_the_frames_of_a_room_process) {
  const std::unique_ptr<ViewerClient> viewer = join();
  ASSERT_TRUE(shard_->post(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture}));
  EXPECT_TRUE(talk(*viewer, true, [&] { return viewer->slots[1].complete_frames(1) >= 100; }));
  EXPECT_EQ(viewer->slots[1].torn_pictures, 0u);
  EXPECT_EQ(viewer->transport.refused(), 0u);
  EXPECT_EQ(viewer->transport.profile(), crypto::SrtpProfile::aead_aes_128_gcm);
  EXPECT_EQ(told<io::PeerConnected>(), 1u);
}

TEST_F(ShardOverUdp, how_long_what_it_sends_took_is_counted_a_datagram) {
  const std::unique_ptr<ViewerClient> viewer = join();
  ASSERT_TRUE(shard_->post(io::SetSlot{.peer = kViewer, .slot = 1, .track = kPicture}));
  const auto taken = [&] {
    std::uint64_t datagrams = 0;
    for (const auto& delays : shard_->counters().delays) {
      datagrams = std::accumulate(delays.counts.begin(), delays.counts.end(), datagrams);
    }
    return datagrams;
  };
  ASSERT_TRUE(talk(*viewer, true, [&] { return taken() >= 100; }));
  const io::ShardCounters counters = shard_->counters();
  EXPECT_GT(counters.delays[static_cast<std::size_t>(io::DelayOf::rest)].sum.count(), 0);
  EXPECT_LE(taken(), count("plenary_udp_datagrams_sent_total"));
}

TEST_F(ShardOverUdp, a_room_process_that_ends_is_told) {
  const std::unique_ptr<ViewerClient> viewer = join();
  EXPECT_TRUE(talk(*viewer, true, [&] { return viewer->transport.connected(); }));
  ::close(std::exchange(room_, -1));
  EXPECT_TRUE(talk(*viewer, false, [&] { return told<io::FeedClosed>() == 1; }));
}

TEST_F(ShardOverUdp, what_a_speaker_sends_to_a_room_process_that_is_gone_is_counted) {
  const auto speaker = join_speaker({.peer = PeerId{2}, .feed = FeedId{9}, .feed_audio = 61, .feed_video = 62});
  EXPECT_TRUE(talk(*speaker, false, [&] { return count("plenary_room_frames_without_room_total") > 0; }));
}

TEST_F(ShardOverUdp, a_shard_that_ends_says_good_bye) {
  const std::unique_ptr<ViewerClient> viewer = join();
  EXPECT_TRUE(talk(*viewer, false, [&] { return viewer->transport.connected(); }));
  shard_.reset();
  const Instant end = io::read_monotonic() + kPatience;
  while (viewer->transport.dtls_state() != crypto::DtlsState::closed && io::read_monotonic() < end) {
    std::array<std::uint8_t, 2'048> bytes;
    pollfd wait{.fd = client_, .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 50);
    const ssize_t n = ::recv(client_, bytes.data(), bytes.size(), 0);
    if (n > 0) viewer->handle_datagram(Bytes(bytes).first(static_cast<std::size_t>(n)), io::read_monotonic());
  }
  EXPECT_EQ(viewer->transport.dtls_state(), crypto::DtlsState::closed);
}

}  // namespace
}  // namespace plenary::sim::shard_over_udp_test
