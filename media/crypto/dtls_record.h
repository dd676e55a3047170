// What the clear part of a DTLS datagram tells (RFC 6347 §4.1, §4.2.2), read before OpenSSL sees it.
#pragma once

#include <cstddef>

#include "media/base/bytes.h"

namespace plenary::crypto {

struct DtlsDatagram {
  bool any_record = false;     // at least one whole record
  bool any_protected = false;  // some record of epoch 1 or later
  bool any_handshake = false;  // some handshake record, clear or protected
  // The longest message length, in bytes, that a clear handshake fragment claims. OpenSSL allocates as much at once.
  std::size_t longest_message = 0;
};

// Reads as far as records are whole; what follows is ignored, as RFC 6347 §4.1.2.7 does with invalid records.
DtlsDatagram inspect_datagram(Bytes datagram);

}  // namespace plenary::crypto
