#include <algorithm>

#include "signaling/meeting/decide.h"

namespace plenary::signaling {
namespace {

std::optional<Refusal> may_speak(const Case& c, const act::Speak& act, const Person& person) {
  if (std::optional<Refusal> refusal = floor_is_shut(c.state)) return refusal;
  const std::vector<const Request*> holders = floor_holders(c.state);
  if (std::ranges::any_of(holders, [&](const Request* r) { return r->person.id == person.id; })) {
    return conflict("granted_already", "This person has the floor already.");
  }
  if (needs_return(person.where) && !c.presence.return_connected && !act.override_no_return) return nobody_hears();
  if (static_cast<std::size_t>(std::ranges::count_if(holders, [](const Request* r) { return is_chair(*r); })) >=
      kMaxChairs) {
    return Refusal{RefusalCode::too_many, "too_many_chairs", "Four who lead the meeting speak already; wait for one."};
  }
  if (asked_lately(c, true) >= kMaxChairSpeechesPerMinute) {
    return Refusal{RefusalCode::too_many, "too_many_requests", "You asked too often; wait a minute."};
  }
  return std::nullopt;
}

}  // namespace

Decided decide_act(const Case& c, const act::Speak& act) {
  if (const auto known = c.state.keys.find({c.actor.participant, act.key}); known != c.state.keys.end()) {
    return Decision{{}, Answer{known->second, {}, {}}};
  }
  for (const auto& [id, request] : c.state.open) {  // from another page of theirs
    if (is_chair(request) && request.person.id == c.actor.participant) return Decision{{}, Answer{id, {}, {}}};
  }
  const auto person = c.presence.people.find(c.actor.participant);
  if (person == c.presence.people.end()) {
    return Refusal{RefusalCode::not_allowed, "not_joined", "Join the meeting first."};
  }
  if (std::optional<Refusal> refusal = may_speak(c, act, person->second)) return *std::move(refusal);
  Requested event;
  event.request = RequestId{c.state.next_request};
  event.person = person->second;
  event.kind = RequestKind::chair;
  event.language = "floor";
  event.item = c.state.item;
  event.key = act.key;
  event.born = RequestState::granted;
  Decision decision{{}, Answer{event.request, {}, {}}};
  const RequestId id = event.request;
  decision.events.push_back(std::move(event));
  if (!needs_return(person->second.where)) decision.events.push_back(Moved{id, RequestState::on_air, "", {}});
  return decision;
}

void end_chair_of(const Case& c, ParticipantId person, std::vector<EventBody>& events) {
  for (const auto& [id, request] : c.state.open) {
    if (!is_chair(request) || request.person.id != person) continue;
    events.push_back(Moved{id, RequestState::released, "next_speaker", {}});
  }
}

Refusal nobody_hears() {
  return conflict("no_return", "No return to the room is connected, so the room would not hear this person.");
}

}  // namespace plenary::signaling
