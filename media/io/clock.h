// The one place where clocks are read. Shells only.
#pragma once

#include <ctime>

#include "media/base/time.h"

namespace plenary::io {

// CLOCK_MONOTONIC, which the server shares with its room processes.
Instant read_monotonic();
// CLOCK_REALTIME; may step.
WallTime read_wall();
Now read_clocks();
// CLOCK_REALTIME minus CLOCK_MONOTONIC at this moment, for times that the kernel stamps with the former.
Duration realtime_offset();
// When the kernel stamped what is read at `now`; `now` where the wall clock was stepped meanwhile, which must not date
// it into the future or far back.
Instant stamped_at(const timespec& stamp, Instant now, Duration realtime_offset);

}  // namespace plenary::io
