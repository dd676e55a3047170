#include "signaling/meeting/undo.h"

#include <algorithm>
#include <utility>

#include "signaling/meeting/order.h"
#include "signaling/meeting/totals.h"

namespace plenary::signaling {
namespace {

// Ended by the act and by nothing else, because what has ended stays so. None: forgotten, or they have asked again, or
// spoke as chair, who has no place to go back to.
std::vector<Request>::const_iterator reopenable(const State& state, RequestId id) {
  const auto found = std::find_if(state.ended.begin(), state.ended.end(), [&](const Request& r) { return r.id == id; });
  if (found == state.ended.end() || is_chair(*found) || state.open.contains(id)) return state.ended.end();
  const bool is_point = found->kind == RequestKind::point_of_order;
  return open_request_of(state, found->person.id, is_point) == nullptr ? found : state.ended.end();
}

void reopen(State& state, const UndoPoint& point, const Request& before, Moment at) {
  const auto ended = reopenable(state, before.id);
  if (ended == state.ended.end()) return;
  Request request = before;
  if (holds_floor(before.state)) {
    request = *ended;  // with the time spoken until then: nothing resets a clock
    request.state = RequestState::standby;
    request.reason = before.reason;
    request.person.where = before.person.where;  // they may have gone elsewhere since
    request.ready = false;
    request.called = request.offered = true;
    if (request.spoke) take_speech_back(state, request);
    if (request.spoke && state.last && state.last->id == request.id) state.last = point.last;
  }
  request.changed_at = at;
  std::erase(state.delivered, request.id);
  state.ended.erase(ended);
  state.open[request.id] = std::move(request);
}

void change_back(State& state, const UndoPoint& point, const Request& before, Moment at) {
  const auto found = state.open.find(before.id);
  if (found == state.open.end()) return;
  Request& now = found->second;
  if (point.act == Undoable::extend) {
    now.limit = before.limit;
  } else if (point.act == Undoable::unmute) {
    now.muted = true;
  } else if (point.act == Undoable::list_order) {
    now.passed = before.passed;
  } else if (is_waiting(before.state)) {
    if (state.answered == now.id) state.answered = point.answered;
    const std::string reader = std::exchange(now.reader, {});
    now = before;
    now.reader = reader;
    now.changed_at = at;
  } else if (before.state == RequestState::paused) {
    now.elapsed = elapsed_at(now, at);
    now.running_since.reset();
    now.state = RequestState::paused;
    now.changed_at = at;
  }
}

void lay_rows_back(State& state, const UndoPoint& point) {
  state.order = point.order;
  state.rows.clear();
  if (state.order != ListOrder::manual) return;
  const auto waits = [&](RequestId id) {
    const Request* request = find_open(state, id);
    return request != nullptr && is_waiting(request->state);
  };
  std::copy_if(point.rows.begin(), point.rows.end(), std::back_inserter(state.rows), waits);
  for (const auto& [id, request] : state.open) {
    const bool missing = std::find(state.rows.begin(), state.rows.end(), id) == state.rows.end();
    if (missing) insert_manual_row(state, id);
  }
}

}  // namespace

void keep_undo(State& state, const UndoKept& kept, Moment at) {
  if (!kept.act) {
    state.undo.reset();
    return;
  }
  UndoPoint point;
  point.act = *kept.act;
  point.by = kept.by;
  point.request = kept.request;
  point.until = at + kUndoWithin;
  point.ends = kept.ends;
  point.changes = kept.changes;
  for (const std::vector<RequestId>& ids : {kept.ends, kept.changes}) {
    for (const RequestId id : ids) {
      if (const Request* request = find_open(state, id)) point.before.push_back(*request);
    }
  }
  point.list_open = state.list_open;
  point.order = state.order;
  point.rows = state.rows;
  point.last = state.last;
  point.answered = state.answered;
  point.item = state.item;
  point.item_since = state.item_since;
  state.undo = std::move(point);
}

void undo(State& state, Moment at) {
  if (!state.undo) return;
  const UndoPoint point = *std::exchange(state.undo, std::nullopt);
  for (const Request& before : point.before) {
    const bool ended = std::find(point.ends.begin(), point.ends.end(), before.id) != point.ends.end();
    ended ? reopen(state, point, before, at) : change_back(state, point, before, at);
  }
  state.list_open = point.list_open;
  if (point.act == Undoable::agenda_select && (point.item.empty() || has_item(state, point.item))) {
    state.item = point.item;
    state.item_since = point.item_since;
  }
  lay_rows_back(state, point);
}

bool can_undo(const State& state, const UndoPoint& point) {
  const auto reopens = [&](RequestId id) { return reopenable(state, id) != state.ended.end(); };
  const auto is_open = [&](RequestId id) { return state.open.contains(id); };
  switch (point.act) {
    case Undoable::move:
    case Undoable::list_open:
    case Undoable::list_close:
    case Undoable::list_order:
    case Undoable::agenda_select:
      return true;
    case Undoable::add:
      return point.request && is_open(*point.request);
    default:
      return std::any_of(point.ends.begin(), point.ends.end(), reopens) ||
             std::any_of(point.changes.begin(), point.changes.end(), is_open);
  }
}

}  // namespace plenary::signaling
