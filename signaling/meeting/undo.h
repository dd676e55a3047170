// Taking a moderator's act back: exact, but that it never opens a microphone or a picture. Whose speech the act ended
// is in standby and is offered the floor; what it paused stays paused. What people did by themselves meanwhile stays
// done.
#pragma once

#include "signaling/meeting/event.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

// From the act: long enough to see a slip, and too short for the meeting to have gone on from it.
constexpr Milliseconds kUndoWithin = std::chrono::seconds(5);

// Parts of the fold (fold.h).
void keep_undo(State& state, const UndoKept& kept, Moment at);
void undo(State& state, Moment at);
// The chair undoes what the chair may do, whoever did it. A pause leaves nothing to undo.
bool chair_may_undo(Undoable act);
// False: everybody it was about has moved on by themselves.
bool can_undo(const State& state, const UndoPoint& point);

}  // namespace plenary::signaling
