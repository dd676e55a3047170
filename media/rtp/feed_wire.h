// A frame as messages of the socket pair: at most 64 KiB each, an end-of-frame flag on the last. The same machine
// writes and reads it, so it carries a version and nothing more defensive than bounds: a reader never trusts lengths.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "media/rtp/frame.h"

namespace plenary::rtp {

constexpr std::size_t kMaxFeedMessage = 64 * 1024;      // bytes; SOCK_SEQPACKET's default buffer takes three of them
constexpr std::size_t kMaxFrameSize = 2 * 1024 * 1024;  // bytes of payload; a 720p key frame is about 100 KB
constexpr std::size_t kMaxFramePayloads = 2'048;

std::vector<ByteVector> write_feed_messages(const Frame& frame);

// Puts chunks together again, one assembler a direction. A chunk that does not fit what came before drops the frame
// under way and counts it.
class FeedAssembler {
 public:
  std::optional<Frame> add(Bytes message);
  [[nodiscard]] std::uint64_t dropped_frames() const { return dropped_; }

 private:
  std::optional<Frame> open_;
  std::size_t open_size_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::rtp
