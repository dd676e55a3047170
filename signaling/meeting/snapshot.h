// A state as text, so that a long journal need not be folded again from its first event. A cache of the fold and
// nothing else: without it, the fold from the first event comes to the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "signaling/meeting/rules.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

// Raise it with every change of what the fold does or of what a member means; a snapshot of another version is not
// read, and the fold begins at the first event once. A member that comes or goes makes old snapshots unreadable by
// itself.
constexpr int kSnapshotVersion = 4;

// `state` is the fold of events that began under `rules`.
std::string write_snapshot(const State& state, const Rules& rules);
// Nothing: of another version, not as it was written, or begun under rules that begin elsewhere.
std::optional<State> read_snapshot(std::string_view text, const Rules& rules);

}  // namespace plenary::signaling
