#include "media/crypto/dtls_record.h"

#include <algorithm>

namespace plenary::crypto {
namespace {

constexpr std::uint8_t kLowestContentType = 20;   // change_cipher_spec
constexpr std::uint8_t kHighestContentType = 63;  // RFC 7983 §7

// msg_type, length, message_seq, fragment_offset, fragment_length, fragment; several may share a record.
std::size_t longest_message(Bytes body) {
  std::size_t longest = 0;
  ByteReader reader(body);
  while (reader.remaining() > 0) {
    reader.u8();
    const std::size_t length = reader.u24();
    reader.u16();
    reader.u24();
    const std::size_t fragment = reader.u24();
    if (!reader.ok()) break;
    longest = std::max(longest, length);
    reader.take(fragment);
  }
  return longest;
}

}  // namespace

// type(1) version(2) epoch(2) sequence_number(6) length(2) fragment
std::optional<DtlsRecord> take_record(ByteReader& datagram) {
  DtlsRecord record;
  record.type = datagram.u8();
  if (record.type < kLowestContentType || record.type > kHighestContentType) return std::nullopt;
  record.version = datagram.u16();
  record.sequence = datagram.u64();
  record.epoch = static_cast<std::uint16_t>(record.sequence >> 48);
  record.body = datagram.take(datagram.u16());
  if (!datagram.ok()) return std::nullopt;
  return record;
}

DtlsDatagram inspect_datagram(Bytes datagram) {
  DtlsDatagram found;
  ByteReader reader(datagram);
  while (const auto record = take_record(reader)) {
    found.any_record = true;
    found.any_handshake |= record->type == kHandshakeRecord;
    if (record->type == kHandshakeRecord && record->epoch == 0) {
      found.longest_message = std::max(found.longest_message, longest_message(record->body));
    }
  }
  return found;
}

}  // namespace plenary::crypto
