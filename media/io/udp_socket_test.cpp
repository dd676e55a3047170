#include "media/io/udp_socket.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstring>

#include "media/io/clock.h"

namespace plenary::io::udp_socket_test {
namespace {

std::unique_ptr<UdpSocket> open_socket(const Address& address, UdpSocket::Receive receive = UdpSocket::Receive::rows) {
  auto socket = UdpSocket::open(address, receive);
  EXPECT_TRUE(socket.ok());
  return socket.ok() ? std::move(*socket) : nullptr;
}

// Waits until `count` datagrams have come.
std::vector<std::pair<ByteVector, ice::Tuple>> receive(UdpSocket& socket, std::size_t count, Counters& counters) {
  std::vector<std::pair<ByteVector, ice::Tuple>> all;
  while (all.size() < count) {
    pollfd wait{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 10'000) <= 0) break;
    for (const UdpSocket::Datagram& datagram : socket.receive(read_monotonic(), realtime_offset(), counters)) {
      all.emplace_back(ByteVector(datagram.bytes.begin(), datagram.bytes.end()), datagram.path);
    }
  }
  return all;
}

void put(peer::SendBatch& batch, const ice::Tuple& path, std::size_t length, std::uint8_t fill) {
  std::uint8_t* out = batch.next(path);
  ASSERT_NE(out, nullptr);
  std::memset(out, fill, length);
  batch.commit(length);
}

TEST(udp_socket, a_run_arrives_as_its_datagrams) {
  Counters counters;
  const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
  const auto two = open_socket(Address::v4(127, 0, 0, 1, 0));
  const ice::Tuple path{.local = Address::v4(127, 0, 0, 1, one->port()),
                        .remote = Address::v4(127, 0, 0, 1, two->port())};
  peer::SendBatch batch;
  for (std::uint8_t i = 0; i < 8; ++i) put(batch, path, 1'200, i);
  put(batch, path, 300, 8);
  one->send(batch, counters);
  const auto got = receive(*two, 9, counters);
  ASSERT_EQ(got.size(), 9u);
  for (std::uint8_t i = 0; i < 9; ++i) {
    EXPECT_EQ(got[i].first, ByteVector(i < 8 ? 1'200 : 300, i));
    EXPECT_EQ(got[i].second.remote, path.local);
    EXPECT_EQ(got[i].second.local, path.remote);
  }
  EXPECT_EQ(counters.get(Count::datagrams_out), 9u);
  if (counters.get(Count::gso_refused) == 0) {
    EXPECT_EQ(counters.get(Count::send_messages), 1u);
  }
}

TEST(udp_socket, a_row_comes_in_as_one_message_where_the_kernel_can) {
  for (const UdpSocket::Receive receive_as : {UdpSocket::Receive::rows, UdpSocket::Receive::singly}) {
    Counters counters;
    Counters received;
    const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
    const auto other = open_socket(Address::v4(127, 0, 0, 1, 0));
    const auto two = open_socket(Address::v4(127, 0, 0, 1, 0), receive_as);
    const bool rows = two->receives_rows();
    EXPECT_TRUE(receive_as == UdpSocket::Receive::rows || !rows);
    const Address to = Address::v4(127, 0, 0, 1, two->port());
    std::uint8_t fill = 0;
    for (UdpSocket* sender : {one.get(), other.get()}) {
      const ice::Tuple path{.local = Address::v4(127, 0, 0, 1, sender->port()), .remote = to};
      peer::SendBatch batch;
      for (int i = 0; i < 50; ++i) put(batch, path, 1'100, fill++);
      put(batch, path, 40, fill++);
      sender->send(batch, counters);
    }
    if (counters.get(Count::gso_refused) > 0) GTEST_SKIP() << "no UDP GSO here";
    const auto got = receive(*two, 102, received);
    ASSERT_EQ(got.size(), 102u);
    for (std::uint8_t i = 0; i < 102; ++i) {
      EXPECT_EQ(got[i].first, ByteVector(i % 51 < 50 ? 1'100 : 40, i));
      EXPECT_EQ(got[i].second.remote.port, i < 51 ? one->port() : other->port());
    }
    EXPECT_EQ(received.get(Count::receive_messages), rows ? 2u : 102u);
    EXPECT_EQ(received.get(Count::datagrams_truncated), 0u);
  }
}

TEST(udp_socket, a_datagram_longer_than_any_path_carries_is_counted_alone_and_in_a_row) {
  for (const UdpSocket::Receive receive_as : {UdpSocket::Receive::rows, UdpSocket::Receive::singly}) {
    Counters counters;
    const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
    const auto two = open_socket(Address::v4(127, 0, 0, 1, 0), receive_as);
    const ice::Tuple path{.local = Address::v4(127, 0, 0, 1, one->port()),
                          .remote = Address::v4(127, 0, 0, 1, two->port())};
    peer::SendBatch batch;
    put(batch, path, kReceiveBuffer + 1, 1);
    batch.end_run();
    for (std::uint8_t i = 0; i < 3; ++i) put(batch, path, kReceiveBuffer + 1, 2);
    batch.end_run();
    put(batch, path, kReceiveBuffer, 3);
    one->send(batch, counters);
    const auto got = receive(*two, 1, counters);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].first, ByteVector(kReceiveBuffer, 3));
    EXPECT_EQ(counters.get(Count::datagrams_truncated), 4u);
  }
}

TEST(udp_socket, what_the_kernel_had_no_room_for_is_counted_when_it_has_again) {
  for (const UdpSocket::Receive receive_as : {UdpSocket::Receive::rows, UdpSocket::Receive::singly}) {
    Counters counters;
    const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
    const auto two = open_socket(Address::v4(127, 0, 0, 1, 0), receive_as);
    const int few = 16 * 1'024;  // bytes, some ten datagrams with what the kernel keeps of each
    ASSERT_EQ(setsockopt(two->descriptor(), SOL_SOCKET, SO_RCVBUF, &few, sizeof few), 0);
    const ice::Tuple path{.local = Address::v4(127, 0, 0, 1, one->port()),
                          .remote = Address::v4(127, 0, 0, 1, two->port())};
    const auto send = [&](std::size_t count) {
      peer::SendBatch batch;
      for (std::size_t i = 0; i < count; ++i) {
        put(batch, path, 1'000, static_cast<std::uint8_t>(i));
        batch.end_run();
      }
      one->send(batch, counters);
    };
    std::size_t arrived = 0;
    for (std::size_t sent = 60; sent <= 120; sent += 60) {
      send(60);
      const std::size_t kept = two->receive(read_monotonic(), realtime_offset(), counters).size();
      ASSERT_GT(kept, 0u);
      ASSERT_LT(kept, 60u);
      arrived += kept;
      send(1);
      arrived += receive(*two, 1, counters).size();
      EXPECT_EQ(counters.get(Count::receive_overruns) + arrived, sent + sent / 60);
    }
    EXPECT_EQ(counters.get(Count::send_failed), 0u);
  }
}

TEST(udp_socket, an_answer_leaves_from_the_address_that_was_asked) {
  Counters counters;
  const auto server = open_socket(Address::v4(0, 0, 0, 0, 0));  // all addresses
  const auto client = open_socket(Address::v4(127, 0, 0, 1, 0));
  const Address asked = Address::v4(127, 0, 0, 7, server->port());
  peer::SendBatch batch;
  put(batch, {.local = Address::v4(127, 0, 0, 1, client->port()), .remote = asked}, 20, 1);
  client->send(batch, counters);
  const auto question = receive(*server, 1, counters);
  ASSERT_EQ(question.size(), 1u);
  EXPECT_EQ(question[0].second.local, asked);
  batch.clear();
  put(batch, question[0].second, 20, 2);
  server->send(batch, counters);
  const auto answer = receive(*client, 1, counters);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].second.remote, asked);
}

TEST(udp_socket, both_ip_versions_share_the_socket) {
  Counters counters;
  auto opened = UdpSocket::open(Address{});  // [::]
  if (!opened.ok()) GTEST_SKIP() << "no IPv6 here";
  Address loopback6{};
  loopback6.ip[15] = 1;
  auto client6 = UdpSocket::open(loopback6);
  if (!client6.ok()) GTEST_SKIP() << "no IPv6 loopback here";
  const auto client4 = open_socket(Address::v4(127, 0, 0, 1, 0));
  for (UdpSocket* client : {client6->get(), client4.get()}) {
    const bool four = client == client4.get();
    Address from = four ? Address::v4(127, 0, 0, 1, client->port()) : loopback6;
    Address to = four ? Address::v4(127, 0, 0, 1, (*opened)->port()) : loopback6;
    from.port = client->port();
    to.port = (*opened)->port();
    peer::SendBatch batch;
    put(batch, {.local = from, .remote = to}, 20, 1);
    client->send(batch, counters);
    const auto got = receive(**opened, 1, counters);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].second.remote, from);
    EXPECT_EQ(got[0].second.local, to);
  }
}

TEST(udp_socket, a_destination_that_cannot_be_reached_costs_only_its_own_messages) {
  Counters counters;
  const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
  const auto two = open_socket(Address::v4(127, 0, 0, 1, 0));
  const Address local = Address::v4(127, 0, 0, 1, one->port());
  peer::SendBatch batch;
  put(batch, {.local = local, .remote = Address::v4(203, 0, 113, 1, 9)}, 100, 1);  // not from a loopback address
  put(batch, {.local = local, .remote = Address::v4(127, 0, 0, 1, two->port())}, 100, 2);
  one->send(batch, counters);
  EXPECT_EQ(receive(*two, 1, counters).size(), 1u);
}

TEST(udp_socket, an_address_in_use_is_refused_with_words) {
  const auto one = open_socket(Address::v4(127, 0, 0, 1, 0));
  const auto again = UdpSocket::open(Address::v4(127, 0, 0, 1, one->port()));
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find(std::to_string(one->port())), std::string::npos);
}

}  // namespace
}  // namespace plenary::io::udp_socket_test
