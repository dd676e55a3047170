// The grant is the routing: what the shell must let through, derived from the state alone. The shell compares it with
// what it did last and makes the difference; there are no effects to lose.
#pragma once

#include <string>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Speaker {
  RequestId request{};
  ParticipantId participant{};
  std::string name;
  std::string organisation;
  std::string language;  // spoken
  Where where = Where::remote;
  RequestState state = RequestState::standby;  // standby, granted, on_air, paused, held
  bool in_return = false;   // speaker.air: granted, on air, or held (so that a speaker who comes back is heard at once)
  bool to_viewers = false;  // picture and sound to people: on air (or held), never before
  bool muted = false;       // by the moderator: no sound, the picture stays
  bool operator==(const Speaker&) const = default;
};

// Everybody from standby on, in the order the floor was given, standby last. Nobody else's media goes anywhere.
// People in the room are listed too, but have nothing to route.
std::vector<Speaker> speakers(const State& state);

// Whose media is taken at all (POST /whip/ROOM/floor): standby and later, or first of the waiting list. The open
// request it belongs to.
const Request* publishing_request(const State& state, ParticipantId participant);

}  // namespace plenary::signaling
