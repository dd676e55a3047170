#include "media/room/pass_through.h"

#include <algorithm>
#include <array>

#include "media/rtp/h264.h"

namespace plenary::room {
namespace {

constexpr std::uint8_t kBaseline = 66;

// Exponential Golomb codes at the start of a slice (ITU-T H.264 §7.3.3, §9.1). The few bytes needed are read through
// emulation prevention.
class BitReader {
 public:
  explicit BitReader(Bytes nal) {
    for (std::size_t i = 1; i < nal.size() && size_ < bytes_.size(); ++i) {
      if (i >= 3 && nal[i] == 3 && nal[i - 1] == 0 && nal[i - 2] == 0) continue;
      bytes_[size_++] = nal[i];
    }
  }

  std::optional<std::uint32_t> exp_golomb() {
    unsigned zeros = 0;
    while (true) {
      const std::optional<unsigned> next = bit();
      if (!next || zeros > 31) return std::nullopt;
      if (*next == 1) break;
      ++zeros;
    }
    std::uint64_t value = 1;
    for (unsigned i = 0; i < zeros; ++i) {
      const std::optional<unsigned> next = bit();
      if (!next) return std::nullopt;
      value = value << 1 | *next;
    }
    return static_cast<std::uint32_t>(value - 1);
  }

 private:
  std::optional<unsigned> bit() {
    if (at_ >= size_ * 8) return std::nullopt;
    const unsigned found = bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return found;
  }

  std::array<std::uint8_t, 12> bytes_{};
  std::size_t size_ = 0;
  std::size_t at_ = 0;
};

bool is_picture(rtp::NalType type) { return type == rtp::NalType::slice || type == rtp::NalType::idr; }

// slice_type 1 and 6 are B (table 7-6); what cannot be read is not trusted.
bool may_be_b_slice(Bytes nal) {
  BitReader reader(nal);
  if (!reader.exp_golomb()) return true;  // first_mb_in_slice
  const std::optional<std::uint32_t> type = reader.exp_golomb();
  return !type || *type % 5 == 1;
}

bool suits(const rtp::H264Sps& sps) {
  return sps.profile_idc == kBaseline && sps.level_idc <= PassThrough::kMaxLevel && !sps.interlaced;
}

}  // namespace

bool PassThrough::add(Bytes access_unit, Instant captured) {
  const std::vector<Bytes> nals = rtp::split_annex_b(access_unit);
  key_frame_ = rtp::is_idr(nals);
  bool has_sps = false;
  for (const Bytes nal : nals) {
    if (rtp::nal_type(nal) == rtp::NalType::sps) {
      const std::optional<rtp::H264Sps> sps = rtp::parse_h264_sps(nal);
      has_sps = true;
      sps_suits_ = sps && suits(*sps);
    }
    if (rtp::nal_type(nal) == rtp::NalType::partition_a) group_suits_ = false;
  }
  const bool late = last_key_frame_ && captured - *last_key_frame_ > kMaxKeyFrameDistance;
  if (key_frame_) {
    passing_ = has_sps && sps_suits_ && group_suits_ && last_key_frame_ && !late;
    last_key_frame_ = captured;
    group_suits_ = true;
  }
  // A late key frame ends it only where the decoder can start, at that key frame.
  if (late && !key_frame_) group_suits_ = false;
  const bool bad = !sps_suits_ || std::any_of(nals.begin(), nals.end(), [](Bytes nal) {
    return is_picture(rtp::nal_type(nal)) && may_be_b_slice(nal);
  });
  if (bad) {
    group_suits_ = false;
    passing_ = false;
  }
  return passing_;
}

}  // namespace plenary::room
