// Memory that is needed soon, asked for while something else is done. Thousands of viewers do not fit into the caches:
// each of their parts would be waited for by itself.
#pragma once

#include <cstddef>

namespace plenary {

constexpr std::size_t kCacheLine = 64;  // bytes

inline void prefetch(const void* memory, std::size_t bytes) {
  const char* const begin = static_cast<const char*>(memory);
  for (std::size_t offset = 0; offset < bytes; offset += kCacheLine) __builtin_prefetch(begin + offset);
}

}  // namespace plenary
