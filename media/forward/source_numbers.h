// A speaker's 16-bit sequence numbers as numbers in a track: no jump where the source restarts, no hole where it sent
// padding only, and a packet that comes late finds the place that was left for it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/rtp/packet.h"

namespace plenary::forward {

// A larger step forwards is a restart, not loss; backwards the packet is too late (the ring may have moved on).
constexpr std::uint64_t kMaxSourceStep = 1'024;

class SourceNumbers {
 public:
  // The next packet is the first of a source and gets `next`.
  void restart();
  // `next` is the number behind the newest of the track. Nothing: padding (it takes no number), or too late.
  std::optional<std::uint64_t> number(std::uint16_t sequence, bool padding_only, std::uint64_t next);

 private:
  struct Segment {
    std::uint64_t first = 0;   // extended sequence from which it holds
    std::uint64_t offset = 0;  // number = extended + offset, in the circle of 2^64
  };
  void begin_segment(std::uint64_t extended, std::uint64_t offset);
  std::optional<std::uint64_t> late_number(std::uint64_t extended) const;

  // Padding comes in bursts, and once a picture where layers are left out: a second of these, what repair takes at most.
  static constexpr std::size_t kMaxSegments = 32;
  rtp::SequenceUnwrapper unwrapper_;
  std::array<Segment, kMaxSegments> segments_{};
  std::size_t count_ = 0;  // newest last
  std::uint64_t newest_ = 0;
};

}  // namespace plenary::forward
