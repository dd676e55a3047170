// How many random packets a test seals and opens again; PLENARY_TEST_PACKETS=1000000 makes it the long run.
#pragma once

#include <cstdlib>

namespace plenary::crypto {

inline int packets_to_try(int usual) {
  const char* wish = std::getenv("PLENARY_TEST_PACKETS");
  return wish == nullptr ? usual : std::atoi(wish);
}

}  // namespace plenary::crypto
