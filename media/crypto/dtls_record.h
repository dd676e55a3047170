// The clear part of DTLS records (RFC 6347 §4.1, §4.2.2), read without OpenSSL.
#pragma once

#include <cstddef>
#include <optional>

#include "media/base/bytes.h"

namespace plenary::crypto {

constexpr std::uint8_t kAlertRecord = 21;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint16_t kDtls12 = 0xFEFD;  // the one's complement of 1.2
constexpr std::size_t kRecordHeader = 13;  // bytes

// A view into the datagram.
struct DtlsRecord {
  std::uint8_t type = 0;
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;  // the epoch in the upper 16 bits
  Bytes body;
};

// The next record of a datagram; nothing at its end, and where the rest is no whole record: RFC 6347 §4.1.2.7 has
// invalid records ignored.
std::optional<DtlsRecord> take_record(ByteReader& datagram);

struct DtlsDatagram {
  bool any_record = false;     // at least one whole record
  bool any_handshake = false;  // some handshake record, clear or protected
  // The longest message length, in bytes, that a clear handshake fragment claims. OpenSSL allocates as much at once.
  std::size_t longest_message = 0;
};
DtlsDatagram inspect_datagram(Bytes datagram);

}  // namespace plenary::crypto
