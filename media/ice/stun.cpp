#include "media/ice/stun.h"

#include "media/crypto/hash.h"
#include "media/ice/stun_wire.h"

namespace plenary::ice {
namespace {

using namespace wire;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320U ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

std::optional<Address> parse_xor_address(Bytes value, Bytes header) {
  if (value.size() < 4) return std::nullopt;
  const std::uint8_t family = value[1];
  const auto port = static_cast<std::uint16_t>(load_u16(value.data() + 2) ^ (kMagicCookie >> 16));
  // The key is cookie and transaction id, as they stand in the header from byte 4 on (RFC 8489 §14.2).
  const std::uint8_t* key = header.data() + 4;
  const std::uint8_t* ip = value.data() + 4;
  if (family == 1 && value.size() == 8) {
    auto byte = [&](int i) { return static_cast<std::uint8_t>(ip[i] ^ key[i]); };
    return Address::v4(byte(0), byte(1), byte(2), byte(3), port);
  }
  if (family == 2 && value.size() == 20) {
    Address address{.port = port};
    for (std::size_t i = 0; i < 16; ++i) address.ip[i] = static_cast<std::uint8_t>(ip[i] ^ key[i]);
    return address;
  }
  return std::nullopt;
}

// One message being read; each attribute counts at its first appearance only (RFC 8489 §14).
class Reading {
 public:
  explicit Reading(Bytes datagram) : datagram_(datagram) {}

  std::optional<StunMessage> run() {
    if (!read_header()) return std::nullopt;
    std::size_t count = 0;
    std::size_t offset = kHeaderBytes;
    while (offset < datagram_.size()) {
      if (++count > kMaxStunAttributes) return fail(StunFault::too_many_attributes);
      if (message_.has_fingerprint) return fail(StunFault::fingerprint_not_last);
      if (datagram_.size() - offset < kAttributeHeaderBytes) return fail(StunFault::attribute_cut);
      const std::uint16_t type = load_u16(datagram_.data() + offset);
      const std::size_t length = load_u16(datagram_.data() + offset + 2);
      const std::size_t start = offset + kAttributeHeaderBytes;
      if (padded(length) > datagram_.size() - start) return fail(StunFault::attribute_cut);
      if (!read_attribute(type, datagram_.subspan(start, length), offset)) return std::nullopt;
      offset = start + padded(length);
    }
    return message_;
  }
  [[nodiscard]] StunFault fault() const { return fault_; }

 private:
  std::nullopt_t fail(StunFault fault) {
    fault_ = fault;
    return std::nullopt;
  }
  bool refuse(StunFault fault) {
    fault_ = fault;
    return false;
  }

  bool read_header() {
    if (datagram_.size() < kHeaderBytes) return refuse(StunFault::too_short);
    const std::uint16_t type = load_u16(datagram_.data());
    if ((type & 0xC000) != 0) return refuse(StunFault::not_stun);
    const std::size_t length = load_u16(datagram_.data() + 2);
    if (length % 4 != 0 || length + kHeaderBytes != datagram_.size()) return refuse(StunFault::length);
    if (load_u32(datagram_.data() + 4) != kMagicCookie) return refuse(StunFault::cookie);
    // The class is spread over bits 4 and 8 of the type (RFC 8489 §5).
    message_.message_class = static_cast<StunClass>((type >> 4 & 1) | (type >> 7 & 2));
    message_.method = static_cast<std::uint16_t>((type & 0x000F) | (type >> 1 & 0x0070) | (type >> 2 & 0x0F80));
    std::copy_n(datagram_.begin() + 8, message_.transaction.size(), message_.transaction.begin());
    message_.raw = datagram_;
    return true;
  }

