// One source's packets in clear, on one continuous line of numbers and timestamps, whatever feeds it: frames of a room
// process, packets of a speaker, the slate while both are silent.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "media/base/media_types.h"
#include "media/forward/counters.h"
#include "media/forward/key_frame_requests.h"
#include "media/forward/packet_ring.h"
#include "media/forward/source_numbers.h"
#include "media/rtp/frame.h"
#include "media/rtp/packet.h"
#include "media/rtp/timestamp.h"

namespace plenary::forward {

constexpr std::size_t kVideoRingPackets = 2'048;  // 4 s at 4 Mbit/s: a group of pictures of 2 s and the wait before it
constexpr std::size_t kAudioRingPackets = 256;    // 5 s of Opus
// Nothing older is looked for: a viewer begins with a key frame of up to kReplayMax, in a slot of up to kMaxDelay, and
// a packet that waits is too old in the end. Else slates of minutes, and of every track, would fill the memory.
constexpr Duration kRingTime = std::chrono::seconds(6);
constexpr Duration kSilentAfter = std::chrono::milliseconds(500);  // then the slate shows (kSlateAfter)
constexpr Duration kSlateVideoInterval = std::chrono::seconds(1);  // a key frame of a still picture each
constexpr Duration kSlateAudioInterval = std::chrono::milliseconds(20);
constexpr std::size_t kMaxLateRemembered = 64;  // late packets between two polls of a forwarder

class Track {
 public:
  struct Config {
    Codec codec = Codec::opus;
    std::uint32_t first_timestamp = 0;
    Duration key_frame_interval = kKeyFrameIntervalEncoder;
    Duration silent_after = kSilentAfter;
  };
  Track(const Config& config, Counters& counters, Instant now);

  // A frame of payloads that we made; lost ones the room process has left out already. False: dropped.
  bool handle_frame(const rtp::Frame& frame, Instant now);
  // One packet of a speaker, in any order. `captured` by the speaker's clock. `descriptor` of its dependencies, where
  // it has one (AV1). False: dropped.
  bool handle_packet(const rtp::Packet& packet, Instant captured, std::optional<std::uint8_t> audio_level, Instant now,
                     Bytes descriptor = {});
  // What comes next is from somewhere else: rebased, and for a picture nothing before its first key frame.
  void switch_source(Instant now);
  // Shown while silent. The frame's payloads are repeated; nothing: no slate.
  void set_slate(std::shared_ptr<const rtp::Frame> slate, Instant now);
  // The source is known to be gone: the slate comes at once.
  void source_gone(Instant now);

  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  [[nodiscard]] Codec codec() const { return codec_; }
  [[nodiscard]] MediaKind kind() const { return kind_of(codec_); }
  [[nodiscard]] std::uint32_t clock_rate() const { return plenary::clock_rate(codec_); }
  [[nodiscard]] bool live() const { return live_; }
  // One behind the newest packet.
  [[nodiscard]] std::uint64_t head() const { return head_; }
  [[nodiscard]] const TrackPacket* find(std::uint64_t index) const { return ring_.find(index); }
  [[nodiscard]] std::size_t ring_capacity() const { return ring_.capacity(); }
  // First packet of the newest key frame, while all that followed it is there without a hole.
  [[nodiscard]] std::optional<std::uint64_t> key_frame() const { return key_frame_; }
  // Packets that came behind others: their numbers, the newest kMaxLateRemembered.
  [[nodiscard]] std::uint64_t late_count() const { return late_count_; }
  [[nodiscard]] std::uint64_t late(std::uint64_t n) const { return late_[n % kMaxLateRemembered]; }

  KeyFrameRequests& key_frame_requests() { return requests_; }
  [[nodiscard]] const KeyFrameRequests& key_frame_requests() const { return requests_; }

 private:
  void append_frame(const rtp::Frame& frame, std::uint32_t timestamp, Instant captured, Instant now);
  void begin_live(Instant now);
  void show_slate(Instant now);
  void rewrite_numbers(TrackPacket& slot);
  void rewrite_frame_number(TrackPacket& slot);
  void remember_late(std::uint64_t index);

  Codec codec_;
  Counters& counters_;
  PacketRing ring_;
  rtp::TimestampRebase rebase_;
  KeyFrameRequests requests_;
  std::uint64_t head_ = 1;
  std::optional<std::uint64_t> key_frame_;
  std::array<std::uint64_t, kMaxLateRemembered> late_{};
  std::uint64_t late_count_ = 0;

  Duration silent_after_;
  bool live_ = false;
  bool needs_key_frame_ = true;  // a picture starts with one
  bool source_switched_ = true;  // nothing of the present source came yet
  Instant last_live_;
  std::shared_ptr<const rtp::Frame> slate_;
  Instant slate_due_{};

  SourceNumbers numbers_;  // of the speaker who feeds it
  rtp::PictureIdWidener widener_;
  std::optional<rtp::PictureOffsets> number_offsets_;
  rtp::LastNumbers last_numbers_;
  std::uint32_t newest_timestamp_ = 0;
  std::uint32_t key_frame_timestamp_ = 0;
};

}  // namespace plenary::forward
