// One channel's Opus encoder: 20 ms in, one packet out.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "media/room/gst_handle.h"
#include "media/room/sound.h"

namespace plenary::room {

class OpusEncoder {
 public:
  struct Packet {
    Bytes bytes;  // valid during the call
    std::uint64_t tag = 0;
  };
  // Called from the encoder's thread.
  using Output = std::function<void(const Packet&)>;

  explicit OpusEncoder(Output output);
  ~OpusEncoder();
  OpusEncoder(const OpusEncoder&) = delete;
  OpusEncoder& operator=(const OpusEncoder&) = delete;

  [[nodiscard]] bool ok() const { return ok_; }
  // `tag` comes back with the packet of this frame.
  void push(const SoundFrame& frame, std::uint64_t tag);

 private:
  static GstFlowReturn on_sample(GstAppSink* sink, gpointer self);

  Output output_;
  Pipeline pipeline_;
  ElementHandle input_;
  ElementHandle sink_;
  std::mutex mutex_;
  std::deque<std::uint64_t> tags_;  // guarded by mutex_
  std::uint64_t frames_ = 0;
  bool ok_ = false;
};

}  // namespace plenary::room
