// Randomness is passed in, so that a test repeats itself from its seed. The system's source is crypto/random.h.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>

namespace plenary {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  std::uint32_t u32();
  std::uint64_t u64();
  // `length` characters of ALPHA / DIGIT, about 5.95 bits each; fit for ICE credentials and identifiers in URLs.
  std::string token(std::size_t length);
};

// For tests and simulations only: the same seed gives the same bytes.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace plenary
