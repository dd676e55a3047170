// Time as a value. Nothing below the shells reads a clock: every function that needs the time takes it as an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace plenary {

using Duration = std::chrono::nanoseconds;

// The machine's monotonic clock (CLOCK_MONOTONIC), shared by the server and its room processes.
// It has no now() on purpose; shells read it through media/io/clock.h.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

// Civil time in milliseconds, for records that people read. May step; never used for timers.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// Both readings, taken together by the shell.
struct Now {
  Instant monotonic{};
  WallTime wall{};
};

constexpr Instant instant_from_nanoseconds(std::int64_t nanoseconds) { return Instant(Duration(nanoseconds)); }
constexpr std::int64_t to_nanoseconds(Instant instant) { return instant.time_since_epoch().count(); }
constexpr std::int64_t to_milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace plenary
