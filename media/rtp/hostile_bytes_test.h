// For this floor's tests: every truncation and many seeded mutations of good bytes, and packets that others collected.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/random.h"

namespace plenary::rtp {

// Calls `check` with copies that end exactly where the vector's allocation ends, so that ASan sees a read beyond.
template <class Check>
void for_each_truncation(const ByteVector& good, Check check) {
  for (std::size_t length = 0; length <= good.size(); ++length) {
    const ByteVector cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
    check(cut);
  }
}

// One to eight changes: a bit, a byte, an extreme value, a cut, a doubled piece.
inline ByteVector mutate(const ByteVector& good, SeededRandom& random) {
  ByteVector bytes = good;
  const std::uint32_t changes = 1 + random.u32() % 8;
  for (std::uint32_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.u32() % bytes.size();
    switch (random.u32() % 6) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1u << random.u32() % 8);
        break;
      case 1:
        bytes[at] = static_cast<std::uint8_t>(random.u32());
        break;
      case 2:
        bytes[at] = random.u32() % 2 == 0 ? 0xff : 0x00;
        break;
      case 3:
        bytes.resize(at);
        break;
      case 4:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 1 + random.u32() % 4, 0x7f);
        break;
      default: {
        const ByteVector piece(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
        bytes.insert(bytes.end(), piece.begin(), piece.end());
      }
    }
  }
  bytes.resize(std::min<std::size_t>(bytes.size(), 4'096));
  bytes.shrink_to_fit();
  return bytes;
}

// Empty when PLENARY_CORPORA names no folder with it; the test says so and skips.
inline std::vector<ByteVector> read_corpus(const char* folder) {
  std::vector<ByteVector> files;
  const std::filesystem::path corpora(PLENARY_CORPORA);
  if (corpora.empty()) return files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(corpora / folder, error)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return files;
}

}  // namespace plenary::rtp
