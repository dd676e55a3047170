#include "signaling/meeting/fold.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "signaling/meeting/checks.h"
#include "signaling/meeting/help.h"
#include "signaling/meeting/order.h"
#include "signaling/meeting/totals.h"
#include "signaling/meeting/undo.h"

namespace plenary::signaling {
namespace {

void stop_clock(Request& request, Moment at) {
  request.elapsed = elapsed_at(request, at);
  request.running_since.reset();
}

// Somebody else has the floor now.
void withdraw_offers(State& state) {
  for (auto& [id, request] : state.open) request.offered = false;
}

void forget_oldest_key(State& state) {
  const auto oldest = std::min_element(state.keys.begin(), state.keys.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  state.keys.erase(oldest);
}

// Those without an open request whose last one is the longest ago.
void forget_oldest_people(State& state) {
  std::map<ParticipantId, RequestId> last;  // of those whose keys are known
  for (const auto& [key, request] : state.keys) last[key.first] = std::max(last[key.first], request);
  std::set<ParticipantId> busy;
  for (const auto& [id, request] : state.open) {
    busy.insert(request.person.id);
    if (request.requester) busy.insert(*request.requester);
  }
  for (const Help& help : state.helps) {
    if (help.open) busy.insert(help.person.id);
  }
  std::vector<std::tuple<RequestId, ParticipantId, std::string>> by_age;
  for (const auto& [identity, person] : state.people) {
    if (busy.contains(person.id)) continue;
    const auto known = last.find(person.id);
    by_age.emplace_back(known == last.end() ? RequestId{0} : known->second, person.id, identity);
  }
  std::sort(by_age.begin(), by_age.end());
  by_age.resize(std::min(by_age.size(), kPeopleForgottenAtOnce));
  for (const auto& [request, participant, identity] : by_age) {
    state.people.erase(identity);
    state.spoken_by_person.erase(participant);
  }
}

// Replies belong to it.
bool is_answered(RequestKind kind) {
  return kind != RequestKind::reply && kind != RequestKind::point_of_order && kind != RequestKind::chair;
}

// Read out to the end, in public: from here on everybody may read it.
bool is_delivered(const State& state, const Request& request) {
  const bool read_out = request.state == RequestState::released || request.state == RequestState::expired;
  return !request.text.empty() && request.spoke && read_out && state.state != MeetingState::rehearsal;
}

// The single exit: whatever the cause, a request ends here.
void end_request(State& state, RequestId id) {
  auto node = state.open.extract(id);
  std::erase(state.rows, id);
  Request& request = node.mapped();
  if (request.spoke && !is_chair(request)) {
    add_speech(state, request);
    state.last = request;
  }
  if (is_delivered(state, request)) state.delivered.push_back(id);
  if (state.delivered.size() > kMaxDelivered) state.delivered.erase(state.delivered.begin());
  state.ended.push_back(std::move(request));
  if (state.ended.size() <= kMaxEnded) return;
  std::erase(state.delivered, state.ended.front().id);
  state.notes.erase(state.ended.front().id);
  state.ended.erase(state.ended.begin());
}

struct Fold {
  State& state;
  const Event& event;

  // Who comes back after a restart is the same person.
  void remember(const Person& person) const {
    state.next_participant = std::max(state.next_participant, static_cast<std::uint64_t>(person.id) + 1);
    if (person.identity.empty()) return;
    if (!state.people.contains(person.identity) && state.people.size() >= kMaxPeople) forget_oldest_people(state);
    state.people[person.identity] = person;
  }

  // Of who asked for somebody else, name and title are not those of who will speak.
  [[nodiscard]] Person requester_of(const Requested& e) const {
    Person person = e.person;
    person.name = e.asked_by;
    const auto known = state.people.find(person.identity);
    person.title = known == state.people.end() ? std::string{} : known->second.title;
    return person;
  }

  Request* find(RequestId id) const {
    const auto found = state.open.find(id);
    return found == state.open.end() ? nullptr : &found->second;
  }

  void operator()(const Requested& e) const {
    Request request;
    request.id = e.request;
    request.state = e.born;
    request.kind = e.kind;
    request.person = e.person;
    request.requester = e.requester;
    request.asked_by = e.asked_by;
    request.topic = e.topic;
    request.text = e.text;
    request.language = e.language;
    request.item = e.item;
    request.key = e.key;
    request.reply_to = e.reply_to;
    request.limit = e.limit;
    request.asked_at = request.changed_at = event.at;
    if (holds_floor(e.born)) request.granted_at = event.at;  // nobody gave it to them
    state.next_request = std::max(state.next_request, static_cast<std::uint64_t>(e.request) + 1);
    remember(e.asked_by.empty() ? e.person : requester_of(e));
    if (!e.key.empty()) {
      state.keys[{e.requester.value_or(e.person.id), e.key}] = e.request;
      if (state.keys.size() > kMaxKeys) forget_oldest_key(state);
    }
    state.open[e.request] = std::move(request);
    if (state.order == ListOrder::manual) insert_manual_row(state, e.request);
  }

  void operator()(const Moved& e) const {
    Request* request = find(e.request);
    if (request == nullptr) return;
    const RequestState from = request->state;
    stop_clock(*request, event.at);
    request->state = e.to;
    request->changed_at = event.at;
    if (!e.reason.empty()) request->reason = e.reason;
    if (holds_floor(e.to) && !holds_floor(from)) withdraw_offers(state);
    if (e.to == RequestState::standby) {
      request->called = true;
      request->ready = false;
    } else if (e.to == RequestState::granted && is_waiting(from)) {
      request->granted_at = event.at;
      request->passed.clear();
      std::erase(state.rows, e.request);
    } else if (e.to == RequestState::on_air) {
      request->running_since = event.at;
      request->spoke = true;
      if (is_answered(request->kind)) state.answered = e.request;
    } else if (e.to == RequestState::held) {
      request->held_from = from;
      request->lost_at = e.lost_at.value_or(event.at);
    } else if (is_ended(e.to)) {
      end_request(state, e.request);
    }
  }

  void operator()(const Readied& e) const {
    if (Request* request = find(e.request)) request->ready = true;
  }

  void operator()(const PassedOver& e) const {
    Request* request = find(e.request);
    if (request == nullptr) return;
    request->state = RequestState::queued;
    request->changed_at = event.at;
    request->ready = request->offered = false;
    if (e.behind) {  // else they are the last already, and stay it
      if (request->passed.size() == kMaxPasses) request->passed.erase(request->passed.begin());
      request->passed.push_back({event.seq, *e.behind});
    }
    if (e.reason == "not_ready") ++request->missed;
    if (state.order != ListOrder::manual || !e.behind) return;
    std::erase(state.rows, e.request);
    const auto target = std::find(state.rows.begin(), state.rows.end(), *e.behind);
    state.rows.insert(target == state.rows.end() ? target : target + 1, e.request);
  }

  void operator()(const Muted& e) const {
    if (Request* request = find(e.request)) request->muted = e.muted;
  }

  void operator()(const Extended& e) const {
    if (Request* request = find(e.request)) request->limit = std::max(Milliseconds{0}, request->limit + e.by);
  }

  void operator()(const RowMoved& e) const { lay_rows(e.rows); }

  void operator()(const ListOpened& e) const { state.list_open = e.open; }

  void operator()(const OrderChosen& e) const {
    state.order = e.order;
    state.rows.clear();
    if (e.order == ListOrder::manual) lay_rows(e.rows);
    for (auto& [id, request] : state.open) request.passed.clear();
  }

  void operator()(const MeetingMoved& e) const {
    const MeetingState from = std::exchange(state.state, e.to);
    state.live_since.reset();
    if (e.to == MeetingState::live) state.live_since = event.at;
    if (e.to == MeetingState::closed) {
      state.list_open = false;
      state.undo.reset();
      state.in_charge.clear();
      state.item.clear();
    }
    if (from == MeetingState::closed) {
      state.list_open = state.list_opens;
      state.delivered.clear();
    }
    if (from != MeetingState::rehearsal && from != MeetingState::closed) return;
    // The public meeting begins anew; nobody replies to what was said before it.
    state.last.reset();
    state.answered.reset();
    state.item.clear();
  }

  void operator()(const AudienceChosen& e) const { state.audience = e.audience; }

  void operator()(const TookOver& e) const { state.in_charge = e.name; }

  void operator()(const PersonRemoved& e) const {
    for (const std::string& token : e.tokens) state.removed.emplace(token, event.at);
  }

  void operator()(const UndoKept& e) const { keep_undo(state, e, event.at); }

  void operator()(const Undone&) const { undo(state, event.at); }

  void operator()(const AgendaSet& e) const {
    state.agenda = e.items;
    if (!has_item(state, state.item)) state.item.clear();
  }

  void operator()(const ItemSelected& e) const {
    if (!e.item.empty() && !has_item(state, e.item)) return;
    state.item = e.item;
    state.item_since = event.at;
  }

  void operator()(const HelpAsked& e) const {
    remember(e.person);
    add_question(state, e, event.at);
  }

  void operator()(const HelpAnswered& e) const { add_answer(state, e, event.at); }

  void operator()(const HelpClosed& e) const { close_help(state, e.help); }

  void operator()(const Noted& e) const {
    state.notes.erase(e.request);
    if (!e.text.empty() && find(e.request) != nullptr) state.notes[e.request] = Note{e.by, event.at, e.text};
  }

  void operator()(const ReaderNamed& e) const {
    if (Request* request = find(e.request)) request->reader = e.reader;
  }

  void operator()(const Checked& e) const { keep_check(state.checks, e, event.seq, event.at); }

  // How a speech is heard does not change while it lasts, nor how it was once it is over.
  void operator()(const Placed& e) const {
    for (auto& [identity, person] : state.people) {
      if (person.id == e.participant) person.where = e.where;
    }
    for (auto& [id, request] : state.open) {
      if (request.person.id == e.participant && is_waiting(request.state)) request.person.where = e.where;
    }
    if (!state.undo) return;
    for (Request& before : state.undo->before) {
      if (before.person.id == e.participant) before.person.where = e.where;
    }
  }

  void operator()(const Restarted&) const {
    for (auto& [id, request] : state.open) {
      if (request.state == RequestState::standby) request.changed_at = event.at;  // called anew
      if (!holds_floor(request.state) || !comes_by_network(request)) continue;
      stop_clock(request, event.at);
      if (request.state != RequestState::held) request.held_from = request.state;
      request.state = RequestState::held;
      request.changed_at = request.lost_at = event.at;
    }
  }

  // Keeps the invariant: the rows are exactly those who wait.
  void lay_rows(const std::vector<RequestId>& rows) const {
    state.order = ListOrder::manual;
    state.rows.clear();
    for (const RequestId id : rows) {
      const Request* request = find(id);
      const bool twice = std::find(state.rows.begin(), state.rows.end(), id) != state.rows.end();
      if (request != nullptr && is_waiting(request->state) && !twice) state.rows.push_back(id);
    }
    for (const auto& [id, request] : state.open) {
      const bool missing = std::find(state.rows.begin(), state.rows.end(), id) == state.rows.end();
      if (is_waiting(request.state) && missing) state.rows.push_back(id);
    }
  }
};

}  // namespace

State first_state(const Rules& rules) {
  State state;
  for (const std::string& title : rules.agenda) {
    state.agenda.push_back({std::to_string(state.agenda.size() + 1), title});
  }
  state.list_open = state.list_opens = rules.list_open;
  state.rights_at_list_end = rules.rights_at_list_end;
  state.order = rules.order;
  state.state = rules.opens_live ? MeetingState::live : MeetingState::scheduled;
  return state;
}

void apply(State& state, const Event& event) {
  std::visit(Fold{state, event}, event.body);
  state.seq = event.seq;
  state.at = event.at;
}

}  // namespace plenary::signaling
