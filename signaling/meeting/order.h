// The waiting order and why.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Place {
  RequestId request{};
  std::string_view reason;  // a stable word: "first_to_ask", "point_of_order", … (README.md "State")
};

// Points of order, replies to the present speaker, the others by `order`, rights of reply; pending, queued and standby.
std::vector<Place> waiting_order(const State& state, ListOrder order);
std::vector<Place> waiting_order(const State& state);
// Under `asked`, whom `balance` would have speak before the others, for moderators to consider; none: the same one as
// now, nobody waits, or another order is chosen.
std::optional<RequestId> balance_advice(const State& state);
// 1-based; zero: does not wait.
std::size_t position_of(const State& state, RequestId request);
// Who waits directly behind; none: the last, or does not wait.
std::optional<RequestId> next_in_line(const State& state, RequestId request);
// For each of `order`, how long until they would speak: from limits and measured speeches.
std::vector<Milliseconds> waiting_estimates(const State& state, const std::vector<Place>& order, Moment at);
// Where a new request goes in a list that the moderator laid by hand: behind those of its own class.
void insert_manual_row(State& state, RequestId request);

}  // namespace plenary::signaling
