// One viewer's place in the tracks that a slot carries: a cursor, and offsets that turn a track's numbers and
// timestamps into one continuous stream. It holds no packets and no history but its last eight segments, in which a
// NACK is looked up by arithmetic.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/prefetch.h"
#include "media/forward/counters.h"
#include "media/forward/track.h"
#include "media/rtp/picture_numbers.h"

namespace plenary::forward {

constexpr std::size_t kMaxSegments = 8;
constexpr Duration kMaxAge = std::chrono::milliseconds(500);  // nothing older is sent: queues may not become delay
constexpr std::size_t kTrainPackets = 16;                     // of one slot in a row, so that sound is not starved
constexpr Duration kTrainInterval = std::chrono::milliseconds(2);
// A key frame so young is replayed instead of asking for another: many who join share one.
constexpr Duration kReplayYoung = std::chrono::milliseconds(300);
// Passed-through sources have key frames at most 2 s apart.
constexpr Duration kReplayMax = std::chrono::milliseconds(2'500);
constexpr Duration kKeyFramePatience = std::chrono::milliseconds(150);  // for the answer of our own encoder
constexpr int kReplaySpeed = 8;                                         // 2 s of pictures in 0.29 s
constexpr Duration kMaxDelay = std::chrono::seconds(2);  // of a slot; the ring must still hold what is due

class Forwarder {
 public:
  struct Config {
    std::uint64_t first_sequence = 0;  // below 2^15, so that a receiver never misses the first roll-over
    std::uint32_t first_timestamp = 0;
  };
  Forwarder(const Config& config, Counters& counters);

  // What the slot carries from now on; null: nothing. Sound changes at once, a picture at a key frame of `track`, until
  // then the old track goes on. `live_only`: its slate is no beginning, as of a layer whose encoder has still to start.
  // Tracks must outlive the forwarder or be forgotten.
  void set_track(Track* track, Duration delay, bool live_only = false);
  void forget(const Track* track);
  // How old a packet may be that still goes out, kMaxAge until then: a still picture on a thin line takes its time.
  void set_max_age(Duration age) { max_age_ = age; }
  [[nodiscard]] Track* track() const { return pending_ ? pending_ : current_; }
  [[nodiscard]] bool uses(const Track* track) const { return current_ == track || pending_ == track; }

  // A packet to be sent now, in the slot's numbers.
  struct Out {
    const TrackPacket* packet = nullptr;
    std::uint64_t sequence = 0;  // extended: roll-over counter << 16 | sequence
    std::uint32_t timestamp = 0;
    Codec codec = Codec::opus;
    rtp::PictureOffsets numbers;
  };
  // The next one due, or nothing; call until empty.
  std::optional<Out> next(Instant now);
  // When next() has something that is in the ring already; new packets need their own call.
  [[nodiscard]] std::optional<Instant> next_timeout(Instant now) const;

  void prefetch_segment() const {
    if (segment_count_ > 0) prefetch(&segment(), sizeof(Segment));
  }

  // The packet `n` numbers before `out`, which next() gave last, as it went out; nothing where another source begins.
  [[nodiscard]] std::optional<Out> earlier(const Out& out, std::uint64_t n) const;
  // The packet that went out under this number, as it went out.
  std::optional<Out> repair(std::uint16_t sequence, Instant now);

  // True once after each switch: a sender report has to follow at once.
  bool take_switched();
  // Which instant the timestamp stands for, for sender reports; nothing before the first packet.
  struct Anchor {
    Instant instant{};
    std::uint32_t timestamp = 0;
  };
  [[nodiscard]] const std::optional<Anchor>& anchor() const { return anchor_; }
  // A picture is missing and a key frame would help.
  [[nodiscard]] bool waits_for_key_frame() const { return pending_ != nullptr; }

 private:
  struct Segment {
    Track* track = nullptr;
    std::uint64_t first_out = 0;
    std::uint64_t first_index = 0;
    std::uint32_t first_timestamp = 0;      // the track's
    std::uint32_t first_out_timestamp = 0;  // ours
    bool replay = false;                    // time runs kReplaySpeed times as fast
    Instant started{};
    Duration delay{};
    rtp::PictureOffsets numbers;
  };

  [[nodiscard]] const Segment& segment() const { return segments_[(segment_count_ - 1) % kMaxSegments]; }
  [[nodiscard]] Instant due(const Segment& segment, const TrackPacket& packet) const;
  [[nodiscard]] std::uint32_t out_timestamp(const Segment& segment, const TrackPacket& packet) const;
  [[nodiscard]] std::uint64_t extend(std::uint16_t sequence) const;
  void try_start(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> start_of(const Track& track, Instant now, bool& replay);
  [[nodiscard]] std::optional<std::uint64_t> live_start(const Track& track, Instant now) const;
  void begin_segment(const TrackPacket& first, bool replay, Instant now);
  std::optional<Out> next_late(Instant now);
  const TrackPacket* next_in_order(Instant now);
  Out send(const TrackPacket& packet, Instant now);
  void wait_for(Track* track, Duration delay, bool live_only);
  void lose_place();
  bool rests(Instant now);

  Counters& counters_;
  Duration max_age_ = kMaxAge;
  Track* current_ = nullptr;
  Duration delay_{};
  Track* pending_ = nullptr;  // video: waits for its key frame; audio: never
  Duration pending_delay_{};
  bool pending_live_only_ = false;
  std::optional<Instant> pending_since_;
  std::uint64_t pending_head_ = 0;              // key frames from here on are new
  std::optional<std::uint64_t> pending_start_;  // the key frame to start with, once it is due

  std::vector<Segment> segments_;  // a ring once it has kMaxSegments; most viewers never have more than three
  std::uint64_t segment_count_ = 0;
  bool needs_segment_ = true;
  std::uint64_t cursor_ = 0;  // next number of current_
  std::uint64_t late_seen_ = 0;

  std::uint64_t next_out_;  // the next sequence
  std::uint32_t first_timestamp_;
  std::uint32_t last_out_timestamp_ = 0;
  std::optional<Anchor> anchor_;
  bool switched_ = false;
  rtp::LastNumbers last_numbers_;
  Instant train_started_{};
  std::size_t train_ = 0;
};

}  // namespace plenary::forward
