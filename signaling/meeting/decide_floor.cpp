#include <algorithm>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/order.h"

namespace plenary::signaling {
namespace {

bool is_point(const Request& request) { return request.kind == RequestKind::point_of_order; }

Refusal not_on_floor() { return conflict("not_on_floor", "This person does not have the floor."); }

Refusal nobody_speaks() { return Refusal{RefusalCode::not_found, "nobody_speaks", "Nobody has the floor."}; }

// Those who were given it: all but chairs, who are nobody's turn.
std::vector<const Request*> given_floor(const State& state) {
  std::vector<const Request*> holders = floor_holders(state);
  std::erase_if(holders, [](const Request* request) { return is_chair(*request); });
  return holders;
}

// The named one, or the one who got the floor last.
Result<const Request*, Refusal> holder(const Case& c, std::optional<RequestId> id) {
  if (!id) {
    const std::vector<const Request*> holders = given_floor(c.state);
    if (holders.empty()) return nobody_speaks();
    return holders.back();
  }
  const auto found = open_request(c, *id);
  if (!found) return found.error();
  if (!holds_floor(found.value()->state)) return not_on_floor();
  return found.value();
}

Result<const Request*, Refusal> grantable(const Case& c, std::optional<RequestId> id) {
  if (id) {
    const auto found = open_request(c, *id);
    if (!found) return found.error();
    if (holds_floor(found.value()->state)) return conflict("granted_already", "This person has the floor already.");
    if (found.value()->state == RequestState::pending) {
      return conflict("needs_approval", "Approve this request first.");
    }
    return found.value();
  }
  for (const Place& place : waiting_order(c.state)) {
    const Request* request = find_open(c.state, place.request);
    if (request->state != RequestState::pending) return request;
  }
  return Refusal{RefusalCode::not_found, "nobody_waiting", "Nobody is waiting for the floor."};
}

// Granting while somebody speaks ends that speech first, in one act.
void end_others(const Case& c, std::vector<EventBody>& events) {
  std::vector<const Request*> staying;
  for (const Request* request : given_floor(c.state)) {
    if (is_point(*request)) {
      events.push_back(Moved{request->id, RequestState::released, "next_speaker", {}});
    } else {
      staying.push_back(request);
    }
  }
  for (std::size_t i = 0; staying.size() - i >= c.rules.speakers_max && i < staying.size(); ++i) {
    events.push_back(Moved{staying[i]->id, RequestState::released, "next_speaker", {}});
  }
}

// … and for a point of order pauses it. One point of order ends another.
void pause_others(const Case& c, std::vector<EventBody>& events) {
  for (const Request* request : given_floor(c.state)) {
    if (is_point(*request)) {
      events.push_back(Moved{request->id, RequestState::released, "next_speaker", {}});
    } else if (request->state != RequestState::paused) {
      events.push_back(Moved{request->id, RequestState::paused, "point_of_order", {}});
    }
  }
}

// Back on air for people in the room; over the network the return has to carry them first.
RequestState open_state(const Request& request) {
  return comes_by_network(request) ? RequestState::granted : RequestState::on_air;
}

}  // namespace

Decided decide_act(const Case& c, const act::Grant& act) {
  if (std::optional<Refusal> refusal = floor_is_shut(c.state)) return *std::move(refusal);
  const auto found = grantable(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  if (comes_by_network(request) && !c.presence.return_connected && !act.override_no_return) {
    return nobody_hears();
  }
  Decision decision;
  decision.answer.request = request.id;
  is_point(request) ? pause_others(c, decision.events) : end_others(c, decision.events);
  end_chair_of(c, request.person.id, decision.events);
  decision.events.push_back(Moved{request.id, RequestState::granted, "", {}});
  if (!comes_by_network(request)) decision.events.push_back(Moved{request.id, RequestState::on_air, "", {}});
  return decision;
}

Decided decide_act(const Case& c, const act::Release& act) {
  const Request* request = nullptr;
  if (!act.request) {
    for (const Request* one : floor_holders(c.state)) {
      if (one->person.id == c.actor.participant) request = one;
    }
  }
  if (request == nullptr) {
    if (!act.request && !gives_floor(c.actor.role)) return nobody_speaks();
    const auto found = holder(c, act.request);
    if (!found) return found.error();
    request = found.value();
  }
  const bool own = request->person.id == c.actor.participant;
  if (!own && !gives_floor(c.actor.role)) {
    return Refusal{RefusalCode::not_allowed, "not_yours", "Only the speaker or the moderator can end this speech."};
  }
  return Decision{{Moved{request->id, RequestState::released, own ? "finished" : "ended", {}}}, {}};
}

Decided decide_act(const Case& c, const act::Pause& act) {
  const auto found = holder(c, act.request);
  if (!found) return found.error();
  if (found.value()->state == RequestState::paused) return conflict("paused_already", "This speech is paused already.");
  if (found.value()->state != RequestState::on_air) return conflict("not_on_air", "This person is not on air.");
  return Decision{{Moved{found.value()->id, RequestState::paused, "paused", {}}}, {}};
}

Decided decide_act(const Case& c, const act::Resume& act) {
  if (std::optional<Refusal> refusal = floor_is_shut(c.state)) return *std::move(refusal);
  const Request* chair = act.request ? find_open(c.state, *act.request) : nullptr;
  if (chair != nullptr && is_chair(*chair) && chair->state == RequestState::paused) {
    return Decision{{Moved{chair->id, open_state(*chair), "", {}}}, {}};
  }
  std::vector<const Request*> paused;
  std::vector<const Request*> points;
  std::size_t open = 0;
  for (const Request* request : given_floor(c.state)) {
    if (request->state == RequestState::paused && (!act.request || *act.request == request->id)) {
      paused.push_back(request);
    } else if (is_point(*request)) {
      points.push_back(request);
    } else if (request->state != RequestState::paused) {
      ++open;
    }
  }
  if (paused.empty()) {
    if (act.request) {
      const auto found = open_request(c, *act.request);
      if (!found) return found.error();
    }
    return conflict("not_paused", "This speech is not paused.");
  }
  if (open >= c.rules.speakers_max)
    return conflict("floor_taken", "Somebody else has the floor; end that speech first.");
  Decision decision;
  for (const Request* point : points) {
    decision.events.push_back(Moved{point->id, RequestState::released, "speech_resumed", {}});
  }
  for (const Request* request : paused) {
    if (open++ >= c.rules.speakers_max) break;
    decision.events.push_back(Moved{request->id, open_state(*request), "", {}});
  }
  return decision;
}

Decided decide_act(const Case& c, const act::Mute& act) {
  const auto found = holder(c, act.request);
  if (!found) return found.error();
  if (found.value()->muted == act.muted) return Decision{};
  return Decision{{Muted{found.value()->id, act.muted}}, {}};
}

Decided decide_act(const Case& c, const act::Extend& act) {
  const auto found = act.request ? open_request(c, *act.request) : holder(c, std::nullopt);
  if (!found) return found.error();
  if (is_chair(*found.value())) return conflict("no_limit", "The chair speaks without a time limit.");
  if (act.by == Milliseconds{0} || act.by > kMaxExtension || act.by < -kMaxExtension) {
    return Refusal{RefusalCode::bad_parameters, "bad_seconds", "Extend by at most one hour, up or down."};
  }
  return Decision{{Extended{found.value()->id, act.by}}, {}};
}

Decided decide_act(const Case& c, const act::Revoke& act) {
  const auto found = holder(c, act.request);
  if (!found) return found.error();
  return Decision{{Moved{act.request, RequestState::revoked, act.reason.empty() ? "revoked" : act.reason, {}}}, {}};
}

}  // namespace plenary::signaling
