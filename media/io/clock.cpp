#include "media/io/clock.h"

namespace plenary::io {
namespace {

std::int64_t read_nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Instant read_monotonic() { return instant_from_nanoseconds(read_nanoseconds(CLOCK_MONOTONIC)); }

WallTime read_wall() { return WallTime(std::chrono::milliseconds(read_nanoseconds(CLOCK_REALTIME) / 1'000'000)); }

Now read_clocks() { return {.monotonic = read_monotonic(), .wall = read_wall()}; }

Duration realtime_offset() { return Duration(read_nanoseconds(CLOCK_REALTIME) - read_nanoseconds(CLOCK_MONOTONIC)); }

Instant stamped_at(const timespec& stamp, Instant now, Duration realtime_offset) {
  const Duration since_epoch = std::chrono::seconds(stamp.tv_sec) + Duration(stamp.tv_nsec);
  const Instant at = Instant(since_epoch - realtime_offset);
  return at < now && now - at < std::chrono::seconds(1) ? at : now;
}

}  // namespace plenary::io
