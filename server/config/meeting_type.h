// Types of meetings: what the floor of each begins with. A key that the configuration names itself wins.
#pragma once

#include <array>
#include <string_view>

#include "server/config/config.h"

namespace plenary::server {

// By MeetingType, from its second value on.
constexpr auto kMeetingTypes = std::to_array<std::string_view>(
    {"consultation", "high_level", "round_table", "policy_dialogue", "workshop", "talk", "ceremony"});

std::string_view to_text(MeetingType type);  // none: ""
FloorSection floor_of(MeetingType type);

}  // namespace plenary::server
