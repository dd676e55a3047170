#include "media/base/random.h"

#include <array>
#include <cstring>

namespace plenary {

std::uint32_t RandomSource::u32() {
  std::array<std::uint8_t, 4> bytes;
  fill(bytes);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint64_t RandomSource::u64() { return std::uint64_t{u32()} << 32 | u32(); }

std::string RandomSource::token(std::size_t length) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::uint8_t kLetters = 62;
  constexpr std::uint8_t kUnbiased = 256 / kLetters * kLetters;  // larger bytes would favour the first letters
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    std::array<std::uint8_t, 32> bytes;
    fill(bytes);
    for (std::uint8_t byte : bytes) {
      if (byte < kUnbiased && text.size() < length) text.push_back(kAlphabet[byte % kLetters]);
    }
  }
  return text;
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
}

}  // namespace plenary
