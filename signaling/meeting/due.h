// What time and presence make happen by themselves. Levels, not edges: the same facts give the same events however
// often they are asked for, so nothing is lost when a write fails or a report comes twice.
#pragma once

#include <optional>
#include <vector>

#include "signaling/meeting/event.h"
#include "signaling/meeting/presence.h"
#include "signaling/meeting/rules.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Due {
  Moment when{};
  EventBody event;
};

// When they are passed over, or lapse, unless they answer the call; none: nobody waits for an answer by the clock.
std::optional<Moment> answer_by(const Request& request, const Rules& rules);
// Held: until when the floor is kept for them.
std::optional<Moment> kept_until(const Request& request, const Rules& rules);
// When their microphone closes by itself if their clock goes on; none: it never does, or the clock stands.
std::optional<Moment> closes_at(const Request& request, const Rules& rules);

// The earliest thing that is due, or will be if nothing changes until then.
std::optional<Due> next_due(const State& state, const Presence& presence, const Rules& rules);

}  // namespace plenary::signaling
