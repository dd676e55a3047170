#include "signaling/meeting/speakers.h"

#include <algorithm>

#include "signaling/meeting/order.h"

namespace plenary::signaling {
namespace {

Speaker speaker_of(const Request& request) {
  Speaker speaker;
  speaker.request = request.id;
  speaker.participant = request.person.id;
  speaker.name = request.person.name;
  speaker.organisation = request.person.organisation;
  speaker.language = request.language;
  speaker.where = request.person.where;
  speaker.state = request.state;
  const bool lost_on_air = request.state == RequestState::held && request.held_from == RequestState::on_air;
  const bool lost_before = request.state == RequestState::held && request.held_from == RequestState::granted;
  const bool by_network = comes_by_network(request);
  speaker.to_viewers = by_network && (request.state == RequestState::on_air || lost_on_air);
  speaker.in_return = speaker.to_viewers || (by_network && (request.state == RequestState::granted || lost_before));
  speaker.muted = request.muted;
  return speaker;
}

}  // namespace

std::vector<Speaker> speakers(const State& state) {
  std::vector<Speaker> all;
  for (const Request* holder : floor_holders(state)) all.push_back(speaker_of(*holder));
  for (const Place& place : waiting_order(state)) {
    const Request* request = find_open(state, place.request);
    if (request != nullptr && request->state == RequestState::standby) all.push_back(speaker_of(*request));
  }
  return all;
}

const Request* publishing_request(const State& state, ParticipantId participant) {
  const auto rank = [](RequestState s) { return static_cast<int>(s); };
  const Request* best = nullptr;
  for (const auto& [id, request] : state.open) {
    if (request.person.id != participant || request.state < RequestState::standby) continue;
    if (!comes_by_network(request)) return nullptr;  // they are heard where they are, a text where it is read
    if (best == nullptr || rank(request.state) > rank(best->state)) best = &request;
  }
  if (best != nullptr) return best;
  const std::vector<Place> places = waiting_order(state);
  for (const Place& place : places) {  // those called already do not keep the next one from being first
    const Request* request = find_open(state, place.request);
    if (request == nullptr || request->state != RequestState::queued) continue;
    const bool publishes = request->person.id == participant && comes_by_network(*request);
    return publishes ? request : nullptr;
  }
  return nullptr;
}

}  // namespace plenary::signaling
