// Encoded frames out of the process, from the encoders' threads. Never waits: when the pair is full a video track
// loses whole frames up to its next key frame (a decoder could do nothing with them), an audio track one frame.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "media/rtp/frame.h"

namespace plenary::room {

class FrameWriter {
 public:
  explicit FrameWriter(int frames_fd);

  // True when the frame went out whole. Thread-safe.
  bool write(const rtp::Frame& frame);
  // The pair's other end is gone; the process should end. Thread-safe.
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] std::uint64_t dropped_frames() const { return dropped_; }
  [[nodiscard]] std::uint64_t written_frames() const { return written_; }

 private:
  bool send(const rtp::Frame& frame);

  int fd_;
  std::mutex mutex_;
  std::unordered_map<std::uint16_t, bool> waiting_for_key_frame_;  // by track; guarded by mutex_
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace plenary::room
