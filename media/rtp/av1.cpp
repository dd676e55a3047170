#include "media/rtp/av1.h"

#include <utility>

namespace plenary::rtp {
namespace {

// §4.4, aggregation header.
constexpr std::uint8_t kContinues = 0x80;
constexpr std::uint8_t kToBeContinued = 0x40;
constexpr std::uint8_t kNewSequence = 0x08;

// AV1 bitstream §5.3.2: forbidden, type (4), extension, has_size, reserved.
constexpr std::uint8_t kForbidden = 0x80;
constexpr std::uint8_t kHasExtension = 0x04;
constexpr std::uint8_t kHasSize = 0x02;
constexpr std::size_t kMaxLeb128 = 8;  // bytes, §4.10.5

ObuType obu_type(Bytes obu) { return static_cast<ObuType>(obu[0] >> 3 & 0x0f); }

// §4.10.5: little endian, seven bits a byte. The reader turns bad where it is longer than 8 bytes or beyond 32 bits.
std::size_t read_leb128(ByteReader& reader) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kMaxLeb128; ++i) {
    const std::uint8_t byte = reader.u8();
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if ((byte & 0x80) == 0) return value <= 0xffffffff ? static_cast<std::size_t>(value) : SIZE_MAX;
  }
  return SIZE_MAX;
}

void write_leb128(std::size_t value, ByteVector& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::optional<Av1Payload> parse_av1_payload(Bytes payload) {
  ByteReader reader(payload);
  const std::uint8_t head = reader.u8();
  const std::size_t count = head >> 4 & 0x03;  // 0: each element has a length
  Av1Payload parsed{.continues = (head & kContinues) != 0,
                    .to_be_continued = (head & kToBeContinued) != 0,
                    .new_sequence = (head & kNewSequence) != 0,
                    .elements = {}};
  // §4.4: "If N equals 1 then Z MUST equal 0."
  if (parsed.new_sequence && parsed.continues) return std::nullopt;
  while (count == 0 ? reader.remaining() > 0 : parsed.elements.size() < count) {
    const bool last = parsed.elements.size() + 1 == count;
    const Bytes element = reader.take(last ? reader.remaining() : read_leb128(reader));
    if (!reader.ok() || element.empty() || parsed.elements.size() == kMaxAv1Elements) return std::nullopt;
    parsed.elements.push_back(element);
  }
  if (parsed.elements.empty()) return std::nullopt;
  return parsed;
}

bool av1_payload_starts_key_frame(Bytes payload) {
  const auto parsed = parse_av1_payload(payload);
  if (!parsed || !parsed->new_sequence) return false;
  for (const Bytes element : parsed->elements) {
    if (obu_type(element) == ObuType::temporal_delimiter) continue;
    return (element[0] & kForbidden) == 0 && obu_type(element) == ObuType::sequence_header;
  }
  return false;
}

std::optional<Av1Depacketizer::TemporalUnit> Av1Depacketizer::add(const Packet& packet) {
  if (packet.payload.empty()) {  // padding fills no gap in a unit, and leaves none
    if (last_sequence_ && packet.sequence == static_cast<std::uint16_t>(*last_sequence_ + 1)) {
      last_sequence_ = packet.sequence;
    }
    return std::nullopt;
  }
  const bool gap = last_sequence_ && packet.sequence != static_cast<std::uint16_t>(*last_sequence_ + 1);
  last_sequence_ = packet.sequence;
  // A gap between two units may have held one: nobody knows.
  if (gap) spoil();
  if (timestamp_ != packet.timestamp) {
    if (timestamp_) spoil();  // its marker never came
    begin(packet);
  }
  if (waits_ && !key_frame_) spoiled_ = true;
  if (!spoiled_) {
    const auto payload = parse_av1_payload(packet.payload);
    if (!payload || !add_payload(*payload)) spoil();
  }
  if (!packet.marker) return std::nullopt;
  const bool whole = !spoiled_ && !open_ && obus_ > 0;
  if (!spoiled_ && !whole) spoil();
  timestamp_.reset();
  if (!whole) return std::nullopt;
  waits_ = false;
  return TemporalUnit{.timestamp = packet.timestamp, .key_frame = key_frame_, .bytes = std::move(bytes_)};
}

void Av1Depacketizer::begin(const Packet& packet) {
  timestamp_ = packet.timestamp;
  spoiled_ = false;
  open_ = false;
  key_frame_ = av1_payload_starts_key_frame(packet.payload);
  obus_ = 0;
  bytes_.assign({static_cast<std::uint8_t>(static_cast<unsigned>(ObuType::temporal_delimiter) << 3 | kHasSize), 0});
}

bool Av1Depacketizer::add_payload(const Av1Payload& payload) {
  if (payload.continues != open_) return false;
  for (std::size_t i = 0; i < payload.elements.size(); ++i) {
    const Bytes element = payload.elements[i];
    const bool goes_on = payload.to_be_continued && i + 1 == payload.elements.size();
    if (!open_ && !goes_on) {
      if (!add_obu(element)) return false;
      continue;
    }
    if (!open_) fragment_.clear();
    if (fragment_.size() + element.size() > kMaxTemporalUnit) return false;
    fragment_.insert(fragment_.end(), element.begin(), element.end());
    open_ = goes_on;
    if (!open_ && !add_obu(fragment_)) return false;
  }
  return true;
}

bool Av1Depacketizer::add_obu(Bytes obu) {
  ByteReader reader(obu);
  const Bytes head = reader.take((obu[0] & kHasExtension) != 0 ? 2 : 1);
  if (!reader.ok() || (head[0] & kForbidden) != 0) return false;
  Bytes body = reader.rest();
  if ((head[0] & kHasSize) != 0) {
    body = reader.take(read_leb128(reader));
    if (!reader.ok()) return false;
  }
  const ObuType type = obu_type(obu);
  // §5: the delimiter is the receiver's to put, the others say nothing.
  if (type == ObuType::temporal_delimiter || type == ObuType::tile_list || type == ObuType::padding) return true;
  if (obus_ == kMaxTemporalUnitObus || bytes_.size() + body.size() + 2 + kMaxLeb128 > kMaxTemporalUnit) return false;
  ++obus_;
  bytes_.push_back(static_cast<std::uint8_t>(head[0] | kHasSize));
  if (head.size() > 1) bytes_.push_back(head[1]);
  write_leb128(body.size(), bytes_);
  bytes_.insert(bytes_.end(), body.begin(), body.end());
  return true;
}

// What follows refers to it.
void Av1Depacketizer::spoil() {
  if (!spoiled_ && timestamp_) ++dropped_;
  spoiled_ = true;
  waits_ = true;
  open_ = false;
}

}  // namespace plenary::rtp
