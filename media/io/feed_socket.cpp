#include "media/io/feed_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "media/io/clock.h"

namespace plenary::io {

FeedSocket::FeedSocket(int descriptor) : descriptor_(descriptor), buffer_(rtp::kMaxFeedMessage) {
  const int on = 1;
  setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

FeedSocket::~FeedSocket() { ::close(descriptor_); }

ssize_t FeedSocket::receive(Instant& oldest) {
  iovec part{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(timespec))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t length = recvmsg(descriptor_, &message, MSG_DONTWAIT);
  if (length <= 0) return length;
  const cmsghdr* stamp = CMSG_FIRSTHDR(&message);
  if (stamp != nullptr && stamp->cmsg_level == SOL_SOCKET && stamp->cmsg_type == SO_TIMESTAMPNS) {
    timespec at{};
    std::memcpy(&at, CMSG_DATA(stamp), sizeof at);
    oldest = std::min(oldest, stamped_at(at, read_monotonic(), realtime_offset()));
  }
  return length;
}

FeedSocket::Read FeedSocket::read(std::vector<rtp::Frame>& frames, Instant& oldest, Counters& counters) {
  Read result = Read::more;
  for (std::size_t i = 0; i < kFeedMessagesAtOnce && result == Read::more; ++i) {
    const ssize_t length = receive(oldest);
    if (length > 0) {
      std::optional<rtp::Frame> frame = assembler_.add(Bytes(buffer_).first(static_cast<std::size_t>(length)));
      if (frame) frames.push_back(std::move(*frame));
    } else if (length < 0 && errno == EINTR) {
      continue;
    } else {
      result = length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Read::drained : Read::closed;
    }
  }
  counters.add(Count::feed_messages_bad, assembler_.dropped_frames() - dropped_before_);
  dropped_before_ = assembler_.dropped_frames();
  return result;
}

bool FeedSocket::write(const rtp::Frame& frame, Counters& counters) {
  const bool video = kind_of(frame.codec) == MediaKind::video;
  if (frame.key_frame) needs_key_frame_.erase(frame.track);
  if (needs_key_frame_.contains(frame.track)) {
    counters.add(Count::room_frames_dropped);
    return false;
  }
  const std::vector<ByteVector> messages = rtp::write_feed_messages(frame);
  for (const ByteVector& message : messages) {
    if (send(descriptor_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) continue;
    // Full: what was sent of this frame is dropped by its reader when the next one begins.
    counters.add(Count::room_frames_dropped);
    if (video) needs_key_frame_.insert(frame.track);
    return !video;
  }
  counters.add(messages.empty() ? Count::room_frames_dropped : Count::room_frames_out);
  return true;
}

}  // namespace plenary::io
