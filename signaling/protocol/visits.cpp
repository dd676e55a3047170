// Room for pages, and for calls for help, where people without a token are many.
#include <algorithm>

#include "signaling/protocol/desk_state.h"

namespace plenary::signaling {

Result<ParticipantId, Refusal> Desk::State::admit(const Person& person, bool registered) {
  for (;;) {
    Refusal refusal{RefusalCode::too_many, "room_full", "Too many people are here."};
    if (visits.size() < kMaxVisits && (registered || anonymous_visits < kMaxAnonymousVisits)) {
      const Result<ParticipantId, Refusal> participant = meeting.join(person);
      if (participant) return participant;
      refusal = participant.error();
    }
    if (!evict_gone_anonymous()) return refusal;
  }
}

// Who came without a token and went loses nothing by it: without `resume` they are somebody new.
bool Desk::State::evict_gone_anonymous() {
  while (!gone_anonymous.empty()) {
    const auto visit = visits.find(gone_anonymous.front());
    gone_anonymous.pop_front();
    if (visit == visits.end()) continue;
    ++counters.visits_evicted;
    const ParticipantId participant = visit->second.participant;
    forget(visit);
    meeting.forget(participant);
    return true;
  }
  return false;
}

void Desk::State::forget(std::unordered_map<std::string, Visit>::iterator visit) {
  if (!visit->second.claims.registered) --anonymous_visits;
  media_tokens.erase(visit->second.media_token);
  visits.erase(visit);
  while (!gone_anonymous.empty() && !visits.contains(gone_anonymous.front())) gone_anonymous.pop_front();
  while (!visit_deadlines.empty() && !visits.contains(visit_deadlines.front().second)) visit_deadlines.pop_front();
}

// Refused where too many calls of their network are open; who has one adds to it.
std::optional<Refusal> Desk::State::check_help(const Page& page, const Visit& visit) {
  const auto is_closed = [&](const auto& entry) {
    if (static_cast<std::uint64_t>(entry.first) >= meeting.state().next_help) return false;  // on its way to the disk
    const Help* help = find_help(meeting.state(), entry.first);
    return help == nullptr || !help->open;
  };
  std::erase_if(helps_from, is_closed);
  const auto of_network = [&](const auto& entry) { return entry.second == page.network; };
  const auto open = std::count_if(helps_from.begin(), helps_from.end(), of_network);
  if (static_cast<std::size_t>(open) < kMaxHelpsOfNetwork) return std::nullopt;
  const bool has_one = std::any_of(meeting.state().helps.begin(), meeting.state().helps.end(),
                                   [&](const Help& help) { return help.open && help.person.id == visit.participant; });
  if (has_one) return std::nullopt;
  ++counters.helps_refused;
  return Refusal{RefusalCode::too_many, "help_full", "Too many people wait for help; try again later."};
}

}  // namespace plenary::signaling
