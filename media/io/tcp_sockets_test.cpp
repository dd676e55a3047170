// Over loopback: waits for what must come, never for time to pass.
#include "media/io/tcp_sockets.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace plenary::io::tcp_sockets_test {
namespace {

constexpr std::uint64_t kListenTag = 4;
constexpr std::uint64_t kFirstTag = 1'000;
constexpr int kPatience = 20'000;  // ms; only a broken test needs it

class Client {
 public:
  explicit Client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void write(Bytes datagram) {
    TcpOutput output;
    ASSERT_TRUE(output.push(datagram));
    write_raw(output.pending());
  }
  void write_raw(Bytes bytes) {
    ASSERT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // The next datagram; empty at the end of the stream.
  ByteVector read() {
    while (true) {
      if (const std::optional<MutableBytes> datagram = input_.next()) return {datagram->begin(), datagram->end()};
      pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, kPatience) != 1) return {};
      const MutableBytes room = input_.room();
      const ssize_t size = ::recv(descriptor_, room.data(), room.size(), 0);
      if (size <= 0) return {};
      input_.handle_read(static_cast<std::size_t>(size));
    }
  }

 private:
  int descriptor_;
  TcpInput input_;
};

class TcpSocketsTest : public testing::Test {
 protected:
  void SetUp() override {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    auto sockets = TcpSockets::listen(*Address::from_text("[::]:0"), epoll_, kListenTag, kFirstTag);
    ASSERT_TRUE(sockets.ok()) << sockets.error().message;
    sockets_ = std::move(sockets).value();
  }
  void TearDown() override {
    sockets_.reset();
    ::close(epoll_);
  }
  // One turn of a shard's loop.
  void turn(int patience = kPatience) {
    std::array<epoll_event, 8> ready{};
    const int count = epoll_wait(epoll_, ready.data(), 8, patience);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t tag = ready[static_cast<std::size_t>(i)].data.u64;
      if (tag == kListenTag) {
        sockets_->accept(now_, counters_);
        continue;
      }
      sockets_->handle_ready(
          tag,
          [this](MutableBytes bytes, const ice::Tuple& path) {
            got_.emplace_back(bytes.begin(), bytes.end());
            path_ = path;
          },
          counters_);
    }
  }
  template <class Holds>
  void turn_until(Holds holds) {
    for (int i = 0; i < 1'000 && !holds(); ++i) turn();
    ASSERT_TRUE(holds());
  }
  bool send(Bytes datagram) {
    peer::SendBatch batch;
    std::uint8_t* out = batch.next(path_);
    if (out == nullptr) return false;
    std::memcpy(out, datagram.data(), datagram.size());
    batch.commit(datagram.size());
    EXPECT_TRUE(batch.has_tcp());
    const std::uint64_t before = counters_.get(Count::tcp_datagrams_out);
    sockets_->send(batch, counters_);
    return counters_.get(Count::tcp_datagrams_out) > before;
  }

  int epoll_ = -1;
  std::unique_ptr<TcpSockets> sockets_;
  Counters counters_;
  Instant now_ = Instant(std::chrono::hours(1));
  std::vector<ByteVector> got_;
  ice::Tuple path_;
};

