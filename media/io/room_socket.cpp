#include "media/io/room_socket.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace plenary::io {

Result<std::array<int, 2>> make_room_socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return Error{"room_socket", std::string("The frame sockets could not be made: ") + std::strerror(errno)};
  }
  for (const int end : ends) {
    for (const int option : {SO_SNDBUF, SO_RCVBUF}) {
      setsockopt(end, SOL_SOCKET, option, &kRoomSocketBuffer, sizeof kRoomSocketBuffer);
    }
  }
  return ends;
}

}  // namespace plenary::io
