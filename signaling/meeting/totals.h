// Who has spoken how long: what balance and estimates go by.
#pragma once

#include "signaling/meeting/state.h"

namespace plenary::signaling {

// `request` has ended and was on air. A rehearsal counts for nobody.
void add_speech(State& state, const Request& request);
// The same speech goes on: as if it had not been added.
void take_speech_back(State& state, const Request& request);

}  // namespace plenary::signaling
