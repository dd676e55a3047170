#include "media/forward/track.h"

#include <algorithm>

#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/key_frame.h"

namespace plenary::forward {
namespace {

// Slate sound that could not be made in time (a stopped process) is left out, not made up for.
constexpr Duration kMaxSlateBacklog = std::chrono::milliseconds(200);

}  // namespace

Track::Track(const Config& config, Counters& counters, Instant now)
    : codec_(config.codec),
      counters_(counters),
      ring_(kind_of(config.codec) == MediaKind::video ? kVideoRingPackets : kAudioRingPackets),
      rebase_(plenary::clock_rate(config.codec), config.first_timestamp),
      requests_(config.key_frame_interval),
      silent_after_(config.silent_after),
      needs_key_frame_(kind_of(config.codec) == MediaKind::video),
      last_live_(now) {}

bool Track::handle_frame(const rtp::Frame& frame, Instant now) {
  if (frame.payloads.empty()) return false;
  if (needs_key_frame_ && !frame.key_frame) {
    counters_.add(Count::frames_without_key_frame);
    requests_.want(now);
    return false;
  }
  begin_live(now);
  append_frame(frame, rebase_.rebase(frame.rtp_timestamp, frame.captured), frame.captured, now);
  return true;
}

void Track::append_frame(const rtp::Frame& frame, std::uint32_t timestamp, Instant captured, Instant now) {
  const bool key_frame = frame.key_frame || kind() == MediaKind::audio;
  if (frame.key_frame) {
    key_frame_ = head_;
    key_frame_timestamp_ = timestamp;
    requests_.handle_key_frame(now);
  }
  for (std::size_t i = 0; i < frame.payloads.size(); ++i) {
    TrackPacket& slot = ring_.put(head_++);
    slot.timestamp = timestamp;
    slot.marker = kind() == MediaKind::video && i + 1 == frame.payloads.size();
    slot.begins_frame = i == 0;
    slot.begins_key_frame = key_frame && i == 0;
    slot.audio_level = frame.audio_level.value_or(kNoLevel);
    slot.captured = captured;
    slot.arrived = now;
    slot.payload.assign(frame.payloads[i].begin(), frame.payloads[i].end());
    rewrite_numbers(slot);
  }
  newest_timestamp_ = timestamp;
  ring_.trim(now - kRingTime);
}

bool Track::handle_packet(const rtp::Packet& packet, Instant captured, std::optional<std::uint8_t> audio_level,
                          Instant now, Bytes descriptor) {
  const bool padding_only = packet.payload.empty();
  const bool key_frame = rtp::payload_starts_key_frame(codec_, packet.payload);
  if (needs_key_frame_ && !key_frame) {
    if (!padding_only) counters_.add(Count::frames_without_key_frame);
    requests_.want(now);
    return false;
  }
  const std::optional<std::uint64_t> index = numbers_.number(packet.sequence, padding_only, head_);
  if (!index) {
    counters_.add(padding_only ? Count::rtp_padding_only : Count::packets_too_late);
    return false;
  }
  if (ring_.find(*index) != nullptr) {
    counters_.add(Count::rtp_duplicate);
    return false;
  }
  begin_live(now);
  const bool late = *index < head_;
  TrackPacket& slot = ring_.put(*index);
  slot.timestamp = late ? packet.timestamp + rebase_.offset() : rebase_.rebase(packet.timestamp, captured);
  slot.marker = packet.marker;
  slot.audio_level = audio_level.value_or(kNoLevel);
  slot.captured = captured;
  slot.arrived = now;
  slot.payload.assign(packet.payload.begin(), packet.payload.end());
  if (descriptor.size() >= rtp::kMinDescriptor && descriptor.size() <= rtp::kMaxDescriptor) {
    slot.descriptor.assign(descriptor.begin(), descriptor.end());
    rewrite_frame_number(slot);
  }
  rewrite_numbers(slot);
  const TrackPacket* before = ring_.find(*index - 1);
  slot.begins_frame = (before == nullptr || before->timestamp != slot.timestamp) &&
                      rtp::payload_may_start_frame(codec_, packet.payload);
  slot.begins_key_frame =
      kind() == MediaKind::audio || (key_frame && (!key_frame_ || key_frame_timestamp_ != slot.timestamp));
  if (key_frame && slot.begins_key_frame && (!key_frame_ || *index > *key_frame_)) {
    key_frame_ = *index;
    key_frame_timestamp_ = slot.timestamp;
    requests_.handle_key_frame(now);
  }
  if (late) {
    remember_late(*index);
  } else {
    head_ = *index + 1;
    newest_timestamp_ = slot.timestamp;
  }
  ring_.trim(now - kRingTime);
  return true;
}

void Track::begin_live(Instant now) {
  if (source_switched_) {
    source_switched_ = false;
    rebase_.switch_source();
    number_offsets_.reset();
  }
  needs_key_frame_ = false;
  live_ = true;
  last_live_ = now;
}

void Track::switch_source(Instant now) {
  counters_.add(Count::source_switches);
  source_switched_ = true;
  needs_key_frame_ = kind() == MediaKind::video;
  numbers_.restart();
  widener_ = rtp::PictureIdWidener();
  requests_.forget();
  if (needs_key_frame_) requests_.want(now);
}

void Track::set_slate(std::shared_ptr<const rtp::Frame> slate, Instant now) {
  slate_ = std::move(slate);
  slate_due_ = std::max(now, slate_due_);
}

void Track::source_gone(Instant now) {
  if (live_) last_live_ = now - silent_after_;
  switch_source(now);
  handle_timeout(now);
}

void Track::handle_timeout(Instant now) {
  if (live_ && now - last_live_ >= silent_after_) {
    live_ = false;
    slate_due_ = now;
  }
  if (live_ || !slate_ || slate_->payloads.empty()) return;
  if (now - slate_due_ > kMaxSlateBacklog) slate_due_ = now;
  while (slate_due_ <= now) show_slate(now);
}

void Track::show_slate(Instant now) {
  // A picture can only go on from a key frame once the slate has been shown.
  source_switched_ = true;
  needs_key_frame_ = kind() == MediaKind::video;
  numbers_.restart();
  rebase_.switch_source();
  append_frame(*slate_, rebase_.rebase(slate_->rtp_timestamp, slate_due_), slate_due_, now);
  counters_.add(Count::slate_frames);
  slate_due_ += kind() == MediaKind::video ? kSlateVideoInterval : kSlateAudioInterval;
}

std::optional<Instant> Track::next_timeout() const {
  std::optional<Instant> next = requests_.next_timeout();
  const auto sooner = [&next](Instant instant) {
    if (!next || instant < *next) next = instant;
  };
  if (live_) sooner(last_live_ + silent_after_);
  if (!live_ && slate_) sooner(slate_due_);
  return next;
}

// Picture numbers go on where a source takes over from another, as sequence and timestamp do.
void Track::rewrite_numbers(TrackPacket& slot) {
  std::optional<rtp::PictureNumbers> numbers = rtp::read_picture_numbers(codec_, slot.payload);
  if (!numbers) return;
  if (std::optional<ByteVector> wide = widener_.widen(slot.payload, *numbers)) {
    slot.payload = std::move(*wide);
    numbers = rtp::read_picture_numbers(codec_, slot.payload);
  }
  if (!number_offsets_) number_offsets_ = rtp::offsets_after(last_numbers_, *numbers);
  rtp::rewrite_numbers(slot.payload, *numbers, *number_offsets_);
  slot.numbers = *rtp::read_picture_numbers(codec_, slot.payload);
  if (slot.index + 1 < head_) return;  // came late
  last_numbers_.set(slot.numbers);
}

void Track::rewrite_frame_number(TrackPacket& slot) {
  slot.numbers.frame_number = rtp::frame_number(slot.descriptor);
  if (!number_offsets_) number_offsets_ = rtp::offsets_after(last_numbers_, slot.numbers);
  *slot.numbers.frame_number = static_cast<std::uint16_t>(*slot.numbers.frame_number + number_offsets_->frame_number);
  rtp::set_frame_number(slot.descriptor, *slot.numbers.frame_number);
  if (slot.index + 1 >= head_) last_numbers_.set(slot.numbers);
}

void Track::remember_late(std::uint64_t index) {
  counters_.add(Count::packets_late);
  late_[late_count_++ % kMaxLateRemembered] = index;
}

}  // namespace plenary::forward