TEST_F(TcpSocketsTest, carries_datagrams_both_ways) {
  Client client(sockets_->port());
  client.write(ByteVector{1, 2, 3});
  client.write(ByteVector(1'200, 9));
  turn_until([&] { return got_.size() == 2; });
  EXPECT_EQ(got_[0], (ByteVector{1, 2, 3}));
  EXPECT_EQ(got_[1], ByteVector(1'200, 9));
  EXPECT_EQ(path_.protocol, ice::Protocol::tcp);
  EXPECT_EQ(path_.local.port, sockets_->port());
  EXPECT_TRUE(path_.remote.is_v4());
  EXPECT_TRUE(send(ByteVector{4, 5}));
  EXPECT_EQ(client.read(), (ByteVector{4, 5}));
}

TEST_F(TcpSocketsTest, who_speaks_something_else_is_cut_off) {
  Client client(sockets_->port());
  const std::string_view http = "GET / HTTP/1.1\r\n\r\n";
  client.write_raw(Bytes(reinterpret_cast<const std::uint8_t*>(http.data()), http.size()));
  EXPECT_EQ(sockets_->size(), 0u);
  turn_until([&] { return counters_.get(Count::tcp_not_framed) == 1; });
  EXPECT_EQ(sockets_->size(), 0u);
  EXPECT_TRUE(client.read().empty());
}

TEST_F(TcpSocketsTest, a_stranger_has_ten_seconds_to_become_a_peers) {
  Client stranger(sockets_->port());
  Client peer(sockets_->port());
  peer.write(ByteVector{1});
  turn_until([&] { return sockets_->size() == 2 && got_.size() == 1; });
  const ice::Tuple of_peer = path_;
  const auto known = [&](const ice::Tuple& path) { return path == of_peer; };
  sockets_->sweep(now_, known, counters_);
  now_ += kTcpIntroduction - std::chrono::seconds(1);
  sockets_->sweep(now_, known, counters_);
  EXPECT_EQ(sockets_->size(), 2u);
  now_ += std::chrono::seconds(1);
  sockets_->sweep(now_, known, counters_);
  EXPECT_EQ(sockets_->size(), 1u);
  EXPECT_EQ(counters_.get(Count::tcp_strangers_closed), 1u);
  EXPECT_TRUE(stranger.read().empty());
  // A peer that is gone is a stranger again.
  const auto nobody = [](const ice::Tuple&) { return false; };
  now_ += kTcpSweepInterval;
  sockets_->sweep(now_, nobody, counters_);
  EXPECT_EQ(sockets_->size(), 1u);
  now_ += kTcpIntroduction;
  sockets_->sweep(now_, nobody, counters_);
  EXPECT_EQ(sockets_->size(), 0u);
}

TEST_F(TcpSocketsTest, strangers_take_only_so_many_places) {
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < kMaxTcpStrangers + 3; ++i) clients.push_back(std::make_unique<Client>(sockets_->port()));
  turn_until([&] {
    return counters_.get(Count::tcp_accepted) + counters_.get(Count::tcp_refused) == kMaxTcpStrangers + 3;
  });
  EXPECT_EQ(counters_.get(Count::tcp_refused), 3u);
  EXPECT_EQ(sockets_->size(), kMaxTcpStrangers);
}

TEST_F(TcpSocketsTest, out_of_descriptors_it_waits_instead_of_trying_all_the_time) {
  Client client(sockets_->port());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 3;
  setrlimit(RLIMIT_NOFILE, &none);
  sockets_->accept(now_, counters_);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(counters_.get(Count::tcp_refused), 1u);
  epoll_event ready{};
  EXPECT_EQ(epoll_wait(epoll_, &ready, 1, 0), 0);
  sockets_->sweep(now_, [](const ice::Tuple&) { return false; }, counters_);
  turn_until([&] { return sockets_->size() == 1; });
}

TEST_F(TcpSocketsTest, one_who_does_not_read_costs_a_bounded_queue_and_gets_what_was_kept_whole) {
  Client client(sockets_->port());
  client.write(ByteVector{1});
  turn_until([&] { return got_.size() == 1; });
  ByteVector datagram(1'200);
  std::size_t sent = 0;
  for (std::uint16_t n = 0; n < 20'000 && counters_.get(Count::tcp_dropped) < 100; ++n) {
    store_u16(datagram.data(), n);
    sent += send(datagram) ? 1 : 0;
  }
  EXPECT_GE(counters_.get(Count::tcp_dropped), 100u);
  int last = -1;
  for (std::size_t i = 0; i < sent; ++i) {
    turn(0);
    const ByteVector got = client.read();
    ASSERT_EQ(got.size(), datagram.size());
    const int number = load_u16(got.data());
    ASSERT_GT(number, last);
    last = number;
  }
}

TEST_F(TcpSocketsTest, what_goes_to_a_closed_connection_is_counted) {
  {
    Client client(sockets_->port());
    client.write(ByteVector{1});
    turn_until([&] { return got_.size() == 1; });
  }
  turn_until([&] { return sockets_->size() == 0; });
  EXPECT_FALSE(send(ByteVector{2}));
  EXPECT_EQ(counters_.get(Count::tcp_no_connection), 1u);
}

}  // namespace
}  // namespace plenary::io::tcp_sockets_test
