// Media over TCP for networks that block UDP: passive ICE candidates (RFC 6544) and RFC 4571 framing. One listening
// socket of a shard and its connections; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "media/base/result.h"
#include "media/base/time.h"
#include "media/forward/counters.h"
#include "media/ice/ice_lite.h"
#include "media/io/tcp_framing.h"
#include "media/peer/send_batch.h"

namespace plenary::io {

constexpr std::size_t kMaxTcpConnections = 2'048;   // of a shard; descriptors and 300 KB each at worst
constexpr std::size_t kMaxTcpStrangers = 128;       // of them, not (yet) a peer's
constexpr Duration kTcpIntroduction = std::chrono::seconds(10);  // a connection that is no peer's by then is closed
constexpr int kTcpSendBuffer = 128 * 1024;          // the kernel's; a larger one would only hide that a line is slow
constexpr std::size_t kTcpReadsAtOnce = 16;         // of one connection, before others get their turn
constexpr std::size_t kTcpAcceptsAtOnce = 32;
constexpr Duration kTcpSweepInterval = std::chrono::seconds(1);

class TcpSockets {
 public:
  // Registers with `epoll`: the listening socket under `listen_tag`, connections under numbers from `first_tag` up.
  static Result<std::unique_ptr<TcpSockets>> listen(const Address& bind, int epoll, std::uint64_t listen_tag,
                                                    std::uint64_t first_tag);
  ~TcpSockets();
  TcpSockets(const TcpSockets&) = delete;
  TcpSockets& operator=(const TcpSockets&) = delete;

  void accept(Instant now, Counters& counters);
  // The tag is ready for reading, writing or both. Each whole datagram is given to `take`.
  void handle_ready(std::uint64_t tag, const std::function<void(MutableBytes, const ice::Tuple&)>& take,
                    Counters& counters);
  // The runs of the batch that go over TCP; those to a connection that is gone are counted and dropped.
  void send(const peer::SendBatch& batch, Counters& counters);
  // Each kTcpSweepInterval: strangers who have not become a peer's are closed.
  void sweep(Instant now, const std::function<bool(const ice::Tuple&)>& known, Counters& counters);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

 private:
  struct Connection {
    int descriptor = -1;
    ice::Tuple path;
    TcpInput input;
    TcpOutput output;
    bool wants_writable = false;
    std::optional<Instant> stranger_until;
  };
  using Connections = std::unordered_map<std::uint64_t, std::unique_ptr<Connection>>;
  TcpSockets(int descriptor, std::uint16_t port, int epoll, std::uint64_t listen_tag, std::uint64_t first_tag);
  void listen_again(bool on);
  // False: it has to be closed.
  bool read(Connection& connection, const std::function<void(MutableBytes, const ice::Tuple&)>& take,
            Counters& counters);
  bool flush(std::uint64_t tag, Connection& connection);
  void close(std::uint64_t tag, Counters& counters);

  int descriptor_;
  std::uint16_t port_;
  int epoll_;
  std::uint64_t listen_tag_;
  std::uint64_t next_tag_;
  bool listens_ = true;  // false: out of descriptors, until the next sweep
  Connections connections_;
  struct HashRemote {
    std::size_t operator()(const ice::Tuple& path) const { return std::hash<Address>()(path.remote); }
  };
  std::unordered_map<ice::Tuple, std::uint64_t, HashRemote> by_path_;
  std::size_t strangers_ = 0;
  Instant sweep_due_{};
};

}  // namespace plenary::io
