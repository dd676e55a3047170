#include "signaling/meeting/meeting.h"

#include <algorithm>
#include <utility>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/due.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"
#include "signaling/meeting/order.h"
#include "signaling/meeting/snapshot.h"

namespace plenary::signaling {
namespace {

constexpr const char* kBySystem = "system";

std::string signature_of(const Actor& actor) {
  return to_text(actor.participant) + "/" + std::string(to_text(actor.role));
}

}  // namespace

Result<Meeting> Meeting::open(Rules rules, const History& history, Now now) {
  Meeting meeting(std::move(rules), now);
  meeting.state_ = history.from ? *history.from : first_state(meeting.rules_);
  for (const StoredEvent& stored : history.events) {
    Result<Event> event = read_event(stored);
    if (!event) return event.error();
    if (event->seq != meeting.state_.seq + 1) {
      return Error{"journal_gap", "The journal of " + meeting.rules_.meeting + " has a gap before event " +
                                      std::to_string(event->seq) + "; restore it from a copy."};
    }
    apply(meeting.state_, *event);
  }
  // The meeting's clock never goes back, whatever was done to the machine's.
  meeting.start_moment_ = std::max(meeting.state_.at, std::chrono::time_point_cast<Milliseconds>(now.wall));
  meeting.tip_ = meeting.state_;
  meeting.presence_.since = meeting.start_moment_;
  meeting.presence_.next_participant = meeting.state_.next_participant;
  for (const auto& [identity, person] : meeting.state_.people) {
    meeting.presence_.people[person.id] = person;
    meeting.presence_.identities[identity] = person.id;
    meeting.presence_.add_token(person.id, person.token_id);
  }
  if (!meeting.state_.open.empty()) {
    meeting.take_effect(meeting.stamp({Restarted{}}, kBySystem, now));
    meeting.enqueue({});
  }
  return meeting;
}

Moment Meeting::moment(Now now) const {
  const Duration passed = std::max(Duration{0}, now.monotonic - started_.monotonic);
  return start_moment_ + std::chrono::duration_cast<Milliseconds>(passed);
}

Result<ParticipantId, Refusal> Meeting::join(const Person& person) {
  ParticipantId id{};
  if (const auto known = presence_.identities.find(person.identity);
      !person.identity.empty() && known != presence_.identities.end()) {
    id = known->second;
  } else {
    if (presence_.people.size() >= kMaxParticipants) {
      return Refusal{RefusalCode::too_many, "room_full", "Too many people are in this meeting; try again later."};
    }
    id = ParticipantId{presence_.next_participant++};
    if (!person.identity.empty()) presence_.identities[person.identity] = id;
  }
  Person& entry = presence_.people[id];
  entry = person;
  entry.id = id;
  presence_.add_token(id, person.token_id);
  presence_.revoked.erase(id);
  return id;
}

void Meeting::forget(ParticipantId participant) {
  const auto found = presence_.people.find(participant);
  const auto page = presence_.pages.find(participant);
  if (found == presence_.people.end() || (page != presence_.pages.end() && page->second.connections > 0)) return;
  if (tip_.people.contains(found->second.identity)) return;
  presence_.identities.erase(found->second.identity);
  presence_.people.erase(found);
  presence_.pages.erase(participant);
  presence_.uplinks.erase(participant);
  presence_.tokens.erase(participant);
  presence_.revoked.erase(participant);
}

const Person* Meeting::person(ParticipantId participant) const {
  const auto found = presence_.people.find(participant);
  return found == presence_.people.end() ? nullptr : &found->second;
}

const Person* Meeting::find_person(const std::string& identity) const {
  const auto found = presence_.identities.find(identity);
  return found == presence_.identities.end() ? nullptr : person(found->second);
}

void Meeting::handle_connected(ParticipantId participant, Now now) {
  settle(now);
  if (++presence_.pages[participant].connections == 1) show_presence(participant);
}

void Meeting::handle_disconnected(ParticipantId participant, Now now) {
  settle(now);
  const auto page = presence_.pages.find(participant);
  if (page == presence_.pages.end() || page->second.connections == 0) return;
  if (--page->second.connections > 0) return;
  page->second.gone_at = moment(now);
  show_presence(participant);
}

void Meeting::handle_revoked(ParticipantId participant, Now now) {
  presence_.revoked.insert(participant);
  settle(now);
}

Result<Accepted, Refusal> Meeting::handle(const Act& act, const Actor& actor, Now now) {
  settle(now);
  if (failing_since_ && retry_at_ && now.monotonic < *retry_at_) return not_saved_refusal();
  Decided decided = decide(Case{tip_, presence_, rules_, actor, moment(now)}, act);
  if (!decided) return decided.error();
  Decision decision = std::move(decided).value();
  if (const auto* place = std::get_if<act::Place>(&act)) {
    const auto self = presence_.people.find(actor.participant);
    if (self != presence_.people.end()) self->second.where = place->where;
  }
  if (!decision.events.empty()) {
    std::vector<Event> events = stamp(std::move(decision.events), signature_of(actor), now);
    for (const Event& event : events) apply(tip_, event);
    presence_.next_participant = std::max(presence_.next_participant, tip_.next_participant);
    enqueue(std::move(events));
    settle(now);
  }
  Accepted accepted{pending_.empty() ? Ticket{saved_ticket_} : pending_.back().ticket, decision.answer};
  if (accepted.answer.request) {
    const std::size_t position = position_of(tip_, *accepted.answer.request);
    if (position > 0) accepted.answer.position = position;
  }
  return accepted;
}

void Meeting::handle_uplink_back(ParticipantId participant, Now now) {
  settle(now);
  presence_.uplinks[participant] = {true, moment(now)};
  show_presence(participant);
  settle(now);
}

void Meeting::handle_uplink_silent(ParticipantId participant, Instant last_packet, Now now) {
  settle(now);
  presence_.uplinks[participant] = {false, moment(Now{std::min(last_packet, now.monotonic), now.wall})};
  show_presence(participant);
  settle(now);
}

void Meeting::handle_speaker_decoding(RequestId request, bool decoding, Now now) {
  if (find_open(tip_, request) != nullptr) presence_.decoding[request] = decoding;
  ++version_;
  settle(now);
}

void Meeting::handle_speaker_on_air(RequestId request, bool on_air, Now now) {
  const Request* speaker = find_open(tip_, request);
  if (speaker != nullptr && holds_floor(speaker->state)) presence_.mixed[request] = on_air;
  settle(now);
}

void Meeting::handle_return(bool connected, Now now) {
  presence_.return_connected = connected;
  ++version_;
  settle(now);
}

void Meeting::handle_timeout(Now now) {
  settle(now);
  if (!unsaved_facts_.empty() && pending_.empty() && retry_at_ && now.monotonic >= *retry_at_) enqueue({});
}

std::optional<Instant> Meeting::next_timeout() const {
  std::optional<Instant> next;
  if (const std::optional<Due> due = next_due(tip_, presence_, rules_)) {
    next = started_.monotonic + (due->when - start_moment_);
  }
  if (!unsaved_facts_.empty() && pending_.empty() && retry_at_) next = next ? std::min(*next, *retry_at_) : *retry_at_;
  return next;
}

std::optional<Batch> Meeting::poll_append() {
  for (Pending& pending : pending_) {
    if (pending.handed_out) continue;
    pending.handed_out = true;
    Batch batch{pending.ticket, {}};
    for (const Event& event : pending.events) batch.events.push_back(store_event(event));
    return batch;
  }
  return std::nullopt;
}

void Meeting::handle_saved(Ticket ticket, Now now) {
  const auto known =
      std::any_of(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.ticket == ticket; });
  if (!known) return;  // void since an earlier failure
  while (!pending_.empty() && pending_.front().ticket <= ticket) {
    for (const Event& event : pending_.front().events) {
      if (event.seq > state_.seq) apply(state_, event);
    }
    saved_ticket_ = static_cast<std::uint64_t>(pending_.front().ticket);
    pending_.pop_front();
  }
  ++version_;
  unsaved_facts_.clear();  // they led the oldest of those batches
  failing_since_.reset();
  retry_at_.reset();
  forget_ended();
  settle(now);
}

