// The last packets of a track, found by their number. The memory of old ones serves the next ones, so that a running
// track allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/time.h"
#include "media/rtp/picture_numbers.h"

namespace plenary::forward {

constexpr std::uint64_t kNoIndex = ~std::uint64_t{0};
constexpr std::uint8_t kNoLevel = 255;

struct TrackPacket {
  std::uint64_t index = kNoIndex;  // in the track; neighbours differ by one
  std::uint32_t timestamp = 0;     // on the track's line, in the codec's clock rate
  bool marker = false;
  bool begins_frame = false;
  bool begins_key_frame = false;  // a decoder can start here
  std::uint8_t audio_level = kNoLevel;
  Instant captured{};
  Instant arrived{};
  rtp::PictureNumbers numbers;  // none: neither VP8 nor VP9, nor AV1 with a descriptor
  ByteVector payload;
  ByteVector descriptor;  // AV1: of its dependencies; empty: the source sent none
};

// Payloads that are kept for the next packets: those of a key frame.
constexpr std::size_t kMaxSpare = 64;

class PacketRing {
 public:
  // `capacity` is a power of two.
  explicit PacketRing(std::size_t capacity);

  // The slot for this number, emptied of what it held; its payload keeps the capacity of an old one.
  TrackPacket& put(std::uint64_t index);
  // Packets that arrived before `oldest`, up to the first one that did not, are gone.
  void trim(Instant oldest);
  [[nodiscard]] const TrackPacket* find(std::uint64_t index) const {
    const TrackPacket& slot = slots_[index & mask_];
    return slot.index == index ? &slot : nullptr;
  }
  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }

 private:
  void empty(TrackPacket& slot);

  std::vector<TrackPacket> slots_;
  std::uint64_t mask_;
  std::uint64_t tail_ = kNoIndex;  // before it there is nothing but what came late
  std::uint64_t head_ = 0;         // one behind the highest
  std::vector<ByteVector> spare_;  // payloads without a packet
};

}  // namespace plenary::forward
