#include "signaling/meeting/totals.h"

namespace plenary::signaling {
namespace {

template <class Totals, class Key>
void take_back(Totals& totals, const Key& key, Milliseconds time) {
  const auto found = totals.find(key);
  if (found == totals.end()) return;
  found->second.time -= time;
  if (--found->second.count == 0) totals.erase(found);
}

}  // namespace

void add_speech(State& state, const Request& request) {
  if (state.state == MeetingState::rehearsal) return;
  const auto add = [&](SpokenTotal& total) {
    total.time += request.elapsed;
    ++total.count;
  };
  add(state.spoken_by_kind[request.kind]);
  if (request.kind == RequestKind::point_of_order) return;  // consumes nobody's time
  add(state.spoken_by_category[request.person.category]);
  if (state.spoken_by_person.size() >= kMaxPeople) state.spoken_by_person.erase(state.spoken_by_person.begin());
  add(state.spoken_by_person[request.person.id]);
}

void take_speech_back(State& state, const Request& request) {
  if (state.state == MeetingState::rehearsal) return;
  take_back(state.spoken_by_kind, request.kind, request.elapsed);
  if (request.kind == RequestKind::point_of_order) return;
  take_back(state.spoken_by_category, request.person.category, request.elapsed);
  take_back(state.spoken_by_person, request.person.id, request.elapsed);
}

}  // namespace plenary::signaling
