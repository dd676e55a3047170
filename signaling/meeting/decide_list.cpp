#include <algorithm>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/order.h"

namespace plenary::signaling {
namespace {

bool is_owner(const Case& c, const Request& request) {
  return request.person.id == c.actor.participant || request.requester == c.actor.participant;
}

Refusal not_yours() { return Refusal{RefusalCode::not_allowed, "not_yours", "Only the person who asked can do this."}; }

Refusal on_floor() { return conflict("on_floor", "This person has the floor already; release it instead."); }

Refusal needs_approval() { return conflict("needs_approval", "Approve this request first."); }

// A closed list still takes points of order and rights of reply.
bool passes_closed_list(RequestKind kind) {
  return kind == RequestKind::point_of_order || kind == RequestKind::right_of_reply;
}

// What passes a closed list passes here, too, and does not count. Who has no organisation is no delegation.
bool delegation_has_all(const Case& c, const std::string& organisation) {
  if (c.rules.delegation_max == 0 || organisation.empty()) return false;
  const auto counts = [&](const auto& entry) {
    const Request& request = entry.second;
    return request.person.organisation == organisation && !passes_closed_list(request.kind) && !is_chair(request);
  };
  return static_cast<std::size_t>(std::ranges::count_if(c.state.open, counts)) >= c.rules.delegation_max;
}

std::optional<Refusal> may_ask(const Case& c, const act::RequestFloor& act, const Person& person) {
  if (c.state.state == MeetingState::closed) return meeting_closed();
  if (!c.state.list_open && !passes_closed_list(act.kind)) {
    return Refusal{RefusalCode::list_closed, "list_closed",
                   "The speakers' list is closed; points of order and rights of reply are still taken."};
  }
  const bool is_point = act.kind == RequestKind::point_of_order;
  if (open_request_of(c.state, c.actor.participant, is_point) != nullptr) {
    return conflict("already_asked", "You have asked for the floor already; withdraw that request first.");
  }
  if (act.kind == RequestKind::reply && !c.rules.replies) {
    return Refusal{RefusalCode::list_closed, "no_replies",
                   "This meeting takes no replies; ask for a statement or a question."};
  }
  if (act.kind == RequestKind::reply && !c.state.answered) {
    return conflict("nobody_to_reply_to", "Nobody has spoken yet; ask for a statement or a question.");
  }
  if (!passes_closed_list(act.kind) && delegation_has_all(c, person.organisation)) {
    return Refusal{RefusalCode::too_many, "delegation_full",
                   "Your delegation has as many requests as it may have at once; wait until one of them is over."};
  }
  if (waiting_order(c.state).size() >= kMaxWaiting) {
    return Refusal{RefusalCode::too_many, "list_full", "The speakers' list is full; try again later."};
  }
  if (asked_lately(c, false) >= kMaxRequestsPerMinute) {
    return Refusal{RefusalCode::too_many, "too_many_requests", "You asked too often; wait a minute."};
  }
  return std::nullopt;
}

// Otherwise they stay in standby, first in line.
bool takes_offer(const Case& c, const Request& request) {
  const bool heard = !comes_by_network(request) || c.presence.return_connected;
  const std::vector<const Request*> holders = floor_holders(c.state);
  const auto counted = std::ranges::count_if(holders, [](const Request* holder) { return !is_chair(*holder); });
  return takes_speeches(c.state.state) && heard && static_cast<std::size_t>(counted) < c.rules.speakers_max;
}

Milliseconds limit_of(const Rules& rules, RequestKind kind, Category category) {
  if (kind == RequestKind::statement) {
    const auto own = rules.statement_limits.find(category);
    if (own != rules.statement_limits.end()) return own->second;
  }
  const auto limit = rules.limits.find(kind);
  return limit == rules.limits.end() ? Milliseconds{0} : limit->second;
}

// In code points of UTF-8, which the text is.
std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Refusal nobody_asks() {
  return {RefusalCode::bad_parameters, "chair_speaks",
          "Nobody asks to speak as chair; the chair speaks by floor.speak."};
}

// A text is taken whole or not at all.
std::optional<Refusal> may_hand_in(RequestKind kind, const std::string& text) {
  if (kind != RequestKind::written && !text.empty()) {
    return conflict("not_written", "Only a written contribution has a text.");
  }
  if (characters_in(text) > kMaxText) {
    return Refusal{RefusalCode::bad_parameters, "text_too_long", "The text is too long; 3,000 characters are taken."};
  }
  return std::nullopt;
}

Requested new_request(const Case& c, RequestKind kind, Person person) {
  Requested event;
  event.limit = limit_of(c.rules, kind, person.category);
  event.person = std::move(person);
  event.request = RequestId{c.state.next_request};
  event.kind = kind;
  event.item = c.state.item;
  if (kind == RequestKind::reply) event.reply_to = c.state.answered;
  return event;
}

}  // namespace

Decided decide_act(const Case& c, const act::RequestFloor& act) {
  if (const auto known = c.state.keys.find({c.actor.participant, act.key}); known != c.state.keys.end()) {
    return Decision{{}, Answer{known->second, {}}};
  }
  const auto person = c.presence.people.find(c.actor.participant);
  if (person == c.presence.people.end()) {
    return Refusal{RefusalCode::not_allowed, "not_joined", "Join the meeting first."};
  }
  if (act.kind == RequestKind::chair) return nobody_asks();
  if (std::optional<Refusal> refusal = may_hand_in(act.kind, act.text)) return *std::move(refusal);
  if (act.kind == RequestKind::written && act.text.empty()) {
    return Refusal{RefusalCode::bad_parameters, "text_missing", "Hand in the text that is to be read out."};
  }
  if (std::optional<Refusal> refusal = may_ask(c, act, person->second)) return *std::move(refusal);
  Requested event = new_request(c, act.kind, person->second);
  if (!act.beneficiary.empty()) {
    event.asked_by = event.person.name;
    event.person.name = act.beneficiary;
    event.person.title = act.beneficiary_title;
  }
  event.topic = act.topic;
  event.text = act.text;
  event.language = act.language;
  event.key = act.key;
  const bool waits_for_approval = c.rules.needs_approval && act.kind != RequestKind::point_of_order;
  event.born = waits_for_approval ? RequestState::pending : RequestState::queued;
  const Answer answer{event.request, {}};
  return Decision{{std::move(event)}, answer};
}

Decided decide_act(const Case& c, const act::Withdraw& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  if (!is_owner(c, request)) return not_yours();
  if (!is_waiting(request.state)) return on_floor();
  return Decision{{Moved{act.request, RequestState::withdrawn, "withdrawn", {}}}, {}};
}

Decided decide_act(const Case& c, const act::Ready& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  // The secretariat confirms readiness for a speaker who will not click.
  if (!is_owner(c, request) && !manages_floor(c.actor.role)) return not_yours();
  if (request.state < RequestState::standby) return conflict("not_called", "You have not been called yet.");
  Decision decision;
  if (holds_floor(request.state)) return decision;
  if (!request.ready) decision.events.push_back(Readied{act.request});
  if (request.offered && is_owner(c, request) && takes_offer(c, request)) {
    end_chair_of(c, request.person.id, decision.events);
    decision.events.push_back(Moved{request.id, RequestState::granted, "", {}});
    if (!comes_by_network(request)) decision.events.push_back(Moved{request.id, RequestState::on_air, "", {}});
  }
  return decision;
}

Decided decide_act(const Case& c, const act::Approve& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  if (found.value()->state != RequestState::pending) {
    return conflict("approved_already", "This request has been approved already.");
  }
  return Decision{{Moved{act.request, RequestState::queued, act.reason, {}}}, {}};
}

Decided decide_act(const Case& c, const act::Deny& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  if (!is_waiting(found.value()->state)) return on_floor();
  return Decision{{Moved{act.request, RequestState::denied, act.reason.empty() ? "denied" : act.reason, {}}}, {}};
}

Decided decide_act(const Case& c, const act::Pass& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  if (request.state == RequestState::pending) return needs_approval();
  if (!is_waiting(request.state)) return on_floor();
  const std::optional<RequestId> behind = next_in_line(c.state, act.request);
  if (!behind && request.state == RequestState::queued) {
    return conflict("last_in_line", "Nobody waits behind this person.");
  }
  return Decision{{PassedOver{act.request, behind, act.reason}}, {}};
}

Decided decide_act(const Case& c, const act::Prepare& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  if (request.state == RequestState::pending) return needs_approval();
  if (request.state == RequestState::standby) {
    return conflict("called_already", "This person has been called to the green room already.");
  }
  if (!is_waiting(request.state)) return on_floor();
  if (request.kind == RequestKind::written) {
    return conflict("read_out", "This text is read out in the room, so nobody is called; give it the floor.");
  }
  return Decision{{Moved{act.request, RequestState::standby, act.reason, {}}}, {}};
}

Decided decide_act(const Case& c, const act::Move& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  if (!is_waiting(found.value()->state)) return on_floor();
  if (act.before == act.request) return Decision{};
  std::vector<RequestId> rows;
  for (const Place& place : waiting_order(c.state)) {
    if (place.request != act.request) rows.push_back(place.request);
  }
  auto target = rows.end();
  if (act.before) {
    const auto before = open_request(c, *act.before);
    if (!before) return before.error();
    target = std::find(rows.begin(), rows.end(), *act.before);
    if (target == rows.end()) return on_floor();
  }
  rows.insert(target, act.request);
  return Decision{{RowMoved{std::move(rows)}}, {}};
}

Decided decide_act(const Case& c, const act::Add& act) {
  if (c.state.state == MeetingState::closed) return meeting_closed();
  if (waiting_order(c.state).size() >= kMaxWaiting) {
    return Refusal{RefusalCode::too_many, "list_full", "The speakers' list is full; try again later."};
  }
  if (act.kind == RequestKind::reply && !c.state.answered) {
    return conflict("nobody_to_reply_to", "Nobody has spoken yet; add a statement or a question.");
  }
  if (act.kind == RequestKind::chair) return nobody_asks();
  if (std::optional<Refusal> refusal = may_hand_in(act.kind, act.text)) return *std::move(refusal);
  Person person;
  person.id = ParticipantId{std::max(c.presence.next_participant, c.state.next_participant)};
  person.name = act.name;
  person.title = act.title;
  person.organisation = act.organisation;
  person.category = act.category;
  person.country = act.country;
  person.rank = act.rank;
  person.where = act.where;
  Requested event = new_request(c, act.kind, std::move(person));
  event.requester = c.actor.participant;
  event.language = "floor";
  event.text = act.text;
  const Answer answer{event.request, {}};
  return Decision{{std::move(event)}, answer};
}

// Of somebody who never asked, nothing is kept that could change.
Decided decide_act(const Case& c, const act::Place& act) {
  bool elsewhere = false;
  const auto is_elsewhere = [&](const Person& person) {
    return person.id == c.actor.participant && person.where != act.where;
  };
  for (const auto& [id, request] : c.state.open) {
    if (!is_elsewhere(request.person)) continue;
    if (holds_floor(request.state)) return conflict("have_floor", "You have the floor; say where you are afterwards.");
    elsewhere = true;
  }
  for (const auto& [identity, person] : c.state.people) elsewhere = elsewhere || is_elsewhere(person);
  Decision decision;
  if (elsewhere) decision.events.push_back(Placed{c.actor.participant, act.where});
  return decision;
}

Decided decide_act(const Case& c, const act::Note& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const auto known = c.state.notes.find(act.request);
  if (act.text == (known == c.state.notes.end() ? std::string{} : known->second.text)) return Decision{};
  return Decision{{Noted{act.request, name_of(c, c.actor), act.text}}, {}};
}

Decided decide_act(const Case& c, const act::NameReader& act) {
  const auto found = open_request(c, act.request);
  if (!found) return found.error();
  const Request& request = *found.value();
  if (request.kind != RequestKind::written) return conflict("not_written", "Only a written contribution is read out.");
  if (request.reader == act.reader) return Decision{};
  return Decision{{ReaderNamed{act.request, act.reader}}, {}};
}

Decided decide_act(const Case& c, const act::OpenList& act) {
  if (c.state.list_open == act.open) return Decision{};
  if (c.state.state == MeetingState::closed) return meeting_closed();
  return Decision{{ListOpened{act.open}}, {}};
}

Decided decide_act(const Case& c, const act::ChooseOrder& act) {
  OrderChosen event{act.order, {}};
  if (act.order == ListOrder::manual) {
    for (const Place& place : waiting_order(c.state)) event.rows.push_back(place.request);
  }
  return Decision{{std::move(event)}, {}};
}

}  // namespace plenary::signaling
