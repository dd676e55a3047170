#include "signaling/protocol/access.h"

#include <array>
#include <initializer_list>

namespace plenary::signaling {
namespace {

using RoleSet = std::uint16_t;

constexpr RoleSet only(std::initializer_list<Role> roles) {
  RoleSet set = 0;
  for (const Role role : roles) set = static_cast<RoleSet>(set | (1U << static_cast<unsigned>(role)));
  return set;
}

constexpr RoleSet kAll = 0x1FF;
constexpr RoleSet kAsks = only({Role::participant});
constexpr RoleSet kManages = only({Role::moderator, Role::admin});
constexpr RoleSet kGives = only({Role::chair, Role::moderator, Role::admin});
constexpr RoleSet kSpeaksOrGives = only({Role::participant, Role::chair, Role::moderator, Role::admin});
constexpr RoleSet kPlans = only({Role::moderator, Role::organiser, Role::admin});
constexpr RoleSet kHelps = only({Role::technician, Role::moderator, Role::admin});
constexpr RoleSet kShowsReturn = only({Role::technician, Role::admin});
constexpr RoleSet kRemovable = only({Role::participant, Role::observer, Role::interpreter, Role::captioner});
constexpr RoleSet kReady = only({Role::participant, Role::moderator, Role::admin});

struct Row {
  Method method;
  std::string_view name;
  RoleSet roles;
};

constexpr std::array kTable = {
    Row{Method::meeting_join, "meeting.join", kAll},
    Row{Method::meeting_state, "meeting.state", kAll},
    Row{Method::meeting_open, "meeting.open", kManages},
    Row{Method::meeting_suspend, "meeting.suspend", kManages},
    Row{Method::meeting_resume, "meeting.resume", kManages},
    Row{Method::meeting_close, "meeting.close", kManages},
    Row{Method::meeting_audience, "meeting.audience", kManages},
    Row{Method::meeting_take_over, "meeting.take_over", kGives},
    Row{Method::person_where, "person.where", kAll},
    Row{Method::channel_select, "channel.select", kAll},
    Row{Method::return_sound, "return.sound", kShowsReturn},
    Row{Method::floor_request, "floor.request", kAsks},
    Row{Method::floor_withdraw, "floor.withdraw", kAsks},
    Row{Method::floor_ready, "floor.ready", kReady},
    Row{Method::floor_release, "floor.release", kSpeaksOrGives},
    Row{Method::floor_speak, "floor.speak", kGives},
    Row{Method::floor_approve, "floor.approve", kManages},
    Row{Method::floor_deny, "floor.deny", kManages},
    Row{Method::floor_pass, "floor.pass", kManages},
    Row{Method::floor_prepare, "floor.prepare", kManages},
    Row{Method::floor_grant, "floor.grant", kGives},
    Row{Method::floor_move, "floor.move", kManages},
    Row{Method::floor_pause, "floor.pause", kGives},
    Row{Method::floor_resume, "floor.resume", kGives},
    Row{Method::floor_mute, "floor.mute", kManages},
    Row{Method::floor_unmute, "floor.unmute", kManages},
    Row{Method::floor_extend, "floor.extend", kManages},
    Row{Method::floor_revoke, "floor.revoke", kGives},
    Row{Method::floor_add, "floor.add", kManages},
    Row{Method::floor_note, "floor.note", kManages},
    Row{Method::floor_reader, "floor.reader", kManages},
    Row{Method::floor_text, "floor.text", kAll},
    Row{Method::floor_undo, "floor.undo", kGives},
    Row{Method::list_open, "list.open", kManages},
    Row{Method::list_close, "list.close", kManages},
    Row{Method::list_order, "list.order", kManages},
    Row{Method::people_remove, "people.remove", kManages},
    Row{Method::agenda_set, "agenda.set", kPlans},
    Row{Method::agenda_select, "agenda.select", kManages},
    Row{Method::help_ask, "help.ask", kAll},
    Row{Method::help_answer, "help.answer", kHelps},
    Row{Method::help_close, "help.close", kAll},
};
static_assert(kTable.size() == static_cast<std::size_t>(kLastMethod) + 1);

}  // namespace

std::optional<Method> method_from(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.method;
  }
  return std::nullopt;
}

std::string_view to_text(Method method) { return kTable.at(static_cast<std::size_t>(method)).name; }

bool may(Role role, Method method) {
  return (kTable.at(static_cast<std::size_t>(method)).roles >> static_cast<unsigned>(role) & 1U) != 0;
}

bool may_remove(Role by, Role whom) {
  if (by == Role::admin) return true;
  return may(by, Method::people_remove) && (kRemovable >> static_cast<unsigned>(whom) & 1U) != 0;
}

bool may_attend(Role role, bool registered, Audience audience) {
  if (audience == Audience::everyone) return true;
  return registered && (audience == Audience::registered || role != Role::observer);
}

Refusal not_admitted(Audience audience) {
  if (audience == Audience::closed) {
    return {RefusalCode::not_allowed, "audience_closed", "This meeting is closed to the public at present."};
  }
  return {RefusalCode::not_allowed, "audience_registered", "This meeting is for people with a link; open yours."};
}

bool sees_whole_list(Role role) { return role != Role::participant && role != Role::observer; }

Refusal removed_refusal() {
  return {RefusalCode::not_allowed, "removed", "You were removed from this meeting; ask the organisers."};
}

Refusal revoked_refusal() {
  return {RefusalCode::not_allowed, "revoked", "This link has been revoked; ask the organisers for a new one."};
}

bool sees_help(Role role) { return answers_help(role) || role == Role::organiser; }

bool sees_notes(Role role) { return may(role, Method::floor_note); }

bool sees_texts(Role role) { return manages_floor(role) || role == Role::interpreter || role == Role::captioner; }

bool watches_room(Role role) { return role == Role::technician || role == Role::moderator || role == Role::admin; }

bool sees_readiness(Role role) { return watches_room(role) || role == Role::chair || role == Role::interpreter; }

}  // namespace plenary::signaling
