#include "media/rtp/feed_wire.h"

#include <algorithm>
#include <utility>

namespace plenary::rtp {
namespace {

constexpr std::uint8_t kBegin = 0x01;
constexpr std::uint8_t kEnd = 0x02;
constexpr std::uint8_t kKeyFrame = 0x04;
constexpr std::uint8_t kSlate = 0x08;
constexpr std::uint8_t kHasLevel = 0x10;
constexpr std::size_t kLengthSize = 2;

bool fits(const Frame& frame) {
  if (frame.payloads.empty() || frame.payloads.size() > kMaxFramePayloads) return false;
  std::size_t size = 0;
  for (const ByteVector& payload : frame.payloads) {
    if (payload.empty() || payload.size() > kMaxFeedPayload) return false;
    size += payload.size();
  }
  return size <= kMaxFrameSize;
}

void write_head(const Frame& frame, std::uint16_t chunk, ByteVector& out) {
  unsigned flags = chunk == 0 ? kBegin : 0;
  if (frame.key_frame) flags |= kKeyFrame;
  if (frame.slate) flags |= kSlate;
  if (frame.audio_level) flags |= kHasLevel;
  ByteWriter writer(out);
  writer.u8(kFeedVersion);
  writer.u8(static_cast<std::uint8_t>(flags));
  writer.u8(static_cast<std::uint8_t>(frame.codec));
  writer.u8(frame.audio_level.value_or(0));
  writer.u16(frame.track);
  writer.u16(chunk);
  writer.u32(frame.rtp_timestamp);
  writer.u64(static_cast<std::uint64_t>(to_nanoseconds(frame.captured)));
}

struct Head {
  std::uint8_t flags = 0;
  std::uint16_t chunk = 0;
  Frame frame;  // without payloads
};

std::optional<Head> read_head(ByteReader& reader) {
  Head head;
  const std::uint8_t version = reader.u8();
  head.flags = reader.u8();
  const std::uint8_t codec = reader.u8();
  const std::uint8_t level = reader.u8();
  head.frame.track = reader.u16();
  head.chunk = reader.u16();
  head.frame.rtp_timestamp = reader.u32();
  head.frame.captured = instant_from_nanoseconds(static_cast<std::int64_t>(reader.u64()));
  if (!reader.ok() || version != kFeedVersion || codec > static_cast<std::uint8_t>(Codec::av1)) return std::nullopt;
  if (((head.flags & kBegin) != 0) != (head.chunk == 0)) return std::nullopt;
  head.frame.codec = static_cast<Codec>(codec);
  head.frame.key_frame = (head.flags & kKeyFrame) != 0;
  head.frame.slate = (head.flags & kSlate) != 0;
  if ((head.flags & kHasLevel) != 0) head.frame.audio_level = level;
  return head;
}

bool same_frame(const Frame& a, const Frame& b) {
  return a.track == b.track && a.rtp_timestamp == b.rtp_timestamp && a.captured == b.captured && a.codec == b.codec;
}

// False when a length lies or the frame outgrows its limits.
bool read_payloads(ByteReader& reader, Frame& frame, std::size_t& size) {
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u16();
    const Bytes payload = reader.take(length);
    if (!reader.ok() || length == 0 || length > kMaxFeedPayload) return false;
    size += length;
    if (size > kMaxFrameSize || frame.payloads.size() >= kMaxFramePayloads) return false;
    frame.payloads.emplace_back(payload.begin(), payload.end());
  }
  return true;
}

}  // namespace

std::vector<ByteVector> write_feed_messages(const Frame& frame) {
  std::vector<ByteVector> messages;
  if (!fits(frame)) return messages;
  for (const ByteVector& payload : frame.payloads) {
    if (messages.empty() || messages.back().size() + kLengthSize + payload.size() > kMaxFeedMessage) {
      const auto chunk = static_cast<std::uint16_t>(messages.size());
      write_head(frame, chunk, messages.emplace_back());
    }
    ByteWriter writer(messages.back());
    writer.u16(static_cast<std::uint16_t>(payload.size()));
    writer.bytes(payload);
  }
  messages.back()[1] |= kEnd;
  return messages;
}

std::optional<Frame> FeedAssembler::add(Bytes message) {
  ByteReader reader(message);
  std::optional<Head> head;
  if (message.size() <= kMaxFeedMessage) head = read_head(reader);
  if (!head) {
    drop();
    return std::nullopt;
  }
  if (head->chunk == 0) {
    if (open_) drop();
    skipping_ = false;
    open_ = std::move(head->frame);
    open_size_ = 0;
    next_chunk_ = 0;
  } else if (!open_ || head->chunk != next_chunk_ || !same_frame(*open_, head->frame)) {
    drop();
    return std::nullopt;
  }
  ++next_chunk_;
  if (!read_payloads(reader, *open_, open_size_)) {
    drop();
    return std::nullopt;
  }
  if ((head->flags & kEnd) == 0) return std::nullopt;
  if (open_->payloads.empty()) {
    drop();
    return std::nullopt;
  }
  return std::exchange(open_, std::nullopt);
}

void FeedAssembler::drop() {
  if (!skipping_) ++dropped_;
  skipping_ = true;
  open_.reset();
}

}  // namespace plenary::rtp
