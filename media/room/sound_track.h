// An audio track of the feed: 20 ms frames in, Opus frames out to the server with level and timestamps.
#pragma once

#include <deque>
#include <mutex>

#include "media/room/frame_writer.h"
#include "media/room/opus_encoder.h"
#include "media/room/sound.h"

namespace plenary::room {

class SoundTrack {
 public:
  SoundTrack(std::uint16_t track, FrameWriter& writer);

  // One thread at a time. `db` is the frame's level.
  void push(const SoundFrame& frame, double db);
  [[nodiscard]] std::uint16_t track() const { return track_; }

 private:
  struct Waiting {
    std::uint64_t tag = 0;
    std::uint32_t rtp_timestamp = 0;
    Instant captured{};
    std::uint8_t level = 0;
  };
  void write(const OpusEncoder::Packet& packet);

  std::uint16_t track_;
  FrameWriter& writer_;
  std::mutex mutex_;
  std::deque<Waiting> waiting_;  // inside the encoder; guarded by mutex_
  std::uint64_t next_tag_ = 0;
  std::uint32_t next_rtp_timestamp_ = 0;
  Instant last_captured_{};
  bool started_ = false;
  OpusEncoder encoder_;  // last: its thread uses what stands above
};

}  // namespace plenary::room
