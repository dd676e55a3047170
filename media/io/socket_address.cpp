#include "media/io/socket_address.h"

#include <netinet/in.h>

#include <cerrno>
#include <cstring>

namespace plenary::io {

void write_address(const Address& address, bool six, sockaddr_storage& out, socklen_t& length) {
  if (six) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    std::memcpy(&to.sin6_addr, address.ip.data(), 16);
    std::memcpy(&out, &to, sizeof to);
    length = sizeof to;
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    std::memcpy(&to.sin_addr, address.ip.data() + 12, 4);
    std::memcpy(&out, &to, sizeof to);
    length = sizeof to;
  }
}

Address read_address(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &from, sizeof six);
    Address address{.port = ntohs(six.sin6_port)};
    std::memcpy(address.ip.data(), &six.sin6_addr, 16);
    return address;
  }
  sockaddr_in four{};
  std::memcpy(&four, &from, sizeof four);
  std::array<std::uint8_t, 4> ip{};
  std::memcpy(ip.data(), &four.sin_addr, 4);
  return Address::v4(ip[0], ip[1], ip[2], ip[3], ntohs(four.sin_port));
}

OpenedSocket open_dual_socket(const Address& bind, int type) {
  OpenedSocket opened{.descriptor = ::socket(AF_INET6, type, 0), .six = true};
  if (opened.descriptor < 0 && errno == EAFNOSUPPORT && (bind.is_v4() || bind.is_unspecified())) {
    return {.descriptor = ::socket(AF_INET, type, 0), .six = false};
  }
  const int off = 0;
  if (opened.descriptor >= 0) setsockopt(opened.descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  return opened;
}

int bind_socket(const OpenedSocket& socket, const Address& bind) {
  sockaddr_storage name{};
  socklen_t length = 0;
  write_address(bind, socket.six, name, length);
  if (::bind(socket.descriptor, reinterpret_cast<sockaddr*>(&name), length) != 0) return -1;
  length = sizeof name;
  if (getsockname(socket.descriptor, reinterpret_cast<sockaddr*>(&name), &length) != 0) return -1;
  return read_address(name).port;
}

}  // namespace plenary::io
