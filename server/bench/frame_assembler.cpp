#include "server/bench/frame_assembler.h"

#include <algorithm>
#include <utility>

namespace plenary::bench {

void FrameAssembler::add(FramePacket packet) {
  const std::uint64_t sequence = unwrapper_.unwrap(packet.sequence);
  if (!next_) next_ = sequence;
  if (sequence < *next_) return;
  const Instant now = packet.received;
  waiting_.emplace(sequence, std::move(packet));
  drain();
  while (waiting_.size() > kMaxWaitingPackets) {
    next_ = waiting_.begin()->first;
    gap_ = true;
    drain();
  }
  handle_timeout(now);
}

void FrameAssembler::handle_timeout(Instant now) {
  while (!waiting_.empty() && now - waiting_.begin()->second.received >= kMaxRepairWait) {
    next_ = waiting_.begin()->first;
    gap_ = true;
    drain();
  }
}

std::optional<Instant> FrameAssembler::next_timeout() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->second.received + kMaxRepairWait;
}

void FrameAssembler::drain() {
  while (!waiting_.empty() && waiting_.begin()->first == *next_) {
    FramePacket packet = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    next_ = *next_ + 1;
    consume(std::move(packet));
    gap_ = false;
  }
}

void FrameAssembler::consume(FramePacket packet) {
  if (frame_ && gap_) spoiled_ = true;
  if (packet.padding_only) return;
  if (!frame_ || frame_->timestamp != packet.timestamp || kind_ == MediaKind::audio) {
    if (frame_) finish(packet.received);
    frame_ = ReceivedFrame{.timestamp = packet.timestamp, .first = packet.received};
    // What a gap before a frame held is not known, unless the frame clearly starts here.
    spoiled_ = gap_ && kind_ == MediaKind::video && !packet.starts_key_frame;
  }
  frame_->key_frame |= packet.starts_key_frame;
  frame_->first = std::min(frame_->first, packet.received);
  frame_->completed = std::max(frame_->completed, packet.received);
  if (keep_frames_) frame_->payloads.push_back(std::move(packet.payload));
  if (packet.marker || kind_ == MediaKind::audio) finish(packet.received);
}

void FrameAssembler::finish(Instant received) {
  if (spoiled_) {
    ++broken_;
  } else {
    ++complete_;
    if (frame_->key_frame) ++key_frames_;
    frame_->completed = std::max(frame_->completed, received);
    if (keep_frames_) {
      if (frames_.size() >= kMaxFrames) frames_.pop_front();
      frames_.push_back(*std::move(frame_));
    }
  }
  frame_.reset();
  spoiled_ = false;
}

std::optional<ReceivedFrame> FrameAssembler::poll_frame() {
  if (frames_.empty()) return std::nullopt;
  ReceivedFrame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

}  // namespace plenary::bench
