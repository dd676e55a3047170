// A frame as messages of the socket pair: at most 64 KiB each, an end-of-frame flag on the last. The same machine
// writes and reads it, so it carries a version and nothing more defensive than bounds: a reader never trusts lengths.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "media/rtp/frame.h"

namespace plenary::rtp {

// One message (network byte order); each chunk repeats the frame's head, so that a chunk can be judged by itself:
//
//   0 version (1)   1 flags   2 codec   3 audio level   4–5 track   6–7 chunk number   8–11 RTP timestamp
//   12–19 captured (ns)   20… payloads: two bytes of length, then the bytes; a payload is never cut
constexpr std::uint8_t kFeedVersion = 1;
constexpr std::size_t kFeedHead = 20;                   // bytes
constexpr std::size_t kMaxFeedMessage = 64 * 1024;      // bytes; SOCK_SEQPACKET's default buffer takes three of them
constexpr std::size_t kMaxFrameSize = 2 * 1024 * 1024;  // bytes of payload; a 720p key frame is about 100 KB
constexpr std::size_t kMaxFramePayloads = 2'048;
constexpr std::size_t kMaxFeedPayload = 2'048;  // bytes; a whole RTP packet of a speaker is at most 1,500

// Empty when the frame has no payloads or is beyond a limit above: the writer counts it as dropped.
std::vector<ByteVector> write_feed_messages(const Frame& frame);

// Puts chunks together again, one assembler a direction. A chunk that does not fit what came before drops the frame
// under way and counts it.
class FeedAssembler {
 public:
  std::optional<Frame> add(Bytes message);
  // Each frame that began and was not handed out, counted once.
  [[nodiscard]] std::uint64_t dropped_frames() const { return dropped_; }

 private:
  void drop();

  std::optional<Frame> open_;
  std::size_t open_size_ = 0;  // bytes of payload so far
  std::uint16_t next_chunk_ = 0;
  bool skipping_ = false;  // until the next frame begins; already counted
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::rtp
