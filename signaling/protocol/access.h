// Who may call what: the one place. Beyond it the floor checks only whose request it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "signaling/meeting/act.h"
#include "signaling/meeting/words.h"

namespace plenary::signaling {

enum class Method : std::uint8_t {
  meeting_join,
  meeting_state,
  meeting_open,
  meeting_suspend,
  meeting_resume,
  meeting_close,
  meeting_audience,
  meeting_take_over,
  person_where,
  channel_select,
  return_sound,
  floor_request,
  floor_withdraw,
  floor_ready,
  floor_release,
  floor_speak,
  floor_approve,
  floor_deny,
  floor_pass,
  floor_prepare,
  floor_grant,
  floor_move,
  floor_pause,
  floor_resume,
  floor_mute,
  floor_unmute,
  floor_extend,
  floor_revoke,
  floor_add,
  floor_note,
  floor_reader,
  floor_text,
  floor_undo,
  list_open,
  list_close,
  list_order,
  people_remove,
  agenda_set,
  agenda_select,
  help_ask,
  help_answer,
  help_close
};

constexpr Method kLastMethod = Method::help_close;

std::optional<Method> method_from(std::string_view name);
std::string_view to_text(Method method);
bool may(Role role, Method method);
// Of `people.remove`: nobody removes whom they work beside or under; an organiser revokes their link.
bool may_remove(Role by, Role whom);
// Is in the meeting at all: reads its state, sees and hears it. `registered`: came with a token of the room.
bool may_attend(Role role, bool registered, Audience audience);
// To who may not.
Refusal not_admitted(Audience audience);
// To who comes with a token that a moderator, or an organiser, made void.
Refusal removed_refusal();
Refusal revoked_refusal();
// Sees everybody's `help.changed`.
bool sees_help(Role role);
// Sees `note.changed`: who may write it, and nobody else.
bool sees_notes(Role role);
// Reads a written text before it was delivered: who has it read, and who interprets or captions it.
bool sees_texts(Role role);
// Sees `room.status`.
bool watches_room(Role role);
// Every row of the queue; the others see the front and their own.
bool sees_whole_list(Role role);
// Sees `floor.readiness` of everybody: who runs the room, who gives the floor, and who listens to interpret.
bool sees_readiness(Role role);

}  // namespace plenary::signaling
