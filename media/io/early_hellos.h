// ClientHellos that overtook the check which makes their path known. Kept without allocation, a second long, so that
// the handshake need not wait for a retransmission; never shown to OpenSSL before that check.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "media/base/bytes.h"
#include "media/base/time.h"
#include "media/ice/ice_lite.h"

namespace plenary::io {

class EarlyHellos {
 public:
  static constexpr std::size_t kMax =
      32;  // datagrams; a flood of forged ones pushes out the true one, which comes again
  static constexpr Duration kKeep = std::chrono::seconds(1);

  // False: not the beginning of a handshake.
  bool keep(Bytes datagram, const ice::Tuple& path, Instant now) {
    constexpr std::uint8_t kHandshake = 22;
    if (datagram.size() < 13 || datagram.size() > kMaxBytes || datagram[0] != kHandshake) return false;
    Entry& entry = entries_[next_++ % kMax];
    entry.path = path;
    entry.at = now;
    entry.size = datagram.size();
    std::copy(datagram.begin(), datagram.end(), entry.bytes.begin());
    return true;
  }
  // Calls `handle(bytes)` for each kept from this path, oldest first, and forgets them.
  template <class Handle>
  void take(const ice::Tuple& path, Instant now, Handle handle) {
    for (std::size_t i = 0; i < kMax; ++i) {
      Entry& entry = entries_[(next_ + i) % kMax];
      if (entry.size == 0 || entry.path != path) continue;
      if (now - entry.at <= kKeep) handle(Bytes(entry.bytes).first(entry.size));
      entry.size = 0;
    }
  }

 private:
  static constexpr std::size_t kMaxBytes = 1'500;
  struct Entry {
    ice::Tuple path;
    Instant at{};
    std::size_t size = 0;
    std::array<std::uint8_t, kMaxBytes> bytes{};
  };
  std::array<Entry, kMax> entries_{};
  std::size_t next_ = 0;
};

}  // namespace plenary::io
