#include <utility>

#include "media/rtp/h264.h"

namespace plenary::rtp {
namespace {

constexpr std::uint8_t kFuStart = 0x80;
constexpr std::uint8_t kFuEnd = 0x40;

}  // namespace

std::optional<H264Depacketizer::AccessUnit> H264Depacketizer::add(const Packet& packet) {
  if (last_sequence_ && !newer(packet.sequence, *last_sequence_)) return std::nullopt;
  const bool gap = last_sequence_ && static_cast<std::uint16_t>(packet.sequence - *last_sequence_) != 1;
  last_sequence_ = packet.sequence;
  if (gap && timestamp_) spoil();
  if (packet.payload.empty()) return std::nullopt;

  std::optional<AccessUnit> before;
  if (timestamp_ != packet.timestamp) {
    if (timestamp_) before = finish();
    begin(packet.timestamp);
    if (gap && !h264_payload_starts_key_frame(packet.payload)) spoil();
  }
  if (!spoiled_ && !add_payload(packet.payload)) spoil();
  if (!packet.marker || before) return before;
  return finish();
}

void H264Depacketizer::begin(std::uint32_t timestamp) {
  timestamp_ = timestamp;
  spoiled_ = false;
  in_fragment_ = false;
  key_frame_ = false;
  size_ = 0;
  nals_.clear();
}

bool H264Depacketizer::add_payload(Bytes payload) {
  const NalType type = nal_type(payload);
  if (type == NalType::fu_a) return add_fu_a(payload);
  if (in_fragment_) return false;
  if (type == NalType::stap_a) return add_stap_a(payload);
  return is_nal_unit(type) && add_nal(payload);
}

bool H264Depacketizer::add_stap_a(Bytes payload) {
  ByteReader reader(payload.subspan(1));
  if (reader.remaining() == 0) return false;
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u16();
    const Bytes nal = reader.take(length);
    if (!reader.ok() || !is_nal_unit(nal_type(nal)) || !add_nal(nal)) return false;
  }
  return true;
}

bool H264Depacketizer::add_fu_a(Bytes payload) {
  if (payload.size() < 3) return false;
  const bool start = (payload[1] & kFuStart) != 0;
  const bool end = (payload[1] & kFuEnd) != 0;
  const auto header = static_cast<std::uint8_t>((payload[0] & 0xe0) | (payload[1] & 0x1f));
  const Bytes part = payload.subspan(2);
  // RFC 6184 §5.8: start and end are never both set.
  if ((start && end) || start == in_fragment_) return false;
  if (start) {
    if (!is_nal_unit(static_cast<NalType>(header & 0x1f)) || !add_nal(Bytes(&header, 1))) return false;
  } else if ((nals_.back()[0] & 0x1f) != (header & 0x1f)) {
    return false;
  }
  in_fragment_ = !end;
  size_ += part.size();
  if (size_ > kMaxAccessUnit) return false;
  nals_.back().insert(nals_.back().end(), part.begin(), part.end());
  return true;
}

bool H264Depacketizer::add_nal(Bytes nal) {
  size_ += nal.size();
  if (nals_.size() >= kMaxNalsPerFrame || size_ > kMaxAccessUnit) return false;
  key_frame_ = key_frame_ || nal_type(nal) == NalType::idr;
  nals_.emplace_back(nal.begin(), nal.end());
  return true;
}

std::optional<H264Depacketizer::AccessUnit> H264Depacketizer::finish() {
  if (in_fragment_) spoil();
  const std::uint32_t timestamp = *std::exchange(timestamp_, std::nullopt);
  if (spoiled_ || nals_.empty()) return std::nullopt;
  return AccessUnit{timestamp, key_frame_, std::exchange(nals_, {})};
}

void H264Depacketizer::spoil() {
  if (!spoiled_) ++dropped_;
  spoiled_ = true;
  in_fragment_ = false;
  nals_.clear();
}

}  // namespace plenary::rtp
