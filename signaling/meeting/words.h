// The words of the meeting as types; each has one text form, the same in protocol, journal and pages.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plenary::signaling {

// "p-7", "r-12" and "h-3" outside. A participant's number is kept by the journal once they have asked for the floor.
enum class ParticipantId : std::uint64_t {};
enum class RequestId : std::uint64_t {};
enum class HelpId : std::uint64_t {};

enum class Role : std::uint8_t {
  observer,
  participant,
  chair,
  moderator,
  technician,
  interpreter,
  captioner,
  organiser,
  admin
};
enum class Category : std::uint8_t {
  none,
  government,
  private_sector,
  civil_society,
  academia,
  international_organization
};
// `phone` people are brought into the room by its telephone bridge, so they count as being there.
enum class Where : std::uint8_t { remote, room, phone };
// `chair`: speaks without having asked, and counts for nothing (act::Speak). Nobody asks for it.
enum class RequestKind : std::uint8_t { statement, question, reply, right_of_reply, point_of_order, written, chair };
enum class RequestState : std::uint8_t {
  pending,
  queued,
  standby,
  granted,
  on_air,
  paused,
  held,
  released,
  revoked,
  expired,
  denied,
  withdrawn,
  lapsed
};
// A moderator's acts that can be undone, by the names of their methods. Not mute and pause: to undo them would open a
// microphone, which only floor.unmute and floor.resume do.
enum class Undoable : std::uint8_t {
  approve,
  deny,
  pass,
  prepare,
  grant,
  move,
  resume,
  unmute,
  extend,
  revoke,
  release,
  add,
  list_open,
  list_close,
  list_order,
  agenda_select
};
enum class ListOrder : std::uint8_t { asked, balance, protocol, manual };
enum class MeetingState : std::uint8_t { scheduled, rehearsal, live, suspended, closed };
enum class Audience : std::uint8_t { everyone, registered, closed };  // `everyone` is "public" outside

// Somebody may get the floor. In a rehearsal it leads nowhere but into the room.
constexpr bool takes_speeches(MeetingState s) { return s == MeetingState::rehearsal || s == MeetingState::live; }
constexpr bool is_waiting(RequestState s) { return s <= RequestState::standby; }
constexpr bool holds_floor(RequestState s) { return s >= RequestState::granted && s <= RequestState::held; }
constexpr bool is_open(RequestState s) { return s <= RequestState::held; }
constexpr bool is_ended(RequestState s) { return s >= RequestState::released; }
// Comes over the network; everybody else is heard through the room's own microphones.
constexpr bool needs_return(Where w) { return w == Where::remote; }
// Does all a moderator does on the floor.
constexpr bool manages_floor(Role r) { return r == Role::moderator || r == Role::admin; }
// Answers who asks for help.
constexpr bool answers_help(Role r) { return manages_floor(r) || r == Role::technician; }
// The chair gives and ends the floor, the moderator does all a chair does.
constexpr bool gives_floor(Role r) { return manages_floor(r) || r == Role::chair; }

std::string_view to_text(Role value);
std::string_view to_text(Category value);  // none: ""
std::string_view to_text(Where value);
std::string_view to_text(RequestKind value);
std::string_view to_text(RequestState value);
std::string_view to_text(Undoable value);  // "floor.grant", "list.open"
std::string_view to_text(ListOrder value);
std::string_view to_text(MeetingState value);
std::string_view to_text(Audience value);
std::string to_text(ParticipantId id);
std::string to_text(RequestId id);
std::string to_text(HelpId id);

std::optional<Role> role_from(std::string_view text);
std::optional<Category> category_from(std::string_view text);  // "" is none
std::optional<Where> where_from(std::string_view text);
std::optional<RequestKind> kind_from(std::string_view text);
std::optional<RequestState> request_state_from(std::string_view text);
std::optional<Undoable> undoable_from(std::string_view text);
std::optional<ListOrder> order_from(std::string_view text);
std::optional<MeetingState> meeting_state_from(std::string_view text);
std::optional<Audience> audience_from(std::string_view text);
std::optional<ParticipantId> participant_from(std::string_view text);
std::optional<RequestId> request_from(std::string_view text);
std::optional<HelpId> help_from(std::string_view text);

}  // namespace plenary::signaling
