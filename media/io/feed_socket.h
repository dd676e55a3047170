// One room process's frame socket, our end: frames in, speakers' packets out. Never waits.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "media/base/media_types.h"
#include "media/forward/counters.h"
#include "media/rtp/feed_wire.h"
#include "media/rtp/frame.h"

namespace plenary::io {

constexpr std::size_t kFeedMessagesAtOnce = 64;  // read before others get their turn

class FeedSocket {
 public:
  // Owns the descriptor.
  explicit FeedSocket(int descriptor);
  ~FeedSocket();
  FeedSocket(const FeedSocket&) = delete;
  FeedSocket& operator=(const FeedSocket&) = delete;

  enum class Read : std::uint8_t { drained, more, closed };
  // Appends whole frames; `closed` at end of file or on an error. `oldest` becomes earlier where a message came before.
  Read read(std::vector<rtp::Frame>& frames, Instant& oldest, Counters& counters);
  // A frame that does not fit is dropped whole, and its track's pictures up to the next key frame with it.
  // False: a picture was dropped, and so is the track until its next key frame.
  [[nodiscard]] bool write(const rtp::Frame& frame, Counters& counters);
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  ssize_t receive(Instant& oldest);

  int descriptor_;
  rtp::FeedAssembler assembler_;
  std::uint64_t dropped_before_ = 0;
  std::unordered_set<std::uint16_t> needs_key_frame_;
  ByteVector buffer_;
};

}  // namespace plenary::io
