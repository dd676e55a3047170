#include "server/config/meeting_type.h"

namespace plenary::server {

std::string_view to_text(MeetingType type) {
  return type == MeetingType::none ? "" : kMeetingTypes.at(static_cast<std::size_t>(type) - 1);
}

FloorSection floor_of(MeetingType type) {
  FloorSection floor{.type = type};
  switch (type) {
    case MeetingType::none:
    case MeetingType::consultation:  // an open list, first come, first served, three minutes
      break;
    case MeetingType::high_level:  // the facilitator decides who speaks, and nobody is passed over by a clock
      floor.order = FirstOrder::protocol;
      floor.needs_approval = true;
      floor.ready_within = std::chrono::milliseconds{0};
      floor.replies = false;
      break;
    case MeetingType::round_table:  // the tour de table is added by the moderator, who opens the list after it
      floor.list_open = false;
      break;
    case MeetingType::talk:  // no queue
    case MeetingType::ceremony:
      floor.list_open = false;
      floor.replies = false;
      break;
    case MeetingType::policy_dialogue:  // a panel that stays open, and then questions
    case MeetingType::workshop:
      floor.speakers_max = kMostSpeakers;
      break;
  }
  return floor;
}

}  // namespace plenary::server
