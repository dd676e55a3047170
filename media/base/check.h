// A broken invariant ends the process, in release builds too. Bad input is never checked with this.
#pragma once

#include <cstdio>
#include <cstdlib>

#define PLENARY_CHECK(condition)                                                                   \
  do {                                                                                             \
    if (!(condition)) [[unlikely]] {                                                               \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition);       \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)
