// Cryptographically strong randomness (OpenSSL RAND_bytes). Any thread.
#pragma once

#include "media/base/random.h"

namespace plenary::crypto {

class SystemRandom final : public RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace plenary::crypto
