#include "media/room/video_track.h"

#include "media/rtp/h264.h"
#include "media/rtp/vp8.h"

namespace plenary::room {
namespace {

std::uint32_t to_90khz(Instant instant) {
  // Split, because nanoseconds times nine leaves 64 bits after some thirty years of uptime.
  return static_cast<std::uint32_t>(to_nanoseconds(instant) / 100'000 * 9 +
                                    to_nanoseconds(instant) % 100'000 * 9 / 100'000);
}

}  // namespace

bool VideoTrack::write(const AccessUnit& unit, bool slate) {
  const std::lock_guard lock(mutex_);
  rtp::Frame frame;
  frame.payloads = codec_ == Codec::vp8 ? rtp::packetize_vp8(unit.bytes, picture_id_++ & 0x7fff)
                                        : rtp::packetize_h264(rtp::split_annex_b(unit.bytes));
  if (frame.payloads.empty()) return true;
  frame.track = track_;
  frame.codec = codec_;
  frame.key_frame = unit.key_frame;
  frame.slate = slate;
  frame.captured = unit.captured;
  frame.rtp_timestamp = to_90khz(unit.captured);
  // A source that came back with an earlier timeline must not move the track's backwards.
  if (last_timestamp_ && static_cast<std::int32_t>(frame.rtp_timestamp - *last_timestamp_) <= 0) {
    frame.rtp_timestamp = *last_timestamp_ + 1;
  }
  last_timestamp_ = frame.rtp_timestamp;
  return writer_.write(frame);
}

std::optional<std::string> profile_level_id(Bytes access_unit) {
  const std::vector<Bytes> nals = rtp::split_annex_b(access_unit);
  const std::optional<Bytes> nal = rtp::find_nal(nals, rtp::NalType::sps);
  if (!nal) return std::nullopt;
  const std::optional<rtp::H264Sps> sps = rtp::parse_h264_sps(*nal);
  if (!sps) return std::nullopt;
  return sps->profile_level_id();
}

}  // namespace plenary::room
