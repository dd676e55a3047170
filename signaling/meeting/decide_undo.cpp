#include <algorithm>
#include <type_traits>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/undo.h"

namespace plenary::signaling {
namespace {

// What an act is to the one before it.
enum class Place : std::uint8_t {
  beside,    // leaves it undoable: neither list nor floor, or done for oneself
  on_top,    // after it only this one could be undone, and this one cannot
  undoable,  // after it only this one can be undone
};

struct Name {
  Place place = Place::on_top;
  Undoable act{};
};

Name undoable(Undoable act) { return {Place::undoable, act}; }

struct NameOf {
  Name operator()(const act::RequestFloor&) const { return {Place::beside}; }
  Name operator()(const act::Withdraw&) const { return {Place::beside}; }
  Name operator()(const act::Ready&) const { return {Place::beside}; }
  Name operator()(const act::Speak&) const { return {Place::beside}; }
  Name operator()(const act::Undo&) const { return {Place::beside}; }
  Name operator()(const act::TakeOver&) const { return {Place::beside}; }
  Name operator()(const act::Place&) const { return {Place::beside}; }
  Name operator()(const act::SetAgenda&) const { return {Place::beside}; }
  Name operator()(const act::AskHelp&) const { return {Place::beside}; }
  Name operator()(const act::AnswerHelp&) const { return {Place::beside}; }
  Name operator()(const act::CloseHelp&) const { return {Place::beside}; }
  Name operator()(const act::Note&) const { return {Place::beside}; }
  Name operator()(const act::NameReader&) const { return {Place::beside}; }
  Name operator()(const act::KeepCheck&) const { return {Place::beside}; }
  Name operator()(const act::SelectItem&) const { return undoable(Undoable::agenda_select); }
  Name operator()(const act::ChooseAudience&) const { return {Place::beside}; }
  Name operator()(const act::Remove&) const { return {}; }
  Name operator()(const act::Approve&) const { return undoable(Undoable::approve); }
  Name operator()(const act::Deny&) const { return undoable(Undoable::deny); }
  Name operator()(const act::Pass&) const { return undoable(Undoable::pass); }
  Name operator()(const act::Prepare&) const { return undoable(Undoable::prepare); }
  Name operator()(const act::Grant&) const { return undoable(Undoable::grant); }
  Name operator()(const act::Move&) const { return undoable(Undoable::move); }
  Name operator()(const act::Resume&) const { return undoable(Undoable::resume); }
  Name operator()(const act::Extend&) const { return undoable(Undoable::extend); }
  Name operator()(const act::Revoke&) const { return undoable(Undoable::revoke); }
  Name operator()(const act::Add&) const { return undoable(Undoable::add); }
  Name operator()(const act::ChooseOrder&) const { return undoable(Undoable::list_order); }
  Name operator()(const act::Mute& act) const { return act.muted ? Name{} : undoable(Undoable::unmute); }
  Name operator()(const act::OpenList& act) const {
    return undoable(act.open ? Undoable::list_open : Undoable::list_close);
  }
  Name operator()(const act::Release&) const { return undoable(Undoable::release); }
  Name operator()(const act::Pause&) const { return {}; }
  Name operator()(const act::OpenMeeting&) const { return {}; }
  Name operator()(const act::SuspendMeeting&) const { return {}; }
  Name operator()(const act::ResumeMeeting&) const { return {}; }
  Name operator()(const act::CloseMeeting&) const { return {}; }
};

struct Touched {
  const State& state;
  UndoKept& kept;

  void change(RequestId id) const {
    if (std::find(kept.changes.begin(), kept.changes.end(), id) == kept.changes.end()) kept.changes.push_back(id);
  }
  void operator()(const Moved& e) const { is_ended(e.to) ? kept.ends.push_back(e.request) : change(e.request); }
  void operator()(const PassedOver& e) const { change(e.request); }
  void operator()(const Muted& e) const { change(e.request); }
  void operator()(const Extended& e) const { change(e.request); }
  void operator()(const OrderChosen&) const {
    for (const auto& [id, request] : state.open) {
      if (!request.passed.empty()) change(id);
    }
  }
  template <class Other>
  void operator()(const Other&) const {}
};

std::optional<RequestId> about(const Act& act, const Decision& decision, const UndoKept& kept) {
  if (decision.answer.request) return decision.answer.request;
  if (const auto* move = std::get_if<act::Move>(&act)) return move->request;
  if (std::holds_alternative<act::ChooseOrder>(act)) return std::nullopt;
  if (!kept.changes.empty()) return kept.changes.back();
  return kept.ends.empty() ? std::nullopt : std::optional(kept.ends.back());
}

// A chair who stopped, or was stopped, waits for nothing: there is no place to go back to, and they speak again by
// asking nobody. None: the act ended no such speech by name.
const Request* chair_ended(const Case& c, const Act& act, const Decision& decision) {
  if (!std::holds_alternative<act::Release>(act) && !std::holds_alternative<act::Revoke>(act)) return nullptr;
  const Request* ended = find_open(c.state, std::get<Moved>(decision.events.front()).request);
  return ended != nullptr && is_chair(*ended) ? ended : nullptr;
}

}  // namespace

bool chair_may_undo(Undoable act) {
  return act == Undoable::grant || act == Undoable::resume || act == Undoable::release || act == Undoable::revoke;
}

std::optional<UndoKept> undo_kept(const Case& c, const Act& act, const Decision& decision) {
  const Name name = std::visit(NameOf{}, act);
  const Request* chair = chair_ended(c, act, decision);
  const bool own = std::holds_alternative<act::Release>(act) && !gives_floor(c.actor.role);
  const bool own_as_chair = chair != nullptr && chair->person.id == c.actor.participant;
  if (name.place == Place::beside || own || own_as_chair) return std::nullopt;
  if (name.place == Place::on_top || chair != nullptr) return c.state.undo ? std::optional(UndoKept{}) : std::nullopt;
  UndoKept kept{name.act, name_of(c, c.actor), {}, {}, {}};
  for (const EventBody& body : decision.events) std::visit(Touched{c.state, kept}, body);
  kept.request = about(act, decision, kept);
  return kept;
}

Decided decide_act(const Case& c, const act::Undo&) {
  if (!c.state.undo || c.at >= c.state.undo->until) {
    return Refusal{RefusalCode::not_found, "nothing_to_undo", "There is nothing to undo any more; 5 seconds are over."};
  }
  const UndoPoint& point = *c.state.undo;
  if (!manages_floor(c.actor.role) && !chair_may_undo(point.act)) {
    return Refusal{RefusalCode::not_allowed, "not_yours", "Only a moderator can undo this."};
  }
  if (!can_undo(c.state, point)) {
    return conflict("moved_on", "Who this was about has moved on since, so it stays as it is.");
  }
  Decision decision{{}, Answer{point.request, {}}};
  if (point.act == Undoable::add) {
    decision.events.push_back(Moved{*point.request, RequestState::withdrawn, "undone", {}});
  }
  decision.events.push_back(Undone{});
  return decision;
}

}  // namespace plenary::signaling
