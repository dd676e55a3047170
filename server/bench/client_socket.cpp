#include "server/bench/client_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace plenary::bench {
namespace {

constexpr int kReceiveBuffer = 1024 * 1024;  // bytes; a key frame and some seconds of a stalled loop
constexpr std::size_t kMaxLot = 65'536;      // what GRO puts together
constexpr std::size_t kV4Offset = 12;        // of the IPv4 address in a v4-mapped one

socklen_t write_address(const Address& address, bool six, sockaddr_storage& out) {
  out = {};
  if (six) {
    auto& to = reinterpret_cast<sockaddr_in6&>(out);
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    std::memcpy(&to.sin6_addr, address.ip.data(), address.ip.size());
    return sizeof to;
  }
  auto& to = reinterpret_cast<sockaddr_in&>(out);
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  std::memcpy(&to.sin_addr, address.ip.data() + kV4Offset, 4);
  return sizeof to;
}

Address read_address(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(from);
    Address address;
    std::memcpy(address.ip.data(), &six.sin6_addr, address.ip.size());
    address.port = ntohs(six.sin6_port);
    return address;
  }
  const auto& four = reinterpret_cast<const sockaddr_in&>(from);
  std::array<std::uint8_t, 4> ip{};
  std::memcpy(ip.data(), &four.sin_addr, ip.size());
  return Address::v4(ip[0], ip[1], ip[2], ip[3], ntohs(four.sin_port));
}

std::size_t segment_size(msghdr& message, std::size_t whole) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(control), sizeof size);
    if (size > 0) return static_cast<std::size_t>(size);
  }
  return whole;
}

}  // namespace

std::optional<ClientSocket> ClientSocket::open() {
  bool six = true;
  int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int off = 0;
  if (descriptor >= 0 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) {
    close(descriptor);
    descriptor = -1;
  }
  if (descriptor < 0) {
    six = false;
    descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }
  if (descriptor < 0) return std::nullopt;
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  setsockopt(descriptor, SOL_UDP, UDP_GRO, &on, sizeof on);  // where the kernel has it
  return ClientSocket(descriptor, six);
}

ClientSocket::~ClientSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}
ClientSocket::ClientSocket(ClientSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), six_(other.six_) {}

void ClientSocket::send(const Address& to, Bytes bytes) const {
  sockaddr_storage address;
  const socklen_t length = write_address(to, six_, address);
  (void)sendto(descriptor_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address), length);
}

void ClientSocket::receive(const std::function<void(Bytes bytes, const Address& from)>& take) const {
  static thread_local std::array<std::uint8_t, kMaxLot> buffer;
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
    sockaddr_storage from{};
    alignas(cmsghdr) std::array<char, 256> control{};
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t length = recvmsg(descriptor_, &message, 0);
    if (length <= 0) return;
    const Address address = read_address(from);
    Bytes rest = Bytes(buffer).first(static_cast<std::size_t>(length));
    const std::size_t size = segment_size(message, rest.size());
    while (!rest.empty()) {
      const std::size_t one = std::min(size, rest.size());
      take(rest.first(one), address);
      rest = rest.subspan(one);
    }
  }
}

}  // namespace plenary::bench
