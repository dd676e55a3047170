// The room process's one place that reads a clock. GStreamer's system clock counts the same nanoseconds, so a
// pipeline's base time and an Instant are the same scale.
#pragma once

#include <ctime>

#include "media/base/time.h"

namespace plenary::room {

inline Instant monotonic_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return instant_from_nanoseconds(t.tv_sec * 1'000'000'000LL + t.tv_nsec);
}

// Milliseconds of civil time; only for the clocks that test pictures show.
inline std::int64_t wall_milliseconds() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1'000LL + t.tv_nsec / 1'000'000;
}

}  // namespace plenary::room