void Meeting::handle_not_saved(Ticket ticket, Now now) {
  const auto known =
      std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.ticket == ticket; });
  if (known == pending_.end()) return;
  pending_.erase(known, pending_.end());
  tip_ = state_;
  for (const Pending& pending : pending_) {
    for (const Event& event : pending.events) {
      if (event.seq > tip_.seq) apply(tip_, event);
    }
  }
  // Who was placed by what is void now is where they were.
  for (const auto& [identity, person] : tip_.people) {
    const auto known = presence_.people.find(person.id);
    if (known != presence_.people.end()) known->second.where = person.where;
  }
  if (!failing_since_) failing_since_ = now.monotonic;
  retry_at_ = now.monotonic + kJournalRetry;
  settle(now);
}

std::optional<std::string> Meeting::snapshot() const {
  if (!is_all_saved()) return std::nullopt;
  return write_snapshot(state_, rules_);
}

bool Meeting::is_saved(Ticket ticket) const { return static_cast<std::uint64_t>(ticket) <= saved_ticket_; }

Refusal Meeting::not_saved_refusal() {
  return Refusal{RefusalCode::conflict, "not_saved",
                 "The server cannot write to its disk, so nothing was changed; tell the technician and try again."};
}

std::vector<Event> Meeting::stamp(std::vector<EventBody> bodies, const std::string& by, Now now) const {
  std::vector<Event> events;
  std::uint64_t seq = tip_.seq;
  for (EventBody& body : bodies) events.push_back(Event{++seq, moment(now), now.wall, by, std::move(body)});
  return events;
}

