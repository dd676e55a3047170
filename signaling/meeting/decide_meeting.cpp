#include <algorithm>
#include <set>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/order.h"

namespace plenary::signaling {
namespace {

void end_speeches(const State& state, const char* reason, std::vector<EventBody>& events) {
  for (const Request* holder : floor_holders(state)) {
    events.push_back(Moved{holder->id, RequestState::released, reason, {}});
  }
}

}  // namespace

// The waiting list stays: who asked in the rehearsal may well mean it. Speeches end, or a microphone that was open
// among few would be open to all.
Decided decide_act(const Case& c, const act::OpenMeeting& act) {
  const MeetingState from = c.state.state;
  const MeetingState to = act.rehearsal ? MeetingState::rehearsal : MeetingState::live;
  if (from == to) return Decision{};
  if (from == MeetingState::suspended) {
    return conflict("meeting_suspended", "The meeting is suspended; resume it or close it.");
  }
  if (from == MeetingState::live) return conflict("meeting_live", "The meeting is live; close it first.");
  Decision decision;
  end_speeches(c.state, "rehearsal_over", decision.events);
  decision.events.push_back(MeetingMoved{to});
  return decision;
}

// Speeches are paused, and stay so when the meeting goes on: the moderator opens each microphone.
Decided decide_act(const Case& c, const act::SuspendMeeting&) {
  if (c.state.state == MeetingState::suspended) return Decision{};
  if (c.state.state != MeetingState::live) return conflict("meeting_not_live", "Only a live meeting is suspended.");
  Decision decision;
  for (const Request* holder : floor_holders(c.state)) {
    if (holder->state == RequestState::paused) continue;
    decision.events.push_back(Moved{holder->id, RequestState::paused, "meeting_suspended", {}});
  }
  decision.events.push_back(MeetingMoved{MeetingState::suspended});
  return decision;
}

Decided decide_act(const Case& c, const act::ResumeMeeting&) {
  if (c.state.state == MeetingState::live) return Decision{};
  if (c.state.state != MeetingState::suspended) {
    return conflict("meeting_not_suspended", "The meeting is not suspended; open it instead.");
  }
  return Decision{{MeetingMoved{MeetingState::live}}, {}};
}

// Nobody is left speaking or waiting, and each of them is told why.
Decided decide_act(const Case& c, const act::CloseMeeting&) {
  if (c.state.state == MeetingState::closed) return Decision{};
  Decision decision;
  end_speeches(c.state, "meeting_closed", decision.events);
  for (const Place& place : waiting_order(c.state)) {
    decision.events.push_back(Moved{place.request, RequestState::lapsed, "meeting_closed", {}});
  }
  decision.events.push_back(MeetingMoved{MeetingState::closed});
  return decision;
}

Decided decide_act(const Case& c, const act::TakeOver&) {
  std::string name = name_of(c, c.actor);
  if (c.state.in_charge == name) return Decision{};
  return Decision{{TookOver{std::move(name)}}, {}};
}

// What they asked for ends with them, so that nobody waits for somebody who cannot come back.
Decided decide_act(const Case& c, const act::Remove& act) {
  if (act.participant == c.actor.participant) return conflict("yourself", "You cannot remove yourself.");
  PersonRemoved removed{act.participant, {}, {}, act.reason};
  Decision decision;
  for (const auto& [id, request] : c.state.open) {
    if (request.person.id != act.participant) continue;
    removed.name = request.person.name;
    const RequestState end = is_waiting(request.state) ? RequestState::denied : RequestState::revoked;
    decision.events.push_back(Moved{id, end, act.reason.empty() ? "removed" : act.reason, {}});
  }
  const auto known = c.presence.people.find(act.participant);
  if (known != c.presence.people.end()) removed.name = known->second.name;
  if (known == c.presence.people.end() && decision.events.empty()) {
    return Refusal{RefusalCode::not_found, "nobody", "Nobody of that number is in the meeting."};
  }
  if (const auto tokens = c.presence.tokens.find(act.participant); tokens != c.presence.tokens.end()) {
    removed.tokens = tokens->second;
  }
  if (c.state.removed.size() + removed.tokens.size() > kMaxRemoved) {
    return Refusal{RefusalCode::too_many, "too_many_removed",
                   "Too many people were removed; close the meeting instead."};
  }
  decision.events.push_back(std::move(removed));
  return decision;
}

Decided decide_act(const Case& c, const act::SetAgenda& act) {
  std::set<std::string> numbers;
  const bool differ = std::all_of(act.items.begin(), act.items.end(),
                                  [&](const AgendaItem& item) { return numbers.insert(item.item).second; });
  if (!differ) return Refusal{RefusalCode::bad_parameters, "bad_agenda", "Two items have the same number."};
  if (c.state.agenda == act.items) return Decision{};
  return Decision{{AgendaSet{act.items}}, {}};
}

Decided decide_act(const Case& c, const act::SelectItem& act) {
  if (act.item == c.state.item) return Decision{};
  if (!act.item.empty() && !has_item(c.state, act.item)) {
    return Refusal{RefusalCode::not_found, "no_item", "The agenda has no such item."};
  }
  // "The next one" of who does not know yet that it was chosen: neither past it nor back to it.
  if (act.from && *act.from != c.state.item) {
    return conflict("item_moved", "Another item has become current meanwhile.");
  }
  return Decision{{ItemSelected{act.item}}, {}};
}

Decided decide_act(const Case& c, const act::ChooseAudience& act) {
  if (c.state.audience == act.audience) return Decision{};
  return Decision{{AudienceChosen{act.audience}}, {}};
}

}  // namespace plenary::signaling