  bool read_attribute(std::uint16_t type, Bytes value, std::size_t offset) {
    if (type == kFingerprint) return read_fingerprint(value, offset);
    // RFC 8489 §14.5: what follows MESSAGE-INTEGRITY, except FINGERPRINT, is not protected by it and is ignored.
    if (message_.has_integrity) return true;
    switch (type) {
      case kUsername:
        if (value.size() > kMaxUsernameBytes) return refuse(StunFault::attribute_cut);
        if (message_.username.empty()) message_.username = as_text(value);
        return true;
      case kMessageIntegrity:
        if (value.size() != kIntegrityBytes) return refuse(StunFault::attribute_cut);
        message_.has_integrity = true;
        message_.integrity_offset = offset;
        return true;
      case kPriority:
        if (value.size() != 4) return refuse(StunFault::attribute_cut);
        if (!message_.priority) message_.priority = load_u32(value.data());
        return true;
      case kIceControlling:
      case kIceControlled:
        return read_role(type, value);
      case kUseCandidate:
        if (!value.empty()) return refuse(StunFault::attribute_cut);
        message_.use_candidate = true;
        return true;
      case kXorMappedAddress:
        return read_mapped(value);
      case kErrorCode:
        return read_error_code(value);
      case kMappedAddress:
      case kUnknownAttributes:
      case kRealm:
      case kNonce:
      case kMessageIntegritySha256:
        return true;
      default:
        if (type < kFirstOptionalAttribute && !message_.unknown_required) message_.unknown_required = type;
        return true;
    }
  }

  bool read_fingerprint(Bytes value, std::size_t offset) {
    if (value.size() != 4) return refuse(StunFault::attribute_cut);
    if (load_u32(value.data()) != fingerprint_of(datagram_.first(offset))) {
      return refuse(StunFault::fingerprint_wrong);
    }
    message_.has_fingerprint = true;
    return true;
  }

  bool read_role(std::uint16_t type, Bytes value) {
    if (value.size() != 8) return refuse(StunFault::attribute_cut);
    auto& tie_breaker = type == kIceControlling ? message_.controlling : message_.controlled;
    if (!tie_breaker) tie_breaker = load_u64(value.data());
    return true;
  }

  bool read_mapped(Bytes value) {
    const auto address = parse_xor_address(value, datagram_.first(kHeaderBytes));
    if (!address) return refuse(StunFault::attribute_cut);
    if (!message_.mapped) message_.mapped = address;
    return true;
  }

  bool read_error_code(Bytes value) {
    if (value.size() < 4) return refuse(StunFault::attribute_cut);
    const unsigned hundreds = value[2] & 7U;
    if (hundreds < 3 || hundreds > 6 || value[3] > 99) return refuse(StunFault::attribute_cut);
    if (!message_.error_code) message_.error_code = static_cast<std::uint16_t>(hundreds * 100 + value[3]);
    return true;
  }

  Bytes datagram_;
  StunMessage message_;
  StunFault fault_ = StunFault::not_stun;
};

}  // namespace

std::uint32_t wire::fingerprint_of(Bytes message) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : message) crc = kCrcTable[(crc ^ byte) & 0xFF] ^ crc >> 8;
  return ~crc ^ kFingerprintXor;
}

std::optional<StunMessage> parse_stun(Bytes datagram, StunFault* fault) {
  Reading reading(datagram);
  auto message = reading.run();
  if (!message && fault != nullptr) *fault = reading.fault();
  return message;
}

bool check_integrity(const StunMessage& message, std::string_view password) {
  const std::size_t value_offset = message.integrity_offset + kAttributeHeaderBytes;
  if (!message.has_integrity || message.raw.size() < value_offset + kIntegrityBytes) return false;
  // RFC 8489 §14.5: the length in the header counts up to and with MESSAGE-INTEGRITY, without what follows it.
  std::array<std::uint8_t, kHeaderBytes> header{};
  std::copy_n(message.raw.begin(), kHeaderBytes, header.begin());
  store_u16(header.data() + 2, static_cast<std::uint16_t>(value_offset + kIntegrityBytes - kHeaderBytes));
  const auto expected = crypto::hmac_sha1(as_bytes(password), header,
                                          message.raw.subspan(kHeaderBytes, message.integrity_offset - kHeaderBytes));
  return crypto::equal_in_constant_time(expected, message.raw.subspan(value_offset, kIntegrityBytes));
}

}  // namespace plenary::ice