// The invariant behind it: facts are added to unsaved_facts_ only while nothing is pending.
void Meeting::enqueue(std::vector<Event> events) {
  if (pending_.empty()) events.insert(events.begin(), unsaved_facts_.begin(), unsaved_facts_.end());
  if (events.empty()) return;
  pending_.push_back(Pending{Ticket{next_ticket_++}, std::move(events), false});
}

void Meeting::take_effect(const std::vector<Event>& facts) {
  for (const Event& fact : facts) {
    apply(tip_, fact);
    apply(state_, fact);
    ++version_;
    unsaved_facts_.push_back(fact);
  }
}

void Meeting::settle(Now now) {
  const Moment at = moment(now);
  // Each step ends a condition; two a request are the most that can follow from one moment, the bound is for safety.
  for (std::size_t steps = 4 * tip_.open.size() + 16; steps > 0; --steps) {
    std::optional<Due> due = next_due(tip_, presence_, rules_);
    if (!due || due->when > at) return;
    std::vector<Event> events = stamp({std::move(due->event)}, kBySystem, now);
    if (failing_since_ && pending_.empty()) {
      take_effect(events);
      continue;
    }
    for (const Event& event : events) apply(tip_, event);
    enqueue(std::move(events));
  }
}

// Pages see the presence of those on the list only; a thousand viewers who come and go change nothing.
void Meeting::show_presence(ParticipantId participant) {
  const auto is_theirs = [&](const auto& entry) { return entry.second.person.id == participant; };
  const bool last = state_.last && state_.last->person.id == participant;
  if (last || std::any_of(state_.open.begin(), state_.open.end(), is_theirs)) ++version_;
}

void Meeting::forget_ended() {
  const auto is_over = [&](const auto& entry) { return find_open(tip_, entry.first) == nullptr; };
  std::erase_if(presence_.decoding, is_over);
  // Whose floor was taken back has to be mixed anew, or the red light would come before the room hears them.
  const auto is_off_floor = [&](const auto& entry) {
    const Request* shown = find_open(state_, entry.first);
    return shown == nullptr || !holds_floor(shown->state);
  };
  std::erase_if(presence_.mixed, is_off_floor);
}

}  // namespace plenary::signaling
