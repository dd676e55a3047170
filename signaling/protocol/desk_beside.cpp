// What is told beside the state, because it is not for everybody: moderators' notes, and what device checks came to.
#include <algorithm>

#include "signaling/protocol/desk_state.h"

namespace plenary::signaling {

// To moderators only, and so never in the state.
void Desk::State::tell_notes() {
  const std::map<RequestId, Note>& notes = meeting.state().notes;
  if (notes == published_notes) return;
  std::vector<PageId> concerned;
  for (const auto& [id, page] : pages) {
    if (page.visit && !page.closing && sees_notes(page.role)) concerned.push_back(id);
  }
  const auto tell = [&](RequestId request, const Note* note) {
    if (concerned.empty()) return;
    auto text = std::make_shared<const std::string>(encode_notification("note.changed", note_json(request, note)));
    outputs.push_back(out::Send{concerned, std::move(text)});
  };
  for (const auto& [request, note] : notes) {
    const auto known = published_notes.find(request);
    if (known == published_notes.end() || known->second != note) tell(request, &note);
  }
  for (const auto& [request, note] : published_notes) {
    if (!notes.contains(request)) tell(request, nullptr);
  }
  published_notes = notes;
}

void Desk::State::tell_known_notes(PageId id, const Visit& visit) {
  if (!sees_notes(visit.role)) return;
  for (const auto& [request, note] : meeting.state().notes) {
    send(id, encode_notification("note.changed", note_json(request, &note)));
  }
}

// On demand, and so never in the state: thousands who watch need it once it was delivered, if ever.
void Desk::State::read_text(PageId id, const Visit& visit, const Incoming& incoming, const TextCall& call) {
  const signaling::State& state = meeting.state();
  const Request* request = find_any(state, call.request);
  if (request == nullptr || request->text.empty()) {
    ++counters.refused;
    refuse(id, incoming.id, incoming.wants_answer, {RefusalCode::not_found, "no_text", "There is no such text."});
    return;
  }
  const bool own = request->person.id == visit.participant || request->requester == visit.participant;
  const bool delivered = std::ranges::find(state.delivered, call.request) != state.delivered.end();
  if (!own && !delivered && !sees_texts(visit.role)) {
    ++counters.refused;
    refuse(id, incoming.id, incoming.wants_answer,
           {RefusalCode::not_allowed, "not_delivered", "This text can be read once it was read out."});
    return;
  }
  if (incoming.wants_answer) send(id, encode_result(incoming.id, text_json(*request)));
}

void Desk::State::keep_check(PageId page, const CheckResult& result, Now now) {
  const auto found = pages.find(page);
  if (!result.readiness.fit || found == pages.end() || !found->second.visit) return;
  const Visit& visit = visits.at(*found->second.visit);
  const act::KeepCheck act{result.readiness};
  if (!meeting.handle(act, Actor{visit.participant, visit.role}, now)) ++counters.checks_refused;
}

// What the disk has since the last time.
void Desk::State::tell_checks() {
  const Checks& checks = meeting.state().checks;
  if (checks.last == published_check) return;
  for (const auto& [identity, check] : checks.known) {
    if (check.seq > published_check) tell_check(identity);
  }
  published_check = checks.last;
}

void Desk::State::tell_check(const std::string& identity) {
  const std::map<std::string, KnownCheck>& checks = meeting.state().checks.known;
  const auto check = checks.find(identity);
  const Person* person = check == checks.end() ? nullptr : meeting.find_person(identity);
  if (person == nullptr) return;
  std::vector<PageId> watching;
  for (const auto& [id, page] : pages) {
    if (page.visit && !page.closing && signaling::sees_readiness(page.role)) watching.push_back(id);
  }
  if (watching.empty()) return;
  auto text = std::make_shared<const std::string>(
      encode_notification("check.known", known_check_params(person->id, check->second)));
  outputs.push_back(out::Send{std::move(watching), std::move(text)});
}

// Of people who are not there it is told once they come.
void Desk::State::show_checks(PageId id, const Visit& visit) {
  if (!signaling::sees_readiness(visit.role)) return;
  for (const auto& [identity, check] : meeting.state().checks.known) {
    const Person* person = meeting.find_person(identity);
    if (person != nullptr) send(id, encode_notification("check.known", known_check_params(person->id, check)));
  }
}

}  // namespace plenary::signaling
