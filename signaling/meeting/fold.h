// State from events. Total: an event that fits nothing changes nothing but the number, so that no journal can crash the
// server.
#pragma once

#include "signaling/meeting/event.h"
#include "signaling/meeting/rules.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

// Before the first event.
State first_state(const Rules& rules);

void apply(State& state, const Event& event);

}  // namespace plenary::signaling
