// The waiting order as the rules of the floor promise it, written from their words alone: slow, plain, and sharing
// nothing with signaling/meeting/order.h, so that both have to be wrong in the same way before nobody notices.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

// What is wrong with `order` as the waiting order of `state`; empty: it is as promised.
// A list laid by hand is judged by what each act does to it: moved_before, one_place_down, keeps_order.
std::string broken_promise(const State& state, const std::vector<RequestId>& order);

// What the list is after `request` was moved before another one; none: to the end.
std::vector<RequestId> moved_before(std::vector<RequestId> order, RequestId request, std::optional<RequestId> before);

// Who is in both lists stands in the same order in both.
bool keeps_order(const std::vector<RequestId>& before, const std::vector<RequestId>& after);

// What the list is after `request`, passed over in it, went one place down.
std::vector<RequestId> one_place_down(std::vector<RequestId> order, RequestId request);

}  // namespace plenary::signaling
