// The one UDP socket of a shard, both IP versions: datagrams in with the address they were sent to and the kernel's
// time, rows of them as one message (UDP GRO); batches out with one message a run (UDP GSO) and many messages a call.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/result.h"
#include "media/base/time.h"
#include "media/forward/counters.h"
#include "media/ice/ice_lite.h"
#include "media/peer/send_batch.h"

namespace plenary::io {

constexpr std::size_t kReceiveAtOnce = 64;                        // messages in a recvmmsg
constexpr std::size_t kReceiveBuffer = 2'048;                     // bytes of a datagram; more than any path carries
constexpr std::size_t kReceiveRow = 64 * 1024;                    // of a row; more than one can have
constexpr int kUdpReceiveBuffer = 4 * 1024 * 1024;                // half a second of 2,000 viewers' feedback
constexpr int kUdpSendBuffer = 4 * 1024 * 1024;                   // one key frame to 50 viewers at once
constexpr Duration kSendPatience = std::chrono::milliseconds(2);  // with a full send buffer; then the batch is dropped

class UdpSocket {
 public:
  // How datagrams come out of the kernel: `rows` of them at once where it can (Linux 5.0), else one by one.
  enum class Receive : std::uint8_t { rows, singly };
  static Result<std::unique_ptr<UdpSocket>> open(const Address& bind, Receive receive = Receive::rows);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  struct Datagram {
    MutableBytes bytes;
    ice::Tuple path;
    Instant received{};
  };
  // What has come, at most kReceiveAtOnce messages; valid until the next call. Never waits. Datagrams of a row have one
  // time, that of the first.
  std::span<const Datagram> receive(Instant now, Duration realtime_offset, Counters& counters);
  void send(const peer::SendBatch& batch, Counters& counters);

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool receives_rows() const { return rows_; }
  // Whether the kernel knows of runs; a device or a path may refuse them all the same.
  [[nodiscard]] bool sends_runs() const { return runs_; }

 private:
  UdpSocket(int descriptor, bool six, std::uint16_t port, bool rows, bool runs);
  void add_datagrams(std::size_t message, Instant now, Duration realtime_offset, Counters& counters);
  void count_overruns(std::uint32_t all, Counters& counters);
  // Messages [from, …) of the batch; how many left. Sets `error` of the one that did not.
  std::size_t send_messages(std::size_t from, std::size_t count, int& error);
  void prepare(const peer::SendBatch& batch, const peer::Run& run, std::size_t n, bool gso);
  void send_singly(const peer::SendBatch& batch, const peer::Run& run, Counters& counters);

  struct Buffers;
  int descriptor_;
  bool six_;  // an AF_INET6 socket that serves both; else AF_INET only
  std::uint16_t port_;
  const bool rows_;
  const bool runs_;  // read by other threads, too
  bool gso_;
  std::uint32_t overruns_ = 0;  // the kernel's count, as it told it last
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace plenary::io
