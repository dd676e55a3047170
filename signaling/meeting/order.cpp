#include "signaling/meeting/order.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace plenary::signaling {
namespace {

enum class Rank : std::uint8_t { point_of_order, offered, reply, ordinary, right_of_reply };
constexpr std::size_t kRanks = 5;

constexpr std::uint32_t kMeasuredFrom = 3;  // speeches of a kind before their mean says more than the limit
constexpr Milliseconds kGuessWithoutLimit = std::chrono::minutes(3);

Rank rank_of(const State& state, const Request& request) {
  if (request.offered && request.kind != RequestKind::point_of_order) return Rank::offered;
  switch (request.kind) {
    case RequestKind::point_of_order:
      return Rank::point_of_order;
    case RequestKind::right_of_reply:
      return Rank::right_of_reply;
    case RequestKind::reply:
      // A reply is one as long as nobody else has spoken since; afterwards it keeps its place among the others.
      return request.reply_to == state.answered ? Rank::reply : Rank::ordinary;
    default:
      return Rank::ordinary;
  }
}

SpokenTotal total_of(const std::map<Category, SpokenTotal>& totals, Category category) {
  const auto found = totals.find(category);
  return found == totals.end() ? SpokenTotal{} : found->second;
}

// The category that has spoken least (time, then count) comes next; inside it who has not spoken yet, then who asked
// first.
bool has_better_claim(const State& state, const std::map<Category, SpokenTotal>& totals, const Request& a,
                      const Request& b) {
  const SpokenTotal of_a = total_of(totals, a.person.category);
  const SpokenTotal of_b = total_of(totals, b.person.category);
  if (of_a.time != of_b.time) return of_a.time < of_b.time;
  if (of_a.count != of_b.count) return of_a.count < of_b.count;
  const bool spoke_a = state.spoken_by_person.contains(a.person.id);
  const bool spoke_b = state.spoken_by_person.contains(b.person.id);
  if (spoke_a != spoke_b) return spoke_b;
  return a.id < b.id;
}

// Each place taken is counted as a speech of its limit, else one category would take all the places.
void sort_by_balance(const State& state, std::vector<const Request*>& requests) {
  std::map<Category, SpokenTotal> totals = state.spoken_by_category;
  const auto comes_before = [&](const Request* a, const Request* b) { return has_better_claim(state, totals, *a, *b); };
  for (auto next = requests.begin(); next != requests.end(); ++next) {
    std::iter_swap(next, std::min_element(next, requests.end(), comes_before));
    SpokenTotal& total = totals[(*next)->person.category];
    total.time += (*next)->limit;
    ++total.count;
  }
}

void sort_by_protocol(std::vector<const Request*>& requests) {
  const auto key = [](const Request* r) { return r->person.rank > 0 ? r->person.rank : INT32_MAX; };
  std::stable_sort(requests.begin(), requests.end(), [&](const auto* a, const auto* b) { return key(a) < key(b); });
}

// Where an item stands in the agenda, from 1; 0: nowhere.
std::size_t agenda_place(const State& state, const Request& request) {
  const auto found = std::find_if(state.agenda.begin(), state.agenda.end(),
                                  [&](const AgendaItem& item) { return item.item == request.item; });
  return found == state.agenda.end() ? 0 : static_cast<std::size_t>(found - state.agenda.begin()) + 1;
}

// A right of reply is about what was said under its item, so it comes before what was asked under a later one.
bool waits_for_next_item(const State& state, const Request& ordinary, const Request& right_of_reply) {
  if (state.rights_at_list_end) return false;
  const std::size_t own = agenda_place(state, right_of_reply);
  return own != 0 && agenda_place(state, ordinary) > own;
}

// At the end of their item, else of the list.
void put_rights_of_reply(const State& state, const std::vector<const Request*>& replies,
                         std::vector<const Request*>& ordinary) {
  for (const Request* reply : replies) {
    const auto stands_before = [&](const Request* r) {
      const bool is_at_list_end = r->kind == RequestKind::right_of_reply && agenda_place(state, *r) == 0;
      if (is_at_list_end && agenda_place(state, *reply) != 0 && !state.rights_at_list_end) return false;
      return !waits_for_next_item(state, *r, *reply);
    };
    const auto last = std::find_if(ordinary.rbegin(), ordinary.rend(), stands_before);
    ordinary.insert(last.base(), reply);
  }
}

std::string_view reason_for(Rank rank, const State& state, const Request& request, ListOrder order, bool first) {
  if (!request.passed.empty()) return "passed_over";
  switch (rank) {
    case Rank::point_of_order:
      return "point_of_order";
    case Rank::offered:
      return "offered";
    case Rank::reply:
      return "reply";
    case Rank::right_of_reply:
      return "right_of_reply";
    case Rank::ordinary:
      break;
  }
  if (order == ListOrder::protocol && request.person.rank > 0) return "protocol_rank";
  if (order == ListOrder::balance) {
    return state.spoken_by_person.contains(request.person.id) ? "balance_spoken" : "balance_least";
  }
  return first ? "first_to_ask" : "asked_order";
}

// One act after the other, as they were done: each put somebody behind one who stood where earlier ones had put them.
void put_passed_behind(std::vector<const Request*>& all) {
  struct Pass {
    PassedBehind behind;
    const Request* request;
  };
  std::vector<Pass> passes;
  for (const Request* request : all) {
    for (const PassedBehind& behind : request->passed) passes.push_back({behind, request});
  }
  std::sort(passes.begin(), passes.end(), [](const Pass& a, const Pass& b) { return a.behind.at < b.behind.at; });
  for (const Pass& pass : passes) {
    const auto self = std::find(all.begin(), all.end(), pass.request);
    const auto target = std::find_if(self, all.end(), [&](const Request* r) { return r->id == pass.behind.whom; });
    if (target != all.end()) std::rotate(self, self + 1, target + 1);
  }
}

std::vector<Place> manual_order(const State& state) {
  std::vector<Place> places;
  for (const RequestId id : state.rows) {
    const Request* request = find_open(state, id);
    if (request != nullptr && is_waiting(request->state)) places.push_back({id, "placed"});
  }
  return places;
}

Milliseconds expected_length(const State& state, const Request& request) {
  const auto measured = state.spoken_by_kind.find(request.kind);
  const Milliseconds limit = request.limit > Milliseconds{0} ? request.limit : kGuessWithoutLimit;
  if (measured == state.spoken_by_kind.end() || measured->second.count < kMeasuredFrom) return limit;
  return std::min(limit, measured->second.time / measured->second.count);
}

}  // namespace

