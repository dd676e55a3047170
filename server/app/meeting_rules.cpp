#include "server/app/meeting_rules.h"

#include "server/config/meeting_type.h"

namespace plenary::server {

static_assert(static_cast<int>(FirstOrder::protocol) == static_cast<int>(signaling::ListOrder::protocol));

signaling::Rules rules_of(const RoomConfig& room) {
  const FloorSection& floor = room.floor;
  signaling::Rules rules{.meeting = room.id,
                         .room = room.id,
                         .title = room.title,
                         .type = std::string(to_text(floor.type)),
                         .languages = room.languages,
                         .agenda = room.agenda,
                         .speakers_max = floor.speakers_max,
                         .needs_approval = floor.needs_approval,
                         .list_open = floor.list_open,
                         .order = static_cast<signaling::ListOrder>(floor.order),
                         .replies = floor.replies,
                         .rights_at_list_end = floor.rights_at_list_end,
                         .delegation_max = floor.delegation_max,
                         .overtime_max = floor.overtime_max,
                         .grace = floor.grace,
                         .ready_within = floor.ready_within};
  using signaling::RequestKind;
  rules.limits = {{RequestKind::statement, floor.statement},
                  {RequestKind::question, floor.question},
                  {RequestKind::reply, floor.reply},
                  {RequestKind::right_of_reply, floor.right_of_reply},
                  {RequestKind::point_of_order, floor.point_of_order},
                  {RequestKind::written, floor.written}};
  for (const auto& [word, limit] : floor.statement_by_category) {
    if (const auto category = signaling::category_from(word)) rules.statement_limits[*category] = limit;
  }
  return rules;
}

}  // namespace plenary::server
