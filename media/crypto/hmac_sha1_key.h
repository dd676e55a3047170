// HMAC-SHA1 (RFC 2104) under a key that is used for many messages: what the key's own blocks come to is kept, so that
// a message costs two blocks less, and a key 40 bytes. Only for the sources of this folder.
#pragma once

#include <array>
#include <cstdint>

#include "media/base/bytes.h"

namespace plenary::crypto {

class HmacSha1Key {
 public:
  using State = std::array<std::uint32_t, 5>;

  // At most 64 bytes.
  explicit HmacSha1Key(Bytes key);
  ~HmacSha1Key();
  HmacSha1Key(const HmacSha1Key&) = default;
  HmacSha1Key& operator=(const HmacSha1Key&) = default;

  [[nodiscard]] std::array<std::uint8_t, 20> sign(Bytes message) const;
  // After the key with the inner and with the outer padding: what ipsec-mb goes on from.
  [[nodiscard]] const State& inner() const { return inner_; }
  [[nodiscard]] const State& outer() const { return outer_; }

 private:
  State inner_;
  State outer_;
};

}  // namespace plenary::crypto
