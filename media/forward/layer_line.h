// One stream out of the layers of a speaker's picture, for a decoder that has room for one: a layer begins with a key
// frame, and sequence and timestamps go on as if nothing had changed.
#pragma once

#include <cstdint>
#include <optional>

#include "media/forward/source_numbers.h"
#include "media/rtp/timestamp.h"

namespace plenary::forward {

class LayerLine {
 public:
  // The layer that the line is to carry; the present one goes on until a key frame of it comes.
  void set_wanted(std::size_t layer) { wanted_ = layer; }
  // Nothing before the first set_wanted().
  [[nodiscard]] const std::optional<std::size_t>& wanted() const { return wanted_; }

  // What a packet is called in the line.
  struct Place {
    std::uint32_t ssrc = 0;  // of the first layer carried
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
  };
  // In any order. Nothing: not of the layer that the line carries, padding, or too late.
  std::optional<Place> place(std::size_t layer, const rtp::Packet& packet, bool key_frame, Instant captured);

 private:
  std::optional<std::size_t> wanted_;
  std::optional<std::size_t> carried_;
  std::optional<std::uint32_t> ssrc_;
  SourceNumbers numbers_;
  rtp::TimestampRebase rebase_{90'000, 0};  // Hz
  std::uint64_t next_ = 1;
};

}  // namespace plenary::forward
