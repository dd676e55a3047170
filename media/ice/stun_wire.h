// Numbers of the STUN wire format that reading and writing share (RFC 8489 §5, §18; RFC 8445 §16).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/base/bytes.h"

namespace plenary::ice::wire {

constexpr std::size_t kHeaderBytes = 20;
constexpr std::size_t kAttributeHeaderBytes = 4;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::size_t kIntegrityBytes = 20;            // HMAC-SHA1
constexpr std::uint32_t kFingerprintXor = 0x5354554E;  // RFC 8489 §14.7
constexpr std::size_t kMaxUsernameBytes = 508;         // RFC 8489 §14.3: fewer than 509

enum Attribute : std::uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kMessageIntegritySha256 = 0x001C,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};
constexpr std::uint16_t kFirstOptionalAttribute = 0x8000;

constexpr std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

// The value of FINGERPRINT over the message up to, not including, that attribute.
std::uint32_t fingerprint_of(Bytes message);

}  // namespace plenary::ice::wire
