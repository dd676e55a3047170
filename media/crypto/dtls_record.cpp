#include "media/crypto/dtls_record.h"

#include <algorithm>

namespace plenary::crypto {
namespace {

constexpr std::uint8_t kLowestContentType = 20;  // change_cipher_spec
constexpr std::uint8_t kHandshakeType = 22;
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
DtlsDatagram inspect_datagram(Bytes datagram) {
  DtlsDatagram found;
  ByteReader reader(datagram);
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    if (type < kLowestContentType || type > kHighestContentType) break;
    reader.u16();
    const std::uint16_t epoch = reader.u16();
    reader.take(6);
    const Bytes body = reader.take(reader.u16());
    if (!reader.ok()) break;
    found.any_record = true;
    found.any_protected |= epoch > 0;
    found.any_handshake |= type == kHandshakeType;
    if (type == kHandshakeType && epoch == 0) {
      found.longest_message = std::max(found.longest_message, longest_message(body));
    }
  }
  return found;
}

}  // namespace plenary::crypto
