// What device checks came to, as the fold keeps it.
#pragma once

#include "signaling/meeting/event.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

constexpr Milliseconds kVerdictsCounted = std::chrono::minutes(1);  // for as long together

// The event number `seq`. One a person; beyond kMaxKnownChecks the oldest is forgotten.
void keep_check(Checks& checks, const Checked& checked, std::uint64_t seq, Moment at);

}  // namespace plenary::signaling
