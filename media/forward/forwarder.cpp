#include "media/forward/forwarder.h"

#include <algorithm>
#include <utility>

namespace plenary::forward {
namespace {

constexpr std::uint32_t kOpusFrame = 960;  // 20 ms; a smaller step makes players time-stretch

std::uint32_t min_step(const Track& track) { return track.kind() == MediaKind::audio ? kOpusFrame : 1; }

std::uint32_t ticks(Duration duration, const Track& track) {
  return static_cast<std::uint32_t>(rtp::to_ticks(duration, track.clock_rate()));
}

}  // namespace

Forwarder::Forwarder(const Config& config, Counters& counters)
    : counters_(counters), next_out_(config.first_sequence), first_timestamp_(config.first_timestamp) {}

void Forwarder::set_track(Track* track, Duration delay, bool live_only) {
  delay = std::clamp(delay, Duration::zero(), kMaxDelay);
  if (track == nullptr) {
    current_ = pending_ = nullptr;
    pending_start_.reset();
    return;
  }
  if (track == current_ && delay == delay_) {
    pending_ = nullptr;
    pending_start_.reset();
    return;
  }
  if (track == pending_) {
    pending_delay_ = delay;
    pending_live_only_ = live_only;
    return;
  }
  wait_for(track, delay, live_only);
  if (current_ != nullptr && current_->kind() != track->kind()) current_ = nullptr;
}

// The wait itself begins with the next poll: whoever is not connected yet neither asks for a key frame nor misses one.
void Forwarder::wait_for(Track* track, Duration delay, bool live_only) {
  pending_ = track;
  pending_delay_ = delay;
  pending_live_only_ = live_only;
  pending_since_.reset();
  pending_start_.reset();
}

void Forwarder::forget(const Track* track) {
  if (current_ == track) current_ = nullptr;
  if (pending_ == track) {
    pending_ = nullptr;
    pending_start_.reset();
  }
  for (Segment& segment : segments_) {
    if (segment.track == track) segment.track = nullptr;
  }
}

// Where a picture can start: a key frame that came after it was asked for or lies so short ago that what followed can
// be replayed. A source that does not answer is replayed from further back.
std::optional<std::uint64_t> Forwarder::start_of(const Track& track, Instant now, bool& replay) {
  const std::optional<std::uint64_t> key_frame = pending_start_ ? pending_start_ : track.key_frame();
  const TrackPacket* first = key_frame ? track.find(*key_frame) : nullptr;
  if (first == nullptr) {
    pending_start_.reset();
    return std::nullopt;
  }
  const Duration late = now - first->arrived - pending_delay_;
  if (late < Duration::zero() || *key_frame >= pending_head_) {
    pending_start_ = key_frame;  // a delayed slot must not run after ever newer key frames
    if (late < Duration::zero()) return std::nullopt;
    replay = late > kMaxAge / 2;
    return key_frame;
  }
  if (pending_start_) return key_frame;
  const bool asking_is_vain =
      !track.live() || !track.key_frame_requests().source_answers() || now - *pending_since_ >= kKeyFramePatience;
  if (late > (asking_is_vain ? kReplayMax : kReplayYoung)) return std::nullopt;
  for (std::uint64_t index = *key_frame; index < track.head(); ++index) {
    if (track.find(index) == nullptr) return std::nullopt;
  }
  replay = true;
  return key_frame;
}

std::optional<std::uint64_t> Forwarder::live_start(const Track& track, Instant now) const {
  std::uint64_t index = track.head();
  while (const TrackPacket* packet = track.find(index - 1)) {
    if (packet->arrived + pending_delay_ < now) break;
    --index;
  }
  return index;
}

void Forwarder::try_start(Instant now) {
  Track& track = *pending_;
  const bool begins = !pending_since_;
  if (begins) {
    pending_since_ = now;
    pending_head_ = track.head();
  }
  if (pending_live_only_ && !track.live()) return;
  bool replay = false;
  const std::optional<std::uint64_t> start =
      track.kind() == MediaKind::audio ? live_start(track, now) : start_of(track, now, replay);
  if (!start) {
    if (begins) track.key_frame_requests().want(now);
    return;
  }
  if (replay) counters_.add(Count::replays);
  current_ = pending_;
  delay_ = pending_delay_;
  pending_ = nullptr;
  pending_start_.reset();
  cursor_ = *start;
  late_seen_ = track.late_count();
  needs_segment_ = true;
  if (replay) begin_segment(*track.find(*start), true, now);
}

void Forwarder::begin_segment(const TrackPacket& first, bool replay, Instant now) {
  const bool continues = segment_count_ > 0 && !needs_segment_;
  // What the first packet's timestamp stands for. A replayed one is shown as if it had just come.
  const Instant shown = replay ? now - (first.arrived - first.captured) : first.captured + delay_;
  std::uint32_t timestamp = first_timestamp_;
  if (anchor_) {
    timestamp = anchor_->timestamp + ticks(shown - anchor_->instant, *current_);
    const std::uint32_t earliest = last_out_timestamp_ + min_step(*current_);
    if (static_cast<std::int32_t>(timestamp - earliest) < 0) timestamp = earliest;
  }
  if (segments_.size() < kMaxSegments) segments_.emplace_back();
  Segment& segment = segments_[segment_count_ % kMaxSegments];
  segment = {.track = current_,
             .first_out = next_out_,
             .first_index = first.index,
             .first_timestamp = first.timestamp,
             .first_out_timestamp = timestamp,
             .replay = replay,
             .started = now,
             .delay = delay_,
             .numbers = {}};
  // What came late before it began is not late for it; sent twice, a number would be sealed twice.
  if (!continues) late_seen_ = current_->late_count();
  if (continues) {
    segment.numbers = segments_[(segment_count_ - 1) % kMaxSegments].numbers;
  } else {
    switched_ = true;
    segment.numbers = rtp::offsets_after(last_numbers_, first.numbers);
  }
  ++segment_count_;
  needs_segment_ = false;
  anchor_ = {.instant = shown, .timestamp = timestamp};
}

Instant Forwarder::due(const Segment& segment, const TrackPacket& packet) const {
  if (!segment.replay) return packet.arrived + segment.delay;
  const auto since = static_cast<std::int32_t>(packet.timestamp - segment.first_timestamp);
  return segment.started + rtp::from_ticks(since, segment.track->clock_rate()) / kReplaySpeed;
}

std::uint32_t Forwarder::out_timestamp(const Segment& segment, const TrackPacket& packet) const {
  const auto since = static_cast<std::int32_t>(packet.timestamp - segment.first_timestamp);
  return segment.first_out_timestamp + static_cast<std::uint32_t>(segment.replay ? since / kReplaySpeed : since);
}

bool Forwarder::rests(Instant now) {
  if (now - train_started_ >= kTrainInterval) {
    train_started_ = now;
    train_ = 0;
  }
  return train_ >= kTrainPackets;
}

std::optional<Forwarder::Out> Forwarder::next(Instant now) {
  if (pending_) try_start(now);
  if (current_ == nullptr || rests(now)) return std::nullopt;
  if (std::optional<Out> late = next_late(now)) return late;
  const TrackPacket* packet = next_in_order(now);
  if (packet == nullptr) return std::nullopt;
  return send(*packet, now);
}

const TrackPacket* Forwarder::next_in_order(Instant now) {
  Track& track = *current_;
  const std::uint64_t head = track.head();
  if (head - cursor_ > track.ring_capacity()) {
    counters_.add(Count::packets_too_old, head - cursor_ - track.ring_capacity());
    cursor_ = head - track.ring_capacity();
    lose_place();
    if (current_ == nullptr) return nullptr;
  }
  for (; cursor_ < head; ++cursor_) {
    const TrackPacket* packet = track.find(cursor_);
    if (packet == nullptr) continue;
    if (!needs_segment_ && segment().replay && packet->begins_frame &&
        due(segment(), *packet) <= packet->arrived + delay_) {
      begin_segment(*packet, false, now);  // caught up: live from here
    }
    const Instant at = needs_segment_ ? packet->arrived + delay_ : due(segment(), *packet);
    if (at > now) return nullptr;
    if (now - at > max_age_) {
      counters_.add(Count::packets_too_old);
      lose_place();
      if (current_ == nullptr || pending_ != nullptr) return nullptr;
      continue;
    }
    return packet;
  }
  return nullptr;
}

// Too far behind: sound goes on with what is fresh, a picture with the next key frame. Numbers go on without a gap.
void Forwarder::lose_place() {
  needs_segment_ = true;
  if (current_->kind() == MediaKind::audio) return;
  cursor_ = current_->head();
  if (pending_ == nullptr) wait_for(current_, delay_, false);
  current_ = nullptr;
}

// Repaired on its way to us, behind others that left already: it fills the gap that the viewer sees.
std::optional<Forwarder::Out> Forwarder::next_late(Instant now) {
  if (needs_segment_) return std::nullopt;
  const std::uint64_t count = current_->late_count();
  if (count - late_seen_ > kMaxLateRemembered) late_seen_ = count - kMaxLateRemembered;
  while (late_seen_ < count) {
    const std::uint64_t index = current_->late(late_seen_++);
    const TrackPacket* packet = current_->find(index);
    if (packet == nullptr || index >= cursor_ || index < segment().first_index) continue;
    return send(*packet, now);
  }
  return std::nullopt;
}

Forwarder::Out Forwarder::send(const TrackPacket& packet, Instant now) {
  if (needs_segment_) begin_segment(packet, false, now);
  const Segment& segment = this->segment();
  Out out{.packet = &packet,
          .sequence = segment.first_out + (packet.index - segment.first_index),
          .timestamp = out_timestamp(segment, packet),
          .codec = segment.track->codec(),
          .numbers = segment.numbers};
  ++train_;
  if (packet.index < cursor_) return out;
  cursor_ = packet.index + 1;
  next_out_ = out.sequence + 1;
  last_out_timestamp_ = out.timestamp;
  if (!segment.replay) anchor_ = {.instant = packet.captured + segment.delay, .timestamp = out.timestamp};
  last_numbers_.set(packet.numbers, out.numbers);
  return out;
}

std::optional<Instant> Forwarder::next_timeout(Instant now) const {
  std::optional<Instant> next;
  if (pending_ && pending_since_ && *pending_since_ + kKeyFramePatience > now) {
    next = *pending_since_ + kKeyFramePatience;
  }
  if (pending_start_) {
    const TrackPacket* first = pending_->find(*pending_start_);
    if (first != nullptr) next = first->arrived + pending_delay_;
  }
  if (current_ == nullptr) return next;
  const std::uint64_t head = current_->head();
  for (std::uint64_t index = cursor_; index < head && head - index <= current_->ring_capacity(); ++index) {
    const TrackPacket* packet = current_->find(index);
    if (packet == nullptr) continue;
    Instant at = needs_segment_ ? packet->arrived + delay_ : due(segment(), *packet);
    if (train_ >= kTrainPackets) at = std::max(at, train_started_ + kTrainInterval);
    if (!next || at < *next) next = at;
    break;
  }
  return next;
}

std::uint64_t Forwarder::extend(std::uint16_t sequence) const {
  const std::uint64_t newest = next_out_ - 1;
  const std::uint64_t back = static_cast<std::uint16_t>(static_cast<std::uint16_t>(newest) - sequence);
  return newest - back;
}

std::optional<Forwarder::Out> Forwarder::repair(std::uint16_t sequence, Instant now) {
  if (segment_count_ == 0) {
    counters_.add(Count::nack_unknown);
    return std::nullopt;
  }
  const std::uint64_t wanted = extend(sequence);
  const std::uint64_t oldest = segment_count_ > kMaxSegments ? segment_count_ - kMaxSegments : 0;
  for (std::uint64_t n = segment_count_; n-- > oldest;) {
    const Segment& segment = segments_[n % kMaxSegments];
    if (wanted < segment.first_out) continue;
    if (segment.track == nullptr) break;
    const TrackPacket* packet = segment.track->find(segment.first_index + (wanted - segment.first_out));
    if (packet == nullptr) break;
    if (now - due(segment, *packet) > max_age_) {
      counters_.add(Count::nack_too_old);
      return std::nullopt;
    }
    return Out{.packet = packet,
               .sequence = wanted,
               .timestamp = out_timestamp(segment, *packet),
               .codec = segment.track->codec(),
               .numbers = segment.numbers};
  }
  counters_.add(Count::nack_unknown);
  return std::nullopt;
}

std::optional<Forwarder::Out> Forwarder::earlier(const Out& out, std::uint64_t n) const {
  const Segment& segment = this->segment();
  if (segment.track == nullptr || out.packet->index < segment.first_index + n) return std::nullopt;
  const TrackPacket* packet = segment.track->find(out.packet->index - n);
  if (packet == nullptr) return std::nullopt;
  return Out{.packet = packet,
             .sequence = out.sequence - n,
             .timestamp = out_timestamp(segment, *packet),
             .codec = out.codec,
             .numbers = segment.numbers};
}

bool Forwarder::take_switched() { return std::exchange(switched_, false); }

}  // namespace plenary::forward
