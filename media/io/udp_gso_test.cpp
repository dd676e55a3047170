// Kernels, devices and paths that refuse a run of datagrams as one message (UDP GSO).
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "media/io/clock.h"
#include "media/io/udp_socket.h"

namespace {

constexpr int kUdpSegment = 103;  // UDP_SEGMENT, which older headers do not have

// What the sendmmsg below answers to a message in segments, instead of sending it. Port 0: to all destinations.
struct Refusal {
  int error = 0;
  std::uint16_t port = 0;
  unsigned times = 0;  // how often it answered so
};
Refusal* refusal = nullptr;

bool is_refused(const msghdr& message) {
  if (message.msg_control == nullptr) return false;
  msghdr header = message;
  bool segments = false;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    segments |= control->cmsg_level == IPPROTO_UDP && control->cmsg_type == kUdpSegment;
  }
  // The port stands at the same place in the addresses of both versions.
  in_port_t port = 0;
  std::memcpy(&port, static_cast<const char*>(message.msg_name) + offsetof(sockaddr_in, sin_port), sizeof port);
  return segments && (refusal->port == 0 || ntohs(port) == refusal->port);
}

}  // namespace

// Takes the place of the C library's: no test can choose what its kernel refuses.
extern "C" int sendmmsg(int descriptor, mmsghdr* messages, unsigned count, int flags) {
  unsigned sendable = 0;
  while (sendable < count && (refusal == nullptr || !is_refused(messages[sendable].msg_hdr))) ++sendable;
  if (sendable == 0 && count > 0) {
    ++refusal->times;
    errno = refusal->error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_sendmmsg, descriptor, messages, sendable, flags));
}

namespace plenary::io::udp_gso_test {
namespace {

class UdpGso : public testing::Test {
 protected:
  void SetUp() override {
    for (auto* socket : {&sender, &near, &far}) {
      auto opened = UdpSocket::open(Address::v4(127, 0, 0, 1, 0));
      ASSERT_TRUE(opened.ok());
      *socket = std::move(*opened);
    }
    send_runs();
    if (counters.get(Count::gso_refused) > 0) GTEST_SKIP() << "no UDP GSO here";
    ASSERT_EQ(counters.get(Count::send_messages), 3u);
    counters = {};
  }
  void TearDown() override { refusal = nullptr; }

  void put(const UdpSocket& to, std::size_t length) {
    std::uint8_t* out = batch.next(
        {.local = Address::v4(127, 0, 0, 1, sender->port()), .remote = Address::v4(127, 0, 0, 1, to.port())});
    ASSERT_NE(out, nullptr);
    std::memset(out, ++fill, length);
    batch.commit(length);
  }

  // A run to `near`, one datagram to `far`, a run to `far`; all of them arrive.
  void send_runs() {
    batch.clear();
    const std::uint8_t first = fill;
    for (const std::size_t length : {1'000, 1'000, 1'000, 200}) put(*near, length);
    put(*far, 50);
    batch.end_run();
    for (const std::size_t length : {1'100, 1'100, 300}) put(*far, length);
    ASSERT_EQ(batch.runs().size(), 3u);
    sender->send(batch, counters);
    std::vector<ByteVector> expected;
    for (const std::size_t length : {1'000, 1'000, 1'000, 200, 50, 1'100, 1'100, 300}) {
      expected.emplace_back(length, static_cast<std::uint8_t>(first + 1 + expected.size()));
    }
    std::vector<ByteVector> got = received(*near, 4);
    for (ByteVector& datagram : received(*far, 4)) got.push_back(std::move(datagram));
    EXPECT_EQ(got, expected);
  }

  static std::vector<ByteVector> received(UdpSocket& socket, std::size_t count) {
    Counters unused;
    std::vector<ByteVector> all;
    while (all.size() < count) {
      pollfd wait{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, 10'000) <= 0) break;
      for (const UdpSocket::Datagram& datagram : socket.receive(read_monotonic(), realtime_offset(), unused)) {
        all.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
      }
    }
    return all;
  }

  Counters counters;
  std::unique_ptr<UdpSocket> sender, near, far;
  peer::SendBatch batch;
  std::uint8_t fill = 0;
};

TEST_F(UdpGso, is_known_before_anything_is_sent) { EXPECT_TRUE(sender->sends_runs()); }

// udp(7): without checksums the kernel makes no segments and says EINVAL.
TEST_F(UdpGso, runs_that_the_kernel_refuses_leave_one_by_one) {
  const auto set_no_checksums = [this](int on) {
    ASSERT_EQ(setsockopt(sender->descriptor(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  };
  set_no_checksums(1);
  send_runs();
  EXPECT_EQ(counters.get(Count::gso_refused), 2u);
  EXPECT_EQ(counters.get(Count::send_messages), 8u);
  EXPECT_EQ(counters.get(Count::datagrams_out), 8u);
  EXPECT_EQ(counters.get(Count::bytes_out), 5'750u);
  EXPECT_EQ(counters.get(Count::send_failed), 0u);
  set_no_checksums(0);
  send_runs();
  EXPECT_EQ(counters.get(Count::gso_refused), 2u);
  EXPECT_EQ(counters.get(Count::send_messages), 8u + 3u) << "a path may be better when it is tried again";
}

TEST_F(UdpGso, a_path_that_takes_no_runs_costs_the_others_nothing) {
  for (const int error : {EINVAL, EMSGSIZE}) {
    counters = {};
    Refusal near_only{.error = error, .port = near->port()};
    refusal = &near_only;
    for (unsigned sends = 1; sends <= 3; ++sends) {
      send_runs();
      EXPECT_EQ(counters.get(Count::gso_refused), sends);
      EXPECT_EQ(counters.get(Count::send_messages), 6 * sends) << "four alone, one, and a run";
      EXPECT_EQ(counters.get(Count::datagrams_out), 8 * sends);
    }
    EXPECT_EQ(counters.get(Count::send_failed), 0u);
    refusal = nullptr;
  }
}

TEST_F(UdpGso, a_device_that_cannot_segment_is_asked_once) {
  Refusal all{.error = EIO};
  refusal = &all;
  for (unsigned sends = 1; sends <= 3; ++sends) {
    send_runs();
    EXPECT_EQ(counters.get(Count::gso_refused), 1u);
    EXPECT_EQ(counters.get(Count::send_messages), 8 * sends);
    EXPECT_EQ(counters.get(Count::datagrams_out), 8 * sends);
  }
  EXPECT_EQ(all.times, 1u);
  EXPECT_EQ(counters.get(Count::send_failed), 0u);
}

}  // namespace
}  // namespace plenary::io::udp_gso_test
