#include "signaling/meeting/state.h"

#include <algorithm>

namespace plenary::signaling {

const Request* find_open(const State& state, RequestId id) {
  const auto found = state.open.find(id);
  return found == state.open.end() ? nullptr : &found->second;
}

const Request* find_any(const State& state, RequestId id) {
  if (const Request* open = find_open(state, id)) return open;
  for (const Request& request : state.ended) {
    if (request.id == id) return &request;
  }
  return nullptr;
}

bool has_item(const State& state, const std::string& item) {
  return std::any_of(state.agenda.begin(), state.agenda.end(), [&](const AgendaItem& one) { return one.item == item; });
}

const Help* find_help(const State& state, HelpId id) {
  const auto found =
      std::find_if(state.helps.begin(), state.helps.end(), [&](const Help& help) { return help.id == id; });
  return found == state.helps.end() ? nullptr : &*found;
}

bool comes_by_network(const Request& request) {
  return request.person.where == Where::remote && request.kind != RequestKind::written;
}

Milliseconds elapsed_at(const Request& request, Moment at) {
  if (!request.running_since) return request.elapsed;
  return request.elapsed + std::max(Milliseconds{0}, at - *request.running_since);
}

std::vector<const Request*> floor_holders(const State& state) {
  std::vector<const Request*> holders;
  for (const auto& [id, request] : state.open) {
    if (holds_floor(request.state)) holders.push_back(&request);
  }
  std::stable_sort(holders.begin(), holders.end(), [](const Request* a, const Request* b) {
    return is_chair(*a) != is_chair(*b) ? is_chair(*b) : a->granted_at < b->granted_at;
  });
  return holders;
}

const Request* open_request_of(const State& state, ParticipantId person, bool point_of_order) {
  for (const auto& [id, request] : state.open) {
    const bool is_point = request.kind == RequestKind::point_of_order;
    if (!is_chair(request) && is_point == point_of_order && request.person.id == person) return &request;
  }
  return nullptr;
}

}  // namespace plenary::signaling
