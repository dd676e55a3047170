#include "media/room/sound_track.h"

#include "media/room/level.h"

namespace plenary::room {
namespace {

constexpr std::size_t kMaxWaiting = 50;  // frames; the encoder holds one or two

}  // namespace

SoundTrack::SoundTrack(std::uint16_t track, FrameWriter& writer)
    : track_(track), writer_(writer), encoder_([this](const OpusEncoder::Packet& packet) { write(packet); }) {}

void SoundTrack::push(const SoundFrame& frame, double db) {
  if (!started_) {
    started_ = true;
    next_rtp_timestamp_ = static_cast<std::uint32_t>(duration_to_samples(frame.captured.time_since_epoch()));
  } else if (frame.discontinuity) {
    // The gap is in the timestamps too, so that the sender reports' mapping holds; never backwards.
    const std::int64_t gap = duration_to_samples(frame.captured - last_captured_ - kFrameDuration);
    if (gap > 0) next_rtp_timestamp_ += static_cast<std::uint32_t>(gap);
  }
  last_captured_ = frame.captured;
  const std::uint64_t tag = next_tag_++;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMaxWaiting) waiting_.pop_front();
    waiting_.push_back({tag, next_rtp_timestamp_, frame.captured, rfc6464_level(db)});
  }
  next_rtp_timestamp_ += kFrameSamples;
  encoder_.push(frame, tag);
}

void SoundTrack::write(const OpusEncoder::Packet& packet) {
  rtp::Frame frame;
  {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && waiting_.front().tag != packet.tag) waiting_.pop_front();
    if (waiting_.empty()) return;
    const Waiting& found = waiting_.front();
    frame.rtp_timestamp = found.rtp_timestamp;
    frame.captured = found.captured;
    frame.audio_level = found.level;
    waiting_.pop_front();
  }
  frame.track = track_;
  frame.codec = Codec::opus;
  frame.payloads.emplace_back(packet.bytes.begin(), packet.bytes.end());
  writer_.write(frame);
}

}  // namespace plenary::room
