#include "media/rtp/h264.h"

#include <algorithm>
#include <array>

#include "media/base/check.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kMinMaxPayload = 64;  // below, headers would outweigh what they carry
constexpr std::size_t kFuHeader = 2;        // FU indicator and FU header (RFC 6184 §5.8)
constexpr std::size_t kStapLength = 2;
constexpr std::uint8_t kFuStart = 0x80;
constexpr std::uint8_t kFuEnd = 0x40;

// RFC 6184 §5.2 gives the types beyond 23 to aggregation and fragments; a NAL unit that claims one would be misread.
bool means_nothing_in_rtp(NalType type) {
  return !is_nal_unit(type) || type == NalType::access_unit_delimiter || type == NalType::end_of_sequence ||
         type == NalType::end_of_stream || type == NalType::filler;
}

bool starts_key_frame(NalType type) { return type == NalType::idr || type == NalType::sps; }

// Where the next start code (0 0 1) begins, at or after `from`; the end when there is none.
std::size_t find_start_code(Bytes bytes, std::size_t from) {
  constexpr std::array<std::uint8_t, 3> kStartCode = {0, 0, 1};
  const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(from, bytes.size())), bytes.end(),
                                 kStartCode.begin(), kStartCode.end());
  return static_cast<std::size_t>(found - bytes.begin());
}

void append_stap_a(std::span<const Bytes> nals, std::vector<ByteVector>& payloads) {
  std::uint8_t importance = 0;
  std::size_t size = 1;
  for (const Bytes nal : nals) {
    importance = std::max<std::uint8_t>(importance, nal[0] & 0x60);
    size += kStapLength + nal.size();
  }
  ByteVector& payload = payloads.emplace_back();
  payload.reserve(size);
  ByteWriter writer(payload);
  // RFC 6184 §5.3: NRI is the highest of what the packet holds.
  writer.u8(static_cast<std::uint8_t>(importance | static_cast<std::uint8_t>(NalType::stap_a)));
  for (const Bytes nal : nals) {
    writer.u16(static_cast<std::uint16_t>(nal.size()));
    writer.bytes(nal);
  }
}

void append_fu_a(Bytes nal, std::size_t max_payload, std::vector<ByteVector>& payloads) {
  const auto indicator = static_cast<std::uint8_t>((nal[0] & 0xe0) | static_cast<std::uint8_t>(NalType::fu_a));
  const std::uint8_t type = nal[0] & 0x1f;
  const Bytes body = nal.subspan(1);  // the NAL header travels in indicator and FU header
  const std::size_t room = max_payload - kFuHeader;
  const std::size_t count = (body.size() + room - 1) / room;
  const std::size_t piece = (body.size() + count - 1) / count;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const Bytes part = body.subspan(at, std::min(piece, body.size() - at));
    unsigned header = type;
    if (at == 0) header |= kFuStart;
    if (at + part.size() == body.size()) header |= kFuEnd;
    ByteVector& payload = payloads.emplace_back();
    payload.reserve(kFuHeader + part.size());
    ByteWriter writer(payload);
    writer.u8(indicator);
    writer.u8(static_cast<std::uint8_t>(header));
    writer.bytes(part);
  }
}

// How many of the first NAL units fit into one STAP-A.
std::size_t fitting(std::span<const Bytes> nals, std::size_t max_payload) {
  std::size_t size = 1;
  std::size_t count = 0;
  for (const Bytes nal : nals) {
    size += kStapLength + nal.size();
    if (size > max_payload) break;
    ++count;
  }
  return count;
}

}  // namespace

std::vector<Bytes> split_annex_b(Bytes access_unit) {
  std::vector<Bytes> nals;
  std::size_t start_code = find_start_code(access_unit, 0);
  while (start_code < access_unit.size() && nals.size() < kMaxNalsPerFrame) {
    const std::size_t begin = start_code + 3;
    start_code = find_start_code(access_unit, begin);
    std::size_t end = start_code;
    // A NAL unit never ends with a zero (§7.4.1): these belong to the next start code or are trailing_zero_8bits.
    while (end > begin && access_unit[end - 1] == 0) --end;
    if (end > begin) nals.push_back(access_unit.subspan(begin, end - begin));
  }
  return nals;
}

std::optional<std::vector<Bytes>> split_avcc(Bytes access_unit, std::size_t length_size) {
  if (length_size != 1 && length_size != 2 && length_size != 4) return std::nullopt;
  std::vector<Bytes> nals;
  ByteReader reader(access_unit);
  while (reader.remaining() > 0) {
    const std::size_t length = length_size == 1 ? reader.u8() : length_size == 2 ? reader.u16() : reader.u32();
    const Bytes nal = reader.take(length);
    if (!reader.ok()) return std::nullopt;
    if (!nal.empty() && nals.size() < kMaxNalsPerFrame) nals.push_back(nal);
  }
  return nals;
}

ByteVector write_annex_b(std::span<const Bytes> nals) {
  ByteVector out;
  std::size_t size = 0;
  for (const Bytes nal : nals) size += 4 + nal.size();
  out.reserve(size);
  ByteWriter writer(out);
  for (const Bytes nal : nals) {
    writer.u32(1);
    writer.bytes(nal);
  }
  return out;
}

bool is_idr(std::span<const Bytes> nals) { return find_nal(nals, NalType::idr).has_value(); }

std::optional<Bytes> find_nal(std::span<const Bytes> nals, NalType type) {
  const auto found = std::find_if(nals.begin(), nals.end(), [&](Bytes nal) { return nal_type(nal) == type; });
  if (found == nals.end()) return std::nullopt;
  return *found;
}

std::vector<ByteVector> packetize_h264(std::span<const Bytes> nals, std::size_t max_payload) {
  PLENARY_CHECK(max_payload >= kMinMaxPayload && max_payload <= kMaxPacket);
  std::vector<Bytes> wanted;
  for (const Bytes nal : nals) {
    if (!nal.empty() && !means_nothing_in_rtp(nal_type(nal))) wanted.push_back(nal);
  }
  std::vector<ByteVector> payloads;
  std::span<const Bytes> rest = wanted;
  while (!rest.empty()) {
    const std::size_t together = fitting(rest, max_payload);
    if (together >= 2) {
      append_stap_a(rest.first(together), payloads);
      rest = rest.subspan(together);
    } else if (rest.front().size() <= max_payload) {
      payloads.emplace_back(rest.front().begin(), rest.front().end());
      rest = rest.subspan(1);
    } else {
      append_fu_a(rest.front(), max_payload, payloads);
      rest = rest.subspan(1);
    }
  }
  return payloads;
}

bool h264_payload_starts_key_frame(Bytes payload) {
  const NalType type = nal_type(payload);
  if (type == NalType::stap_a) {
    ByteReader reader(payload.subspan(1));
    while (reader.remaining() > 0) {
      const std::size_t length = reader.u16();
      const Bytes nal = reader.take(length);
      if (!reader.ok()) return false;
      if (starts_key_frame(nal_type(nal))) return true;
    }
    return false;
  }
  if (type == NalType::fu_a) {
    return payload.size() > kFuHeader && (payload[1] & kFuStart) != 0 &&
           starts_key_frame(static_cast<NalType>(payload[1] & 0x1f));
  }
  return starts_key_frame(type);
}

}  // namespace plenary::rtp
