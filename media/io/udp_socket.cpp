#include "media/io/udp_socket.h"

#include <linux/udp.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>

#include "media/io/clock.h"
#include "media/io/datagram_row.h"
#include "media/io/socket_address.h"

namespace plenary::io {
namespace {

#ifndef UDP_SEGMENT
constexpr int UDP_SEGMENT = 103;
#endif
#ifndef UDP_GRO
constexpr int UDP_GRO = 104;
#endif
constexpr std::size_t kControlSize = 160;  // packet info, segment size, time stamp, overruns
// Between two buffers for rows: at a round distance their first bytes, often all they hold, would share a few places of
// the caches.
constexpr std::size_t kRowStride = kReceiveRow + 192;

template <class T>
void append_control(msghdr& header, int level, int type, const T& value) {
  cmsghdr* control = reinterpret_cast<cmsghdr*>(static_cast<char*>(header.msg_control) + header.msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

// Our own address, so that the answer leaves from where the question went.
void append_source(msghdr& header, const Address& local, bool six) {
  if (local.is_unspecified()) return;
  if (six) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, local.ip.data(), 16);
    append_control(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.ip.data() + 12, 4);
    append_control(header, IPPROTO_IP, IP_PKTINFO, info);
  }
}

struct Control {
  std::size_t segment = 0;  // of each datagram in a row; 0: it is none
  std::optional<std::uint32_t>
      overruns;  // messages of this socket that the kernel had no room for, until this one came
};
Control read_control(msghdr& header, std::uint16_t port, Duration realtime_offset, UdpSocket::Datagram& datagram) {
  Control found;
  datagram.path.local.port = port;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      std::memcpy(datagram.path.local.ip.data(), &info.ipi6_addr, 16);
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      std::array<std::uint8_t, 4> ip{};
      std::memcpy(ip.data(), &info.ipi_addr, 4);
      datagram.path.local = Address::v4(ip[0], ip[1], ip[2], ip[3], port);
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPNS) {
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
      datagram.received = stamped_at(stamp, datagram.received, realtime_offset);
    } else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(control), sizeof size);
      found.segment = static_cast<std::size_t>(std::max(size, 0));
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      std::memcpy(&found.overruns.emplace(), CMSG_DATA(control), sizeof(std::uint32_t));
    }
  }
  return found;
}

Error last_error(const std::string& what) { return {"udp", what + ": " + std::strerror(errno)}; }

}  // namespace

struct UdpSocket::Buffers {
  explicit Buffers(bool rows)
      : size(rows ? kReceiveRow : kReceiveBuffer),
        stride(rows ? kRowStride : kReceiveBuffer),
        bytes(std::make_unique_for_overwrite<std::uint8_t[]>(stride * kReceiveAtOnce)) {
    datagrams.reserve(kReceiveAtOnce * kMaxRowDatagrams);
  }
  [[nodiscard]] std::uint8_t* message(std::size_t i) const { return bytes.get() + i * stride; }

  const std::size_t size;
  const std::size_t stride;
  const std::unique_ptr<std::uint8_t[]> bytes;
  std::array<mmsghdr, kReceiveAtOnce> in;
  std::array<iovec, kReceiveAtOnce> in_parts;
  std::array<sockaddr_storage, kReceiveAtOnce> in_names;
  alignas(cmsghdr) std::array<std::array<char, kControlSize>, kReceiveAtOnce> in_controls;
  std::vector<Datagram> datagrams;
  std::array<mmsghdr, peer::kMaxRuns> out;
  std::array<iovec, peer::kMaxRuns> out_parts;
  std::array<sockaddr_storage, peer::kMaxRuns> out_names;
  alignas(cmsghdr) std::array<std::array<char, kControlSize>, peer::kMaxRuns> out_controls;
};

UdpSocket::UdpSocket(int descriptor, bool six, std::uint16_t port, bool rows, bool runs)
    : descriptor_(descriptor),
      six_(six),
      port_(port),
      rows_(rows),
      runs_(runs),
      gso_(runs),
      buffers_(std::make_unique<Buffers>(rows)) {}

UdpSocket::~UdpSocket() { ::close(descriptor_); }

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(const Address& bind, Receive receive) {
  const OpenedSocket opened = open_dual_socket(bind, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (opened.descriptor < 0) return last_error("No UDP socket for media");
  const auto [descriptor, six] = opened;
  const int on = 1;
  if (six) {
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  } else {
    setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  }
  setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kUdpReceiveBuffer, sizeof kUdpReceiveBuffer);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kUdpSendBuffer, sizeof kUdpSendBuffer);

  const bool rows = receive == Receive::rows && setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0;
  int segment = 0;
  socklen_t size = sizeof segment;
  const bool runs = getsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &segment, &size) == 0;

  const int port = bind_socket(opened, bind);
  if (port < 0) {
    Error error = last_error("Media cannot use UDP address " + bind.text());
    ::close(descriptor);
    return error;
  }
  return std::unique_ptr<UdpSocket>(new UdpSocket(descriptor, six, static_cast<std::uint16_t>(port), rows, runs));
}

std::span<const UdpSocket::Datagram> UdpSocket::receive(Instant now, Duration realtime_offset, Counters& counters) {
  Buffers& b = *buffers_;
  for (std::size_t i = 0; i < kReceiveAtOnce; ++i) {
    b.in_parts[i] = {.iov_base = b.message(i), .iov_len = b.size};
    b.in[i] = {};
    b.in[i].msg_hdr.msg_name = &b.in_names[i];
    b.in[i].msg_hdr.msg_namelen = sizeof b.in_names[i];
    b.in[i].msg_hdr.msg_iov = &b.in_parts[i];
    b.in[i].msg_hdr.msg_iovlen = 1;
    b.in[i].msg_hdr.msg_control = b.in_controls[i].data();
    b.in[i].msg_hdr.msg_controllen = kControlSize;
  }
  const int count = recvmmsg(descriptor_, b.in.data(), kReceiveAtOnce, MSG_DONTWAIT, nullptr);
  b.datagrams.clear();
  for (int i = 0; i < count; ++i) add_datagrams(static_cast<std::size_t>(i), now, realtime_offset, counters);
  return b.datagrams;
}

