// Frames out of one stream's packets, as they may come late, twice or never. Header fields suffice: a video frame is
// all packets of a timestamp up to the marker bit, without a gap before or in it; in audio each packet is one.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/base/time.h"
#include "media/rtp/packet.h"

namespace plenary::bench {

constexpr Duration kMaxRepairWait = std::chrono::milliseconds(500);  // a player would have gone on without it
constexpr std::size_t kMaxWaitingPackets = 2'048;                    // behind a gap: 7 s of a 2 Mbit/s picture
constexpr std::size_t kMaxFrames = 4'096;                            // not polled; the oldest go

struct ReceivedFrame {
  std::uint32_t timestamp = 0;
  bool key_frame = false;
  Instant first{};                   // its first packet to come
  Instant completed{};               // its last
  std::vector<ByteVector> payloads;  // empty where packets were not decrypted
};

struct FramePacket {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool marker = false;
  bool padding_only = false;
  bool starts_key_frame = false;
  Instant received{};
  ByteVector payload;
};

class FrameAssembler {
 public:
  explicit FrameAssembler(MediaKind kind, bool keep_frames) : kind_(kind), keep_frames_(keep_frames) {}

  void add(FramePacket packet);
  // Goes on behind gaps that nobody will close.
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<ReceivedFrame> poll_frame();

  [[nodiscard]] std::uint64_t complete() const { return complete_; }
  [[nodiscard]] std::uint64_t broken() const { return broken_; }  // at least one packet came, and one never did
  [[nodiscard]] std::uint64_t key_frames() const { return key_frames_; }

 private:
  void drain();
  void consume(FramePacket packet);
  void finish(Instant received);

  const MediaKind kind_;
  const bool keep_frames_;
  rtp::SequenceUnwrapper unwrapper_;
  std::map<std::uint64_t, FramePacket> waiting_;
  std::optional<std::uint64_t> next_;   // sequence that comes next in order
  bool gap_ = false;                    // right before next_
  std::optional<ReceivedFrame> frame_;  // under way
  bool spoiled_ = false;                // it lacks a packet
  std::deque<ReceivedFrame> frames_;
  std::uint64_t complete_ = 0;
  std::uint64_t broken_ = 0;
  std::uint64_t key_frames_ = 0;
};

}  // namespace plenary::bench
