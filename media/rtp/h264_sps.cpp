#include "media/rtp/h264_sps.h"

#include <algorithm>
#include <array>

#include "media/rtp/bit_reader.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kMaxSpsSize = 1'024;           // bytes; real ones have 10 to 60
constexpr std::uint32_t kMaxCpbCount = 32;           // ITU-T H.264 §E.2.2
constexpr std::uint32_t kMaxRefFramesInCycle = 255;  // §7.4.2.1.1
constexpr std::uint32_t kMaxRefFrames = 16;
constexpr std::uint8_t kSpsType = 7;
constexpr std::uint32_t kExtendedSar = 255;

// ITU-T H.264 §7.4.1: the 3 of a 0 0 3 is not part of the payload.
ByteVector without_emulation_prevention(Bytes nal) {
  ByteVector bytes;
  bytes.reserve(nal.size());
  std::size_t zeros = 0;
  for (const std::uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    bytes.push_back(byte);
  }
  return bytes;
}

bool has_chroma_format(std::uint8_t profile_idc) {
  constexpr std::array<std::uint8_t, 13> kProfiles = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(kProfiles.begin(), kProfiles.end(), profile_idc) != kProfiles.end();
}

void skip_scaling_list(BitReader& reader, unsigned size) {
  std::int32_t last = 8;
  std::int32_t next = 8;
  for (unsigned i = 0; i < size && reader.ok(); ++i) {
    if (next != 0) next = (last + reader.se() % 256 + 256) % 256;
    if (next != 0) last = next;
  }
}

// Returns chroma_format_idc.
std::uint32_t read_chroma(BitReader& reader) {
  const std::uint32_t chroma = reader.ue();
  if (chroma == 3) reader.flag();  // separate_colour_plane_flag
  reader.ue();                     // bit_depth_luma_minus8
  reader.ue();                     // bit_depth_chroma_minus8
  reader.flag();                   // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) {
    const unsigned lists = chroma == 3 ? 12 : 8;
    for (unsigned i = 0; i < lists; ++i) {
      if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
    }
  }
  return chroma;
}

bool read_picture_order(BitReader& reader, H264Sps& sps) {
  const std::uint32_t type = reader.ue();
  if (type > 2) return false;
  sps.pic_order_cnt_type = static_cast<std::uint8_t>(type);
  if (type == 0) reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  if (type == 1) {
    reader.flag();
    reader.se();
    reader.se();
    const std::uint32_t cycle = reader.ue();
    if (cycle > kMaxRefFramesInCycle) return false;
    for (std::uint32_t i = 0; i < cycle && reader.ok(); ++i) reader.se();
  }
  return reader.ok();
}

// §7.4.2.1.1: sizes in macroblocks of 16, cropping in chroma units.
bool read_picture_size(BitReader& reader, std::uint32_t chroma, H264Sps& sps) {
  const std::uint32_t columns = reader.ue();
  const std::uint32_t rows = reader.ue();
  if (!reader.ok() || columns >= kMaxPictureSide / 16 || rows >= kMaxPictureSide / 16) return false;
  const bool frames_only = reader.flag();
  if (!frames_only) reader.flag();  // mb_adaptive_frame_field_flag
  reader.flag();                    // direct_8x8_inference_flag
  const std::uint32_t fields = frames_only ? 1 : 2;
  sps.interlaced = !frames_only;
  sps.width = (columns + 1) * 16;
  sps.height = (rows + 1) * 16 * fields;
  if (sps.height > kMaxPictureSide) return false;
  if (reader.flag()) {
    const std::uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    const std::uint64_t unit_y = (chroma == 1 ? 2u : 1u) * fields;
    const std::uint64_t left = reader.ue();
    const std::uint64_t right = reader.ue();
    const std::uint64_t top = reader.ue();
    const std::uint64_t bottom = reader.ue();
    if ((left + right) * unit_x >= sps.width || (top + bottom) * unit_y >= sps.height) return false;
    sps.width -= static_cast<std::uint32_t>((left + right) * unit_x);
    sps.height -= static_cast<std::uint32_t>((top + bottom) * unit_y);
  }
  return reader.ok();
}