std::vector<Place> waiting_order(const State& state, ListOrder order) {
  if (order == ListOrder::manual) return manual_order(state);
  std::vector<const Request*> by_rank[kRanks];
  for (const auto& [id, request] : state.open) {
    if (is_waiting(request.state)) by_rank[static_cast<std::size_t>(rank_of(state, request))].push_back(&request);
  }
  auto& ordinary = by_rank[static_cast<std::size_t>(Rank::ordinary)];
  if (order == ListOrder::balance) sort_by_balance(state, ordinary);
  if (order == ListOrder::protocol) sort_by_protocol(ordinary);
  auto& replies = by_rank[static_cast<std::size_t>(Rank::right_of_reply)];
  put_rights_of_reply(state, std::exchange(replies, {}), ordinary);

  std::vector<const Request*> all;
  for (const auto& requests : by_rank) all.insert(all.end(), requests.begin(), requests.end());
  put_passed_behind(all);

  std::vector<Place> places;
  bool first_ordinary = true;
  for (const Request* request : all) {
    const Rank rank = rank_of(state, *request);
    places.push_back({request->id, reason_for(rank, state, *request, order, first_ordinary)});
    if (rank == Rank::ordinary) first_ordinary = false;
  }
  return places;
}

std::vector<Place> waiting_order(const State& state) { return waiting_order(state, state.order); }

std::optional<RequestId> balance_advice(const State& state) {
  if (state.order != ListOrder::asked) return std::nullopt;
  const Request* first = nullptr;
  const Request* best = nullptr;
  for (const Place& place : waiting_order(state)) {
    const Request& request = *find_open(state, place.request);
    const auto still_waits = [&](const PassedBehind& behind) {
      const Request* whom = find_open(state, behind.whom);
      return whom != nullptr && is_waiting(whom->state);
    };
    if (rank_of(state, request) != Rank::ordinary || request.state == RequestState::pending) continue;
    if (std::any_of(request.passed.begin(), request.passed.end(), still_waits)) continue;
    if (first == nullptr) first = &request;
    if (best == nullptr || has_better_claim(state, state.spoken_by_category, request, *best)) best = &request;
  }
  return best == first ? std::nullopt : std::optional(best->id);
}

std::size_t position_of(const State& state, RequestId request) {
  const std::vector<Place> places = waiting_order(state);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].request == request) return i + 1;
  }
  return 0;
}

std::optional<RequestId> next_in_line(const State& state, RequestId request) {
  const std::vector<Place> places = waiting_order(state);
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    if (places[i].request == request) return places[i + 1].request;
  }
  return std::nullopt;
}

std::vector<Milliseconds> waiting_estimates(const State& state, const std::vector<Place>& order, Moment at) {
  Milliseconds until{0};
  for (const Request* holder : floor_holders(state)) {
    if (is_chair(*holder)) continue;  // nobody waits for them
    until += std::max(Milliseconds{0}, expected_length(state, *holder) - elapsed_at(*holder, at));
  }
  std::vector<Milliseconds> estimates;
  for (const Place& place : order) {
    estimates.push_back(until);
    if (const Request* request = find_open(state, place.request)) until += expected_length(state, *request);
  }
  return estimates;
}

void insert_manual_row(State& state, RequestId id) {
  const Request* added = find_open(state, id);
  if (added == nullptr || !is_waiting(added->state)) return;
  const Rank rank = rank_of(state, *added);
  auto place = state.rows.begin();
  for (auto row = state.rows.begin(); row != state.rows.end(); ++row) {
    const Request* request = find_open(state, *row);
    if (request == nullptr) continue;
    const bool before = rank == Rank::ordinary && rank_of(state, *request) == Rank::right_of_reply &&
                        waits_for_next_item(state, *added, *request);
    if (rank_of(state, *request) <= rank || before) place = row + 1;
  }
  state.rows.insert(place, id);
}

}  // namespace plenary::signaling
