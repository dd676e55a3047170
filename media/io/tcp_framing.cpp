#include "media/io/tcp_framing.h"

#include <cstring>

namespace plenary::io {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

MutableBytes TcpInput::room() {
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return MutableBytes(bytes_).subspan(end_);
}

std::optional<MutableBytes> TcpInput::next() {
  while (!broken_ && end_ - begin_ >= kLengthBytes) {
    const std::size_t length = load_u16(bytes_.data() + begin_);
    if (length > kMaxFramed) {
      broken_ = true;
      break;
    }
    if (end_ - begin_ < kLengthBytes + length) break;
    const MutableBytes datagram = MutableBytes(bytes_).subspan(begin_ + kLengthBytes, length);
    begin_ += kLengthBytes + length;
    if (length > 0) return datagram;
  }
  return std::nullopt;
}

bool TcpOutput::push(Bytes datagram) {
  const std::size_t waiting = bytes_.size() - sent_;
  const bool is_small = datagram.size() <= kSmallDatagram;
  if (waiting <= kTcpRelieved) congested_ = false;
  if (waiting + datagram.size() > kMaxTcpQueued + (is_small ? kTcpReserve : 0)) congested_ = true;
  const bool fits = is_small ? waiting + datagram.size() <= kMaxTcpQueued + kTcpReserve : !congested_;
  if (!fits) return false;
  std::uint8_t length[kLengthBytes];
  store_u16(length, static_cast<std::uint16_t>(datagram.size()));
  bytes_.insert(bytes_.end(), length, length + kLengthBytes);
  bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
  return true;
}

void TcpOutput::handle_sent(std::size_t size) {
  sent_ += size;
  if (sent_ == bytes_.size()) {
    bytes_.clear();
    sent_ = 0;
  } else if (sent_ > kMaxTcpQueued / 2) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
}

}  // namespace plenary::io