// §E.1.2; false when it cannot be skipped.
bool skip_hrd(BitReader& reader) {
  const std::uint32_t count = reader.ue() + 1;
  if (count > kMaxCpbCount) return false;
  reader.bits(8);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.ue();
    reader.ue();
    reader.flag();
  }
  reader.bits(20);
  return reader.ok();
}

// §E.1.1, read only for its end. A VUI that is cut gives no answer; the rest of the SPS stays good.
std::optional<std::uint8_t> read_reorder_frames(BitReader& reader) {
  if (reader.flag() && reader.bits(8) == kExtendedSar) reader.bits(32);
  if (reader.flag()) reader.flag();  // overscan
  if (reader.flag()) {               // video_signal_type
    reader.bits(4);
    if (reader.flag()) reader.bits(24);
  }
  if (reader.flag()) {  // chroma_loc
    reader.ue();
    reader.ue();
  }
  if (reader.flag()) {  // timing: two times 32 bits and a flag
    reader.bits(32);
    reader.bits(32);
    reader.flag();
  }
  const bool nal_hrd = reader.flag();
  if (nal_hrd && !skip_hrd(reader)) return std::nullopt;
  const bool vcl_hrd = reader.flag();
  if (vcl_hrd && !skip_hrd(reader)) return std::nullopt;
  if (nal_hrd || vcl_hrd) reader.flag();  // low_delay_hrd_flag
  reader.flag();                          // pic_struct_present_flag
  if (!reader.flag()) return std::nullopt;
  reader.flag();  // motion_vectors_over_pic_boundaries_flag
  for (int i = 0; i < 4; ++i) reader.ue();
  const std::uint32_t reorder = reader.ue();
  if (!reader.ok() || reorder > kMaxRefFrames) return std::nullopt;
  return static_cast<std::uint8_t>(reorder);
}

}  // namespace

std::string H264Sps::profile_level_id() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : {profile_idc, constraints, level_idc}) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool H264Sps::may_reorder() const {
  constexpr std::uint8_t kBaseline = 66;  // has no B slices (§A.2.1)
  if (profile_idc == kBaseline || pic_order_cnt_type == 2) return false;
  return !max_num_reorder_frames || *max_num_reorder_frames > 0;
}

std::optional<H264Sps> parse_h264_sps(Bytes nal) {
  if (nal.size() < 4 || nal.size() > kMaxSpsSize || (nal[0] & 0x1f) != kSpsType) return std::nullopt;
  const ByteVector payload = without_emulation_prevention(nal.subspan(1));
  BitReader reader(payload);
  H264Sps sps;
  sps.profile_idc = static_cast<std::uint8_t>(reader.bits(8));
  sps.constraints = static_cast<std::uint8_t>(reader.bits(8));
  sps.level_idc = static_cast<std::uint8_t>(reader.bits(8));
  if (reader.ue() > 31) return std::nullopt;  // seq_parameter_set_id
  const std::uint32_t chroma = has_chroma_format(sps.profile_idc) ? read_chroma(reader) : 1;
  if (!reader.ok() || chroma > 3) return std::nullopt;
  reader.ue();  // log2_max_frame_num_minus4
  if (!read_picture_order(reader, sps)) return std::nullopt;
  const std::uint32_t ref_frames = reader.ue();
  if (ref_frames > kMaxRefFrames) return std::nullopt;
  sps.max_num_ref_frames = static_cast<std::uint8_t>(ref_frames);
  reader.flag();  // gaps_in_frame_num_value_allowed_flag
  if (!read_picture_size(reader, chroma, sps)) return std::nullopt;
  if (reader.flag()) sps.max_num_reorder_frames = read_reorder_frames(reader);
  return sps;
}

}  // namespace plenary::rtp
