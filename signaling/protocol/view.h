// The state as pages see it (README.md "State"), in JSON texts: one for each top-level member, so that a change is told
// by comparing and sending whole members.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "signaling/meeting/meeting.h"

namespace plenary::signaling {

// What the shell knows of the room.
struct RoomFacts {
  bool picture_live = false;
  std::vector<std::string> silent_channels;
  bool operator==(const RoomFacts&) const = default;
};

using Members =
    std::vector<std::pair<std::string_view, std::string>>;  // name, JSON; always the same names in one order

// Everything but `you`, `seq` and `server_time`, the same for all.
Members state_members(const Meeting& meeting, const RoomFacts& facts);
std::string request_json(const Request& request, const Presence& presence);
// Parameters of meeting.excluded.
std::string excluded_json(const Refusal& refusal);
// `you`
std::string you_json(const Person& person, Role role);
std::string state_json(std::uint64_t seq, Moment at, const Members& members, const std::string& you);
// Parameters of meeting.changed; "" when nothing did.
std::string changed_json(std::uint64_t seq, Moment at, const Members& before, const Members& after);

}  // namespace plenary::signaling
