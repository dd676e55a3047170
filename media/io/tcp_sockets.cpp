#include "media/io/tcp_sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "media/io/socket_address.h"

namespace plenary::io {
namespace {

constexpr int kBacklog = 256;

Error last_error(const std::string& what) { return {"tcp", what + ": " + std::strerror(errno)}; }

}  // namespace

TcpSockets::TcpSockets(int descriptor, std::uint16_t port, int epoll, std::uint64_t listen_tag, std::uint64_t first_tag)
    : descriptor_(descriptor), port_(port), epoll_(epoll), listen_tag_(listen_tag), next_tag_(first_tag) {}

TcpSockets::~TcpSockets() {
  for (const auto& [tag, connection] : connections_) ::close(connection->descriptor);
  ::close(descriptor_);
}

Result<std::unique_ptr<TcpSockets>> TcpSockets::listen(const Address& bind, int epoll, std::uint64_t listen_tag,
                                                       std::uint64_t first_tag) {
  const OpenedSocket opened = open_dual_socket(bind, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (opened.descriptor < 0) return last_error("No TCP socket for media");
  const int on = 1;
  setsockopt(opened.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int port = bind_socket(opened, bind);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = listen_tag}};
  if (port < 0 || ::listen(opened.descriptor, kBacklog) != 0 ||
      epoll_ctl(epoll, EPOLL_CTL_ADD, opened.descriptor, &event) != 0) {
    Error error = last_error("Media cannot use TCP address " + bind.text());
    ::close(opened.descriptor);
    return error;
  }
  return std::unique_ptr<TcpSockets>(
      new TcpSockets(opened.descriptor, static_cast<std::uint16_t>(port), epoll, listen_tag, first_tag));
}

void TcpSockets::accept(Instant now, Counters& counters) {
  for (std::size_t i = 0; i < kTcpAcceptsAtOnce; ++i) {
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    const int descriptor =
        ::accept4(descriptor_, reinterpret_cast<sockaddr*>(&name), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      // Who waits would stay there and wake this thread again and again.
      if (errno == EMFILE || errno == ENFILE) {
        counters.add(Count::tcp_refused);
        listen_again(false);
      }
      return;
    }
    if (connections_.size() >= kMaxTcpConnections || strangers_ >= kMaxTcpStrangers) {
      counters.add(Count::tcp_refused);
      ::close(descriptor);
      continue;
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kTcpSendBuffer, sizeof kTcpSendBuffer);
    auto connection = std::make_unique<Connection>();
    connection->descriptor = descriptor;
    connection->stranger_until = now + kTcpIntroduction;
    connection->path.protocol = ice::Protocol::tcp;
    connection->path.remote = read_address(name);
    length = sizeof name;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length);
    connection->path.local = read_address(name);
    const std::uint64_t tag = next_tag_++;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
      counters.add(Count::tcp_refused);
      ::close(descriptor);
      continue;
    }
    counters.add(Count::tcp_accepted);
    ++strangers_;
    by_path_[connection->path] = tag;
    connections_[tag] = std::move(connection);
  }
}

void TcpSockets::listen_again(bool on) {
  epoll_event event{.events = on ? EPOLLIN : 0u, .data = {.u64 = listen_tag_}};
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor_, &event) == 0) listens_ = on;
}

void TcpSockets::handle_ready(std::uint64_t tag, const std::function<void(MutableBytes, const ice::Tuple&)>& take,
                              Counters& counters) {
  const auto found = connections_.find(tag);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  if (!read(connection, take, counters) || !flush(tag, connection)) close(tag, counters);
}

bool TcpSockets::read(Connection& connection, const std::function<void(MutableBytes, const ice::Tuple&)>& take,
                      Counters& counters) {
  for (std::size_t i = 0; i < kTcpReadsAtOnce; ++i) {
    const MutableBytes room = connection.input.room();
    const ssize_t size = ::recv(connection.descriptor, room.data(), room.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (size <= 0) return false;
    connection.input.handle_read(static_cast<std::size_t>(size));
    while (const std::optional<MutableBytes> datagram = connection.input.next()) take(*datagram, connection.path);
    if (connection.input.broken()) {
      counters.add(Count::tcp_not_framed);
      return false;
    }
  }
  return true;
}

bool TcpSockets::flush(std::uint64_t tag, Connection& connection) {
  while (!connection.output.pending().empty()) {
    const Bytes pending = connection.output.pending();
    const ssize_t size = ::send(connection.descriptor, pending.data(), pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (size < 0) break;
    connection.output.handle_sent(static_cast<std::size_t>(size));
  }
  const bool wants = !connection.output.pending().empty();
  if (wants == connection.wants_writable) return true;
  connection.wants_writable = wants;
  epoll_event event{.events = EPOLLIN | (wants ? EPOLLOUT : 0u), .data = {.u64 = tag}};
  return epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor, &event) == 0;
}

void TcpSockets::send(const peer::SendBatch& batch, Counters& counters) {
  for (const peer::Run& run : batch.runs()) {
    if (run.path.protocol != ice::Protocol::tcp) continue;
    const auto tag = by_path_.find(run.path);
    if (tag == by_path_.end()) {
      counters.add(Count::tcp_no_connection, run.datagrams);
      continue;
    }
    Connection& connection = *connections_.at(tag->second);
    Bytes rest = batch.bytes(run);
    while (!rest.empty()) {
      const std::size_t size = std::min<std::size_t>(run.segment, rest.size());
      const bool kept = connection.output.push(rest.first(size));
      counters.add(kept ? Count::tcp_datagrams_out : Count::tcp_dropped);
      rest = rest.subspan(size);
    }
    if (!flush(tag->second, connection)) close(tag->second, counters);
  }
}

void TcpSockets::sweep(Instant now, const std::function<bool(const ice::Tuple&)>& known, Counters& counters) {
  if (now < sweep_due_) return;
  sweep_due_ = now + kTcpSweepInterval;
  if (!listens_) listen_again(true);
  std::vector<std::uint64_t> idle;
  for (const auto& [tag, connection] : connections_) {
    const bool stranger = !known(connection->path);
    if (stranger != connection->stranger_until.has_value()) {
      if (stranger) {
        connection->stranger_until = now + kTcpIntroduction;
        ++strangers_;
      } else {
        connection->stranger_until.reset();
        --strangers_;
      }
    }
    if (connection->stranger_until && now >= *connection->stranger_until) idle.push_back(tag);
  }
  for (const std::uint64_t tag : idle) {
    counters.add(Count::tcp_strangers_closed);
    close(tag, counters);
  }
}

void TcpSockets::close(std::uint64_t tag, Counters& counters) {
  const auto found = connections_.find(tag);
  if (found == connections_.end()) return;
  if (found->second->stranger_until) --strangers_;
  const auto path = by_path_.find(found->second->path);
  if (path != by_path_.end() && path->second == tag) by_path_.erase(path);
  ::close(found->second->descriptor);
  connections_.erase(found);
  counters.add(Count::tcp_closed);
}

}  // namespace plenary::io
