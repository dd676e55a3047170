#include "server/bench/made_frames.h"

#include <algorithm>

#include "media/rtp/h264.h"

namespace plenary::bench {
namespace {

constexpr Duration kSoundInterval = std::chrono::milliseconds(20);
constexpr std::int64_t kFrameRate = 30;
constexpr std::int64_t kKeyFrameEvery = 2 * kFrameRate;
constexpr std::size_t kKeyFrameFactor = 6;  // as large as so many others
constexpr std::size_t kOpusBytes = 160;
constexpr Duration kLatest = std::chrono::seconds(1);  // a stalled process does not send what it missed

}  // namespace

rtp::Frame MadeFrames::picture(Instant captured) const {
  const bool key = key_frame_ || pictures_ % kKeyFrameEvery == 0;
  const std::size_t usual = std::max<std::size_t>(64, video_bitrate_ / 8 / kFrameRate);
  ByteVector slice(key ? usual * kKeyFrameFactor : usual, static_cast<std::uint8_t>(0x80 + pictures_ % 64));
  slice[0] = key ? 0x65 : 0x41;
  static const ByteVector kSps{0x67, 0x42, 0xe0, 0x1f};
  static const ByteVector kPps{0x68, 0xce, 0x3c, 0x80};
  std::vector<Bytes> nals;
  if (key) nals = {kSps, kPps};
  nals.emplace_back(slice);
  return {.codec = Codec::h264,
          .key_frame = key,
          .rtp_timestamp = static_cast<std::uint32_t>(pictures_ * 90'000 / kFrameRate),
          .captured = captured,
          .payloads = rtp::packetize_h264(nals)};
}

std::vector<rtp::Frame> MadeFrames::take(Instant now) {
  if (!begin_) begin_ = now;
  std::vector<rtp::Frame> frames;
  for (Instant due; (due = *begin_ + sounds_ * kSoundInterval) <= now; ++sounds_) {
    if (now - due > kLatest) continue;
    frames.push_back({.codec = Codec::opus,
                      .rtp_timestamp = static_cast<std::uint32_t>(sounds_ * 960),
                      .captured = due,
                      .audio_level = 30,
                      .payloads = {ByteVector(kOpusBytes, 0xfc)}});
  }
  for (Instant due; (due = *begin_ + Duration(pictures_ * 1'000'000'000 / kFrameRate)) <= now; ++pictures_) {
    if (now - due > kLatest) continue;
    frames.push_back(picture(due));
    key_frame_ = false;
  }
  return frames;
}

}  // namespace plenary::bench
