// One received message that holds a row of datagrams (UDP GRO): all `segment` bytes long, only the last may be shorter.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include "media/base/bytes.h"

namespace plenary::io {

// Datagrams in a row: Linux joins 64, and hands over what a local sender segments as it is, 128 in later versions.
constexpr std::size_t kMaxRowDatagrams = 128;

class DatagramRow {
 public:
  // 0, or more than there is: the message is one datagram.
  DatagramRow(MutableBytes message, std::size_t segment)
      : rest_(message), segment_(segment == 0 ? message.size() : segment) {}

  // An empty message is one empty datagram. Nothing: that was the last.
  std::optional<MutableBytes> next() {
    if (count_ == kMaxRowDatagrams || (count_ > 0 && rest_.empty())) return std::nullopt;
    ++count_;
    const MutableBytes datagram = rest_.first(std::min(segment_, rest_.size()));
    rest_ = rest_.subspan(datagram.size());
    return datagram;
  }
  // Bytes behind the last datagram that a row may have.
  [[nodiscard]] bool is_cut() const { return count_ == kMaxRowDatagrams && !rest_.empty(); }

 private:
  MutableBytes rest_;
  std::size_t segment_;
  std::size_t count_ = 0;
};

}  // namespace plenary::io
