// State from events. Total: an event that fits nothing changes nothing but the number, so that no journal can crash the
// server.
#pragma once

#include "signaling/meeting/event.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

void apply(State& state, const Event& event);

}  // namespace plenary::signaling