void UdpSocket::add_datagrams(std::size_t message, Instant now, Duration realtime_offset, Counters& counters) {
  Buffers& b = *buffers_;
  msghdr& header = b.in[message].msg_hdr;
  counters.add(Count::receive_messages);
  Datagram datagram{.path = {.remote = read_address(b.in_names[message])}, .received = now};
  const Control control = read_control(header, port_, realtime_offset, datagram);
  if (control.overruns) count_overruns(*control.overruns, counters);
  if ((header.msg_flags & MSG_TRUNC) != 0) {
    counters.add(Count::datagrams_truncated);
    return;
  }
  DatagramRow row({b.message(message), b.in[message].msg_len}, control.segment);
  while (const std::optional<MutableBytes> bytes = row.next()) {
    // Longer than any path carries, whether it came alone or in a row.
    if (bytes->size() > kReceiveBuffer) {
      counters.add(Count::datagrams_truncated);
      continue;
    }
    datagram.bytes = *bytes;
    b.datagrams.push_back(datagram);
  }
  if (row.is_cut()) counters.add(Count::datagrams_truncated);
}

// The kernel's count comes with what it had room for again, and wraps. Two senders' datagrams may tell it out of order.
void UdpSocket::count_overruns(std::uint32_t all, Counters& counters) {
  const std::uint32_t more = all - overruns_;
  if (more == 0 || more > INT32_MAX) return;
  counters.add(Count::receive_overruns, more);
  overruns_ = all;
}

void UdpSocket::prepare(const peer::SendBatch& batch, const peer::Run& run, std::size_t n, bool gso) {
  Buffers& b = *buffers_;
  b.out_parts[n] = {.iov_base = batch.data(run), .iov_len = run.length};
  msghdr& header = b.out[n].msg_hdr;
  header = {};
  header.msg_name = &b.out_names[n];
  write_address(run.path.remote, six_, b.out_names[n], header.msg_namelen);
  header.msg_iov = &b.out_parts[n];
  header.msg_iovlen = 1;
  header.msg_control = b.out_controls[n].data();
  append_source(header, run.path.local, six_);
  if (gso && run.datagrams > 1) append_control(header, IPPROTO_UDP, UDP_SEGMENT, run.segment);
  if (header.msg_controllen == 0) header.msg_control = nullptr;
}

std::size_t UdpSocket::send_messages(std::size_t from, std::size_t count, int& error) {
  error = 0;
  std::size_t sent = 0;
  while (sent < count) {
    const int n = sendmmsg(descriptor_, buffers_->out.data() + from + sent, static_cast<unsigned>(count - sent), 0);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) {
      pollfd wait{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      if (::poll(&wait, 1, static_cast<int>(to_milliseconds(kSendPatience))) > 0) continue;
      errno = EAGAIN;
    }
    error = errno;
    break;
  }
  return sent;
}

void UdpSocket::send_singly(const peer::SendBatch& batch, const peer::Run& run, Counters& counters) {
  peer::Run one = run;
  for (std::size_t left = run.length; left > 0; left -= one.length) {
    one.offset = run.offset + static_cast<std::uint32_t>(run.length - left);
    one.length = static_cast<std::uint32_t>(std::min<std::size_t>(run.segment, left));
    one.datagrams = 1;
    prepare(batch, one, 0, false);
    int error = 0;
    counters.add(Count::send_calls);
    if (send_messages(0, 1, error) == 1) {
      counters.add(Count::send_messages);
      counters.add(Count::datagrams_out);
      counters.add(Count::bytes_out, one.length);
    } else {
      counters.add(error == EAGAIN ? Count::send_would_block : Count::send_failed);
    }
  }
}

void UdpSocket::send(const peer::SendBatch& batch, Counters& counters) {
  const std::vector<peer::Run>& runs = batch.runs();
  if (!gso_) {
    for (const peer::Run& run : runs) send_singly(batch, run, counters);
    return;
  }
  for (std::size_t i = 0; i < runs.size(); ++i) prepare(batch, runs[i], i, true);
  std::size_t done = 0;
  while (done < runs.size()) {
    int error = 0;
    counters.add(Count::send_calls);
    const std::size_t sent = send_messages(done, runs.size() - done, error);
    for (std::size_t i = done; i < done + sent; ++i) {
      counters.add(Count::send_messages);
      counters.add(Count::datagrams_out, runs[i].datagrams);
      counters.add(Count::bytes_out, runs[i].length);
    }
    done += sent;
    if (done == runs.size()) return;
    if (error == EAGAIN) {
      for (; done < runs.size(); ++done) counters.add(Count::send_would_block, runs[done].datagrams);
      return;
    }
    // This one did not leave. EIO: the device cannot segment, so nothing that is a run will. The others may come of
    // this path alone (its port, its route, its packet size), and it alone is sent one by one.
    if ((error == EIO || error == EINVAL || error == EMSGSIZE) && runs[done].datagrams > 1) {
      counters.add(Count::gso_refused);
      if (error != EIO) {
        send_singly(batch, runs[done++], counters);  // uses the first place, which is done with
        continue;
      }
      gso_ = false;
      for (; done < runs.size(); ++done) send_singly(batch, runs[done], counters);
      return;
    }
    counters.add(Count::send_failed, runs[done].datagrams);
    ++done;
  }
}

}  // namespace plenary::io
