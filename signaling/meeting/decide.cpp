#include "signaling/meeting/decide.h"

#include <algorithm>

namespace plenary::signaling {

Decided decide(const Case& c, const Act& act) {
  Decided decided = std::visit([&](const auto& one) { return decide_act(c, one); }, act);
  if (!decided || decided->events.empty()) return decided;
  if (std::optional<UndoKept> kept = undo_kept(c, act, *decided)) {
    decided->events.insert(decided->events.begin(), *std::move(kept));
  }
  return decided;
}

Result<const Request*, Refusal> open_request(const Case& c, RequestId id) {
  if (const Request* request = find_open(c.state, id)) return request;
  if (find_any(c.state, id) != nullptr) {
    return Refusal{RefusalCode::not_found, "ended", "This request has ended already."};
  }
  return Refusal{RefusalCode::not_found, "not_found", "There is no such request; ask for the state again."};
}

Refusal meeting_closed() { return Refusal{RefusalCode::list_closed, "meeting_closed", "The meeting is over."}; }

std::optional<Refusal> floor_is_shut(const State& state) {
  if (takes_speeches(state.state)) return std::nullopt;
  if (state.state == MeetingState::closed) return meeting_closed();
  if (state.state == MeetingState::suspended) {
    return conflict("meeting_suspended", "The meeting is suspended; resume it first.");
  }
  return conflict("meeting_not_open", "The meeting has not been opened yet.");
}

std::size_t asked_lately(const Case& c, bool as_chair) {
  const auto is_recent = [&](const Request& request) {
    return request.person.id == c.actor.participant && is_chair(request) == as_chair &&
           request.asked_at + std::chrono::minutes(1) > c.at;
  };
  std::size_t count = static_cast<std::size_t>(std::count_if(c.state.ended.begin(), c.state.ended.end(), is_recent));
  for (const auto& [id, request] : c.state.open) count += is_recent(request) ? 1 : 0;
  return count;
}

std::string name_of(const Case& c, const Actor& actor) {
  const auto known = c.presence.people.find(actor.participant);
  const bool named = known != c.presence.people.end() && !known->second.name.empty();
  return named ? known->second.name : std::string(to_text(actor.role));
}

Refusal conflict(std::string word, std::string sentence) {
  return Refusal{RefusalCode::conflict, std::move(word), std::move(sentence)};
}

}  // namespace plenary::signaling
