// The sequence parameter set of H.264 (ITU-T H.264 §7.3.2.1.1, Annex E): what decides whether a stream can be passed
// through and what its SDP says. Reading is bounded: every loop and every picture size has a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "media/base/bytes.h"

namespace plenary::rtp {

constexpr std::uint32_t kMaxPictureSide = 4'096;  // pixels; level 5.2's longest usable side. Larger is refused

struct H264Sps {
  std::uint8_t profile_idc = 0;
  std::uint8_t constraints = 0;  // constraint_set0_flag is the highest bit
  std::uint8_t level_idc = 0;    // 31 is level 3.1
  std::uint32_t width = 0;       // pixels, cropping applied
  std::uint32_t height = 0;
  std::uint8_t pic_order_cnt_type = 0;
  std::uint8_t max_num_ref_frames = 0;
  bool interlaced = false;
  std::optional<std::uint8_t> max_num_reorder_frames;  // from bitstream_restriction, where the VUI has it

  // "42e01f": RFC 6184 §8.1, lower-case.
  [[nodiscard]] std::string profile_level_id() const;
  // False only where the SPS promises output in decoding order: baseline profile, picture order count type 2, or no
  // reordering in the VUI. True is a hint, not a proof, that B-frames come.
  [[nodiscard]] bool may_reorder() const;
};

// `nal` begins with the NAL header byte (type 7), emulation prevention bytes still inside.
std::optional<H264Sps> parse_h264_sps(Bytes nal);

}  // namespace plenary::rtp
