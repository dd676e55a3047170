#include "media/io/feed_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace plenary::io {

FeedSocket::FeedSocket(int descriptor) : descriptor_(descriptor), buffer_(rtp::kMaxFeedMessage) {}

FeedSocket::~FeedSocket() { ::close(descriptor_); }

FeedSocket::Read FeedSocket::read(std::vector<rtp::Frame>& frames, Counters& counters) {
  Read result = Read::more;
  for (std::size_t i = 0; i < kFeedMessagesAtOnce && result == Read::more; ++i) {
    const ssize_t length = recv(descriptor_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
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
