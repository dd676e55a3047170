#include "media/crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>

#include "media/base/check.h"

namespace plenary::crypto {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(bytes.size(), INT_MAX);
    PLENARY_CHECK(RAND_bytes(bytes.data(), static_cast<int>(count)) == 1);
    bytes = bytes.subspan(count);
  }
}

}  // namespace plenary::crypto
