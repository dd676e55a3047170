// Bits from the most significant on, and the codes that H.264 and the dependency descriptor write numbers in. Past its
// end a reader turns bad, stays bad and gives zeros.
#pragma once

#include <bit>
#include <cstdint>

#include "media/base/bytes.h"

namespace plenary::rtp {

class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  // Bits read so far.
  [[nodiscard]] std::size_t position() const { return at_; }
  std::uint32_t bit() {
    if (at_ >= bytes_.size() * 8) {
      ok_ = false;
      return 0;
    }
    const std::uint32_t value = bytes_[at_ / 8] >> (7 - at_ % 8) & 1;
    ++at_;
    return value;
  }
  bool flag() { return bit() != 0; }
  // At most 32.
  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = value << 1 | bit();
    return value;
  }
  // Exponential Golomb (ITU-T H.264 §9.1), unsigned and signed.
  std::uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && bit() == 0) {
      if (++zeros > 31) ok_ = false;
    }
    return ok_ ? (std::uint32_t{1} << zeros) - 1 + bits(zeros) : 0;
  }
  std::int32_t se() {
    const std::uint32_t code = ue();
    const auto magnitude = static_cast<std::int32_t>(code / 2 + code % 2);
    return code % 2 != 0 ? magnitude : -magnitude;
  }
  // One of `count` values, at least one, in as few bits as that takes (AV1 bitstream §4.10.7, ns(n)).
  std::uint32_t non_symmetric(std::uint32_t count) {
    const auto width = static_cast<unsigned>(std::bit_width(count));
    const std::uint32_t short_ones = (std::uint32_t{1} << width) - count;
    const std::uint32_t value = bits(width - 1);
    return value < short_ones ? value : (value << 1 | bit()) - short_ones;
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;  // bits
  bool ok_ = true;
};

}  // namespace plenary::rtp
