// Datagrams over a byte stream (RFC 4571): two bytes of length, then the datagram. Pure; the sockets are in
// tcp_sockets.h.
#pragma once

#include <cstddef>
#include <optional>

#include "media/base/bytes.h"

namespace plenary::io {

// Nobody who talks to us sends longer ones over UDP either; a length above it is no framing at all.
constexpr std::size_t kMaxFramed = 2'048;
// What waits for a line that is too slow: about a second of 2 Mbit/s; more would only be played late.
constexpr std::size_t kMaxTcpQueued = 256 * 1024;
// Sound, feedback and checks are small and go on longer than pictures do.
constexpr std::size_t kSmallDatagram = 300;
constexpr std::size_t kTcpReserve = 32 * 1024;
// Once full, pictures wait until it is drained to this: a run of them is lost and a key frame follows, instead of holes
// in each.
constexpr std::size_t kTcpRelieved = kMaxTcpQueued / 8;

class TcpInput {
 public:
  // Where the next bytes may be read to; never empty.
  MutableBytes room();
  void handle_read(std::size_t size) { end_ += size; }
  // Datagrams that are whole by now; valid until room() is called. An empty datagram is skipped.
  std::optional<MutableBytes> next();
  // The stream is not framed as it should be: close it.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  ByteVector bytes_ = ByteVector(4 * kMaxFramed);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool broken_ = false;
};

class TcpOutput {
 public:
  // False: the line is too slow for it, and it is dropped.
  bool push(Bytes datagram);
  [[nodiscard]] Bytes pending() const { return Bytes(bytes_).subspan(sent_); }
  void handle_sent(std::size_t size);

 private:
  ByteVector bytes_;
  std::size_t sent_ = 0;
  bool congested_ = false;
};

}  // namespace plenary::io
