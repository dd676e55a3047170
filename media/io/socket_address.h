// Addresses as the kernel's calls want them.
#pragma once

#include <sys/socket.h>

#include "media/base/address.h"

namespace plenary::io {

// For a socket of AF_INET6 (`six`; IPv4 then goes v4-mapped) or AF_INET.
void write_address(const Address& address, bool six, sockaddr_storage& out, socklen_t& length);
Address read_address(const sockaddr_storage& from);

// A socket of this type that serves both IP versions; where the host has no IPv6, one of IPv4 alone. -1 and errno when
// there is none.
struct OpenedSocket {
  int descriptor = -1;
  bool six = true;
};
OpenedSocket open_dual_socket(const Address& bind, int type);
// Binds; the port that it has now, or -1 and errno.
int bind_socket(const OpenedSocket& socket, const Address& bind);

}  // namespace plenary::io
