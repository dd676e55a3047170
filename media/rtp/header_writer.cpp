#include "media/rtp/header_writer.h"

#include <algorithm>
#include <cstring>

#include "media/rtp/packet.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kExtensionsAt = kMinHeader + 4;  // behind profile and length
constexpr std::uint8_t kHighestOneByteId = 14;
constexpr std::size_t kMaxOneByteValue = 16;
constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;
constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kSilence = 127;
constexpr std::uint8_t kVoice = 0x80;

std::size_t whole_words(std::size_t bytes) { return (bytes + 3) / 4 * 4; }

// RFC 8285 §4.1: which form follows, in how many words.
void write_profile(std::uint8_t* header, std::uint16_t profile, std::size_t size) {
  header[0] |= kExtensionBit;
  store_u16(header + kMinHeader, profile);
  store_u16(header + kMinHeader + 2, static_cast<std::uint16_t>((size - kExtensionsAt) / 4));
}

std::optional<std::string_view> find_text(const Packet& packet, std::uint8_t id) {
  const auto value = find_extension(packet, id);
  if (!value) return std::nullopt;
  return as_text(*value);
}

}  // namespace

std::uint32_t abs_send_time(Instant instant) {
  // 18 bits of fraction: rounded down, 3.8 µs.
  const auto nanoseconds = static_cast<std::uint64_t>(to_nanoseconds(instant));
  const std::uint64_t seconds = nanoseconds / 1'000'000'000;
  const std::uint64_t fraction = (nanoseconds % 1'000'000'000 << 18) / 1'000'000'000;
  return static_cast<std::uint32_t>((seconds << 18 | fraction) & 0xffffff);
}

HeaderWriter::HeaderWriter(std::uint32_t ssrc, const ExtensionIds& ids, std::string_view mid, std::string_view rid) {
  layout_[0] = 0x80;
  store_u32(layout_.data() + 8, ssrc);
  size_ = kExtensionsAt;
  if (begin_element(ids.abs_send_time, 3) != nullptr) time_at_ = static_cast<std::uint8_t>(size_ - 3);
  if (begin_element(ids.transport_cc, 2) != nullptr) transport_at_ = static_cast<std::uint8_t>(size_ - 2);
  if (begin_element(ids.audio_level, 1) != nullptr) level_at_ = static_cast<std::uint8_t>(size_ - 1);
  add_text(ids.mid, mid);
  add_text(ids.rid, rid);
  if (ids.dependency_descriptor <= kHighestOneByteId) descriptor_id_ = ids.dependency_descriptor;
  end_ = size_;
  if (size_ == kExtensionsAt) {
    size_ = kMinHeader;
    return;
  }
  size_ = static_cast<std::uint8_t>(whole_words(size_));
  write_profile(layout_.data(), kOneByteProfile, size_);
}

std::uint8_t* HeaderWriter::begin_element(std::uint8_t id, std::size_t length) {
  if (id == 0 || id > kHighestOneByteId) return nullptr;
  std::uint8_t* const element = layout_.data() + size_;
  element[0] = static_cast<std::uint8_t>(id << 4 | (length - 1));
  size_ = static_cast<std::uint8_t>(size_ + 1 + length);
  ++elements_;
  return element + 1;
}

void HeaderWriter::add_text(std::uint8_t id, std::string_view text) {
  if (text.empty() || text.size() > kMaxText) return;
  if (std::uint8_t* const value = begin_element(id, text.size())) std::memcpy(value, text.data(), text.size());
}

std::size_t HeaderWriter::size(std::size_t descriptor) const {
  if (descriptor == 0 || descriptor_id_ == 0) return size_;
  if (descriptor <= kMaxOneByteValue) return whole_words(end_ + 1 + descriptor);
  return whole_words(end_ + elements_ + 2 + descriptor);
}

std::size_t HeaderWriter::write(std::uint8_t* out, const HeaderFields& fields) const {
  if (fields.descriptor.empty() || descriptor_id_ == 0) {
    write_known(out, fields);
    return size_;
  }
  const std::size_t size = this->size(fields.descriptor.size());
  if (fields.descriptor.size() > kMaxOneByteValue) {
    write_two_byte(out, fields, size);
    return size;
  }
  write_known(out, fields);
  std::uint8_t* at = out + end_;
  *at++ = static_cast<std::uint8_t>(descriptor_id_ << 4 | (fields.descriptor.size() - 1));
  at = std::copy(fields.descriptor.begin(), fields.descriptor.end(), at);
  std::fill(at, out + size, std::uint8_t{0});
  write_profile(out, kOneByteProfile, size);
  return size;
}

// The same elements with a byte more each.
void HeaderWriter::write_two_byte(std::uint8_t* out, const HeaderFields& fields, std::size_t size) const {
  std::array<std::uint8_t, kMaxSize> known{};
  write_known(known.data(), fields);
  std::memcpy(out, known.data(), kMinHeader);
  std::uint8_t* at = out + kExtensionsAt;
  const auto add = [&at](std::uint8_t id, Bytes value) {
    *at++ = id;
    *at++ = static_cast<std::uint8_t>(value.size());
    at = std::copy(value.begin(), value.end(), at);
  };
  for (std::size_t from = kExtensionsAt; from < end_;) {
    const std::size_t length = (known[from] & 0x0f) + std::size_t{1};
    add(known[from] >> 4, Bytes(known).subspan(from + 1, length));
    from += 1 + length;
  }
  add(descriptor_id_, fields.descriptor);
  std::fill(at, out + size, std::uint8_t{0});
  write_profile(out, kTwoByteProfile, size);
}

void HeaderWriter::write_known(std::uint8_t* out, const HeaderFields& fields) const {
  std::memcpy(out, layout_.data(), size_);
  out[1] = static_cast<std::uint8_t>((fields.marker ? 0x80 : 0) | fields.payload_type);
  store_u16(out + 2, fields.sequence);
  store_u32(out + 4, fields.timestamp);
  if (time_at_ != 0) store_u24(out + time_at_, fields.abs_send_time);
  if (transport_at_ != 0) store_u16(out + transport_at_, fields.transport_sequence);
  if (level_at_ != 0) {
    const std::uint8_t level = fields.audio_level.value_or(kSilence) & 0x7f;
    out[level_at_] = static_cast<std::uint8_t>((fields.voice ? kVoice : 0) | level);
  }
}

HeaderExtensions read_extensions(const Packet& packet, const ExtensionIds& ids) {
  HeaderExtensions read;
  if (packet.extensions.empty()) return read;
  read.mid = find_text(packet, ids.mid);
  read.rid = find_text(packet, ids.rid);
  read.repaired_rid = find_text(packet, ids.repaired_rid);
  if (const auto level = find_extension(packet, ids.audio_level); level && !level->empty()) {
    read.audio_level = (*level)[0] & 0x7f;
    read.voice = ((*level)[0] & kVoice) != 0;
  }
  if (const auto time = find_extension(packet, ids.abs_send_time); time && time->size() == 3) {
    read.abs_send_time = load_u24(time->data());
  }
  if (const auto sequence = find_extension(packet, ids.transport_cc); sequence && sequence->size() == 2) {
    read.transport_sequence = load_u16(sequence->data());
  }
  read.descriptor = find_extension(packet, ids.dependency_descriptor).value_or(Bytes());
  return read;
}

}  // namespace plenary::rtp
