#include "signaling/meeting/words.h"

#include <array>
#include <charconv>
#include <span>

namespace plenary::signaling {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 9> kRoles = {
    "observer", "participant", "chair", "moderator", "technician", "interpreter", "captioner", "organiser", "admin"};
constexpr std::array<std::string_view, 6> kCategories = {
    "", "government", "private_sector", "civil_society", "academia", "international_organization"};
constexpr std::array<std::string_view, 3> kWheres = {"remote", "room", "phone"};
constexpr std::array<std::string_view, 7> kKinds = {"statement",      "question", "reply", "right_of_reply",
                                                    "point_of_order", "written",  "chair"};
constexpr std::array<std::string_view, 13> kRequestStates = {"pending", "queued",    "standby",  "granted", "on_air",
                                                             "paused",  "held",      "released", "revoked", "expired",
                                                             "denied",  "withdrawn", "lapsed"};
constexpr std::array<std::string_view, 16> kUndoables = {
    "floor.approve", "floor.deny",   "floor.pass",   "floor.prepare", "floor.grant",   "floor.move",
    "floor.resume",  "floor.unmute", "floor.extend", "floor.revoke",  "floor.release", "floor.add",
    "list.open",     "list.close",   "list.order",   "agenda.select"};
constexpr std::array<std::string_view, 4> kOrders = {"asked", "balance", "protocol", "manual"};
constexpr std::array<std::string_view, 5> kMeetingStates = {"scheduled", "rehearsal", "live", "suspended", "closed"};
constexpr std::array<std::string_view, 3> kAudiences = {"public", "registered", "closed"};

template <class Enum>
std::string_view text_of(Words words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < words.size() ? words[index] : std::string_view{};
}

template <class Enum>
std::optional<Enum> value_of(Words words, std::string_view text) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <class Id>
std::optional<Id> id_from(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.empty() || text.front() == '0') return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Id{number};
}

}  // namespace

std::string_view to_text(Role value) { return text_of(kRoles, value); }
std::string_view to_text(Category value) { return text_of(kCategories, value); }
std::string_view to_text(Where value) { return text_of(kWheres, value); }
std::string_view to_text(RequestKind value) { return text_of(kKinds, value); }
std::string_view to_text(RequestState value) { return text_of(kRequestStates, value); }
std::string_view to_text(Undoable value) { return text_of(kUndoables, value); }
std::string_view to_text(ListOrder value) { return text_of(kOrders, value); }
std::string_view to_text(MeetingState value) { return text_of(kMeetingStates, value); }
std::string_view to_text(Audience value) { return text_of(kAudiences, value); }
std::string to_text(ParticipantId id) { return "p-" + std::to_string(static_cast<std::uint64_t>(id)); }
std::string to_text(HelpId id) { return "h-" + std::to_string(static_cast<std::uint64_t>(id)); }
std::string to_text(RequestId id) { return "r-" + std::to_string(static_cast<std::uint64_t>(id)); }

std::optional<Role> role_from(std::string_view text) { return value_of<Role>(kRoles, text); }
std::optional<Category> category_from(std::string_view text) { return value_of<Category>(kCategories, text); }
std::optional<Where> where_from(std::string_view text) { return value_of<Where>(kWheres, text); }
std::optional<RequestKind> kind_from(std::string_view text) { return value_of<RequestKind>(kKinds, text); }
std::optional<RequestState> request_state_from(std::string_view text) {
  return value_of<RequestState>(kRequestStates, text);
}
std::optional<Undoable> undoable_from(std::string_view text) { return value_of<Undoable>(kUndoables, text); }
std::optional<ListOrder> order_from(std::string_view text) { return value_of<ListOrder>(kOrders, text); }
std::optional<MeetingState> meeting_state_from(std::string_view text) {
  return value_of<MeetingState>(kMeetingStates, text);
}
std::optional<Audience> audience_from(std::string_view text) { return value_of<Audience>(kAudiences, text); }
std::optional<ParticipantId> participant_from(std::string_view text) { return id_from<ParticipantId>(text, "p-"); }
std::optional<HelpId> help_from(std::string_view text) { return id_from<HelpId>(text, "h-"); }
std::optional<RequestId> request_from(std::string_view text) { return id_from<RequestId>(text, "r-"); }

}  // namespace plenary::signaling
