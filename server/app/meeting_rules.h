// What the configuration says of a room's meeting, as the meeting's rules.
#pragma once

#include "server/config/config.h"
#include "signaling/meeting/rules.h"

namespace plenary::server {

signaling::Rules rules_of(const RoomConfig& room);

}  // namespace plenary::server
