// Session keys from master keys: RFC 3711 §4.3.1 with a key derivation rate of 0.
#pragma once

#include <cstdint>

#include "media/base/bytes.h"

namespace plenary::crypto {

enum class SrtpLabel : std::uint8_t {
  rtp_encryption = 0,
  rtp_authentication = 1,
  rtp_salt = 2,
  rtcp_encryption = 3,
  rtcp_authentication = 4,
  rtcp_salt = 5
};

// `key` has 16 bytes, `salt` 14 or 12, `out` at most 32. RFC 7714 §11: a salt of 96 bits stands in the upper part of
// the 112 that the function takes.
void derive_srtp(Bytes key, Bytes salt, SrtpLabel label, MutableBytes out);

}  // namespace plenary::crypto
