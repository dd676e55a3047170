#include "media/room/frame_writer.h"

#include <sys/socket.h>

#include <cerrno>

#include "media/rtp/feed_wire.h"

namespace plenary::room {
namespace {

// Asked for, not guaranteed (net.core.wmem_max bounds it): two key frames of 720p and a second of sound.
constexpr int kSendBuffer = 1024 * 1024;  // bytes

}  // namespace

FrameWriter::FrameWriter(int frames_fd) : fd_(frames_fd) {
  setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
}

bool FrameWriter::send(const rtp::Frame& frame) {
  const std::vector<ByteVector> messages = rtp::write_feed_messages(frame);
  for (const ByteVector& message : messages) {
    ssize_t sent = 0;
    do {
      sent = ::send(fd_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) continue;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == EBADF) closed_ = true;
    return false;  // what went out of this frame is dropped by the reader's assembler
  }
  return !messages.empty();
}

bool FrameWriter::write(const rtp::Frame& frame) {
  const std::lock_guard lock(mutex_);
  const bool video = kind_of(frame.codec) == MediaKind::video;
  bool& waiting = waiting_for_key_frame_[frame.track];
  if (video && waiting && !frame.key_frame) {
    ++dropped_;
    return false;
  }
  if (!send(frame)) {
    ++dropped_;
    waiting = video;
    return false;
  }
  waiting = false;
  ++written_;
  return true;
}

}  // namespace plenary::room
