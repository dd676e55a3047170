#include "signaling/protocol/desk_state.h"

#include <algorithm>
#include <iterator>

namespace plenary::signaling {

void Desk::State::send(PageId page, std::string text) {
  outputs.push_back(out::Send{{page}, std::make_shared<const std::string>(std::move(text))});
}

void Desk::State::send_to_joined(PageId page, std::string text) {
  const auto found = pages.find(page);
  if (found != pages.end() && found->second.visit) send(page, std::move(text));
}

void Desk::State::close(PageId id, std::uint16_t code, std::string reason) {
  const auto page = pages.find(id);
  if (page == pages.end() || page->second.closing) return;
  page->second.closing = true;
  ++counters.closed;
  outputs.push_back(out::Close{id, code, std::move(reason)});
}

// Its page is told why and closed, and nothing that it was given works any more.
void Desk::State::bar(Visit& visit, const Refusal& why) {
  if (!visit.barred.empty()) return;
  visit.barred = why.word;
  if (visit.gone_at) return;
  send(visit.page, encode_notification("meeting.excluded", excluded_json(why)));
  close(visit.page, 1008, why.word);
}

void Desk::State::refuse(PageId id, const CallId& call, bool wants_answer, const Refusal& refusal) {
  if (wants_answer) send(id, encode_error(call, static_cast<int>(refusal.code), refusal.word, refusal.sentence));
}

void Desk::State::receive(PageId id, std::string_view text, Now now) {
  const auto found = pages.find(id);
  if (found == pages.end() || found->second.closing) return;
  Page& page = found->second;
  ++counters.messages;
  if (!page.limit.allow(now.monotonic)) {
    ++counters.too_fast;
    send(id,
         encode_error("null", static_cast<int>(RefusalCode::too_many), "too_fast", "Too many messages; slow down."));
    if (page.limit.should_close()) close(id, 1008, "too many messages");
    return;
  }
  Result<Incoming, Rejected> decoded = decode_message(text);
  if (!decoded) {
    ++counters.rejected;
    const Rejected& fault = decoded.error();
    if (fault.wants_answer) send(id, encode_error(fault.id, fault.code, fault.word, fault.sentence));
    return;
  }
  const Incoming& incoming = *decoded;
  if (const auto* call = std::get_if<JoinCall>(&incoming.call)) {
    join(id, page, incoming, *call, now);
    return;
  }
  if (!page.visit) {
    ++counters.rejected;
    refuse(id, incoming.id, incoming.wants_answer,
           {RefusalCode::not_allowed, "not_joined", "Call meeting.join first."});
    return;
  }
  Visit& visit = visits.at(*page.visit);
  if (!may(visit.role, incoming.method)) {
    ++counters.refused;
    refuse(id, incoming.id, incoming.wants_answer,
           {RefusalCode::not_allowed, "role", "Your role does not allow this."});
  } else if (const auto* one = std::get_if<Act>(&incoming.call)) {
    act(id, visit, incoming, *one, now);
  } else if (const auto* channel = std::get_if<ChannelCall>(&incoming.call)) {
    select(id, visit, incoming, *channel);
  } else if (const auto* text_call = std::get_if<TextCall>(&incoming.call)) {
    read_text(id, visit, incoming, *text_call);
  } else if (const auto* sound = std::get_if<ReturnSoundCall>(&incoming.call)) {
    outputs.push_back(out::ReturnSound{id, sound->started});
    if (incoming.wants_answer) send(id, encode_result(incoming.id, "{}"));
  } else if (incoming.wants_answer) {
    publish(now);  // so that the state given is the one its seq names
    send(id, encode_result(incoming.id, state_for(visit, now)));
  }
}

Result<Claims, Refusal> Desk::State::identify(const JoinCall& call, Now now) const {
  if (!call.token.empty()) {
    Result<Claims> claims = check(call.token);
    if (!claims) return Refusal{RefusalCode::not_allowed, claims.error().code, claims.error().message};
    if (meeting.state().removed.contains(claims->token_id)) return removed_refusal();
    claims->registered = true;
    return std::move(claims).value();
  }
  if (const auto known = visits.find(call.resume); !call.resume.empty() && known != visits.end()) {
    const Claims& claims = known->second.claims;
    if (known->second.barred == "removed") return removed_refusal();
    if (!known->second.barred.empty()) return revoked_refusal();
    if (claims.exp == WallTime{} || now.wall < claims.exp) return claims;
    return Refusal{RefusalCode::not_allowed, "expired", "Your link has expired; ask for a new one."};
  }
  if (!config.anonymous_may_watch) {
    return Refusal{RefusalCode::not_allowed, "token_needed", "This meeting is open to people with a link only."};
  }
  return Claims{};
}

void Desk::State::join(PageId id, Page& page, const Incoming& incoming, const JoinCall& call, Now now) {
  const auto fail = [&](const Refusal& refusal) {
    ++counters.joins_refused;
    refuse(id, incoming.id, incoming.wants_answer, refusal);
    if (!page.visit && ++page.joins_refused >= kMaxJoinsRefused) close(id, 1008, "too many refused");
  };
  if (page.visit) return fail({RefusalCode::conflict, "joined_already", "This page has joined already."});
  Result<Claims, Refusal> claims = identify(call, now);
  if (!claims) return fail(claims.error());
  const Audience audience = meeting.state().audience;
  if (!may_attend(claims->role, claims->registered, audience)) return fail(not_admitted(audience));
  // A page without token comes back as itself by this name, which only its resume token leads to.
  if (claims->sub.empty() && claims->token_id.empty()) claims->token_id = "anonymous:" + random.token(kResumeLength);
  Person person = person_from(*claims);
  const Person* known_person = meeting.find_person(person.identity);
  person.where = known_person != nullptr ? known_person->where : Where::remote;
  const Where before = person.where;
  const Result<ParticipantId, Refusal> participant = admit(person, claims->registered);
  if (!participant) return fail(participant.error());

  Visit visit;
  visit.page = id;
  visit.participant = participant.value();
  visit.role = claims->role;
  visit.claims = std::move(claims).value();
  visit.media_token = random.token(kResumeLength);
  if (const auto known = visits.find(call.resume);
      known != visits.end() && known->second.participant == visit.participant) {
    visit.language = known->second.language;
  }
  const std::string resume = random.token(kResumeLength);
  meeting.handle_connected(visit.participant, now);
  place(visit, before, call, now);
  ++counters.joins;
  publish(now);
  const std::string servers = config.ice_servers ? config.ice_servers(visit.participant, now.wall) : "[]";
  const std::string answer = R"({"participant":")" + to_text(visit.participant) + R"(","resume":")" + resume +
                             R"(","media_token":")" + visit.media_token + R"(","seq":)" + std::to_string(seq) +
                             R"(,"ice_servers":)" + servers + R"(,"state":)" + state_for(visit, now) + "}";
  media_tokens.emplace(visit.media_token, resume);
  if (!visit.claims.registered) ++anonymous_visits;
  const Visit& joined = visits.emplace(resume, std::move(visit)).first->second;
  page.visit = resume;
  --unjoined;
  page.role = joined.role;
  page.participant = joined.participant;
  if (incoming.wants_answer) send(id, encode_result(incoming.id, answer));
  show_readiness(id, joined);
  tell_open_helps(id, joined);
  tell_known_notes(id, joined);
  show_checks(id, joined);
  tell_check(person.identity);  // who comes back may have another number
}

bool Desk::State::is_protected(const Visit& by, ParticipantId whom) const {
  return std::any_of(visits.begin(), visits.end(), [&](const auto& entry) {
    const Visit& visit = entry.second;
    return visit.participant == whom && visit.barred.empty() && !may_remove(by.role, visit.role);
  });
}

void Desk::State::place(const Visit& visit, Where before, const JoinCall& call, Now now) {
  const Where wanted = visit.claims.where ? *visit.claims.where : call.where.value_or(before);
  // Refused to who speaks or while the disk fails: they stay where they were, as the state tells them.
  if (wanted != before) (void)meeting.handle(act::Place{wanted}, Actor{visit.participant, visit.role}, now);
}

void Desk::State::act(PageId id, const Visit& visit, const Incoming& incoming, const Act& act, Now now) {
  const auto* remove = std::get_if<act::Remove>(&act);
  if (remove != nullptr && remove->participant != visit.participant && is_protected(visit, remove->participant)) {
    ++counters.refused;
    refuse(
        id, incoming.id, incoming.wants_answer,
        {RefusalCode::not_allowed, "not_removable", "Only an admin removes them; an organiser can revoke their link."});
    return;
  }
  if (const auto* place = std::get_if<act::Place>(&act);
      place != nullptr && visit.claims.where.value_or(place->where) != place->where) {
    ++counters.refused;
    refuse(id, incoming.id, incoming.wants_answer,
           {RefusalCode::conflict, "where_fixed", "Your link says where you are; ask the organisers for another one."});
    return;
  }
  const bool strange_help = std::holds_alternative<act::AskHelp>(act) && !visit.claims.registered;
  if (strange_help) {
    if (const std::optional<Refusal> refusal = check_help(pages.at(id), visit)) {
      ++counters.refused;
      refuse(id, incoming.id, incoming.wants_answer, *refusal);
      return;
    }
  }
  const Result<Accepted, Refusal> decided = meeting.handle(act, Actor{visit.participant, visit.role}, now);
  if (!decided) {
    ++counters.refused;
    refuse(id, incoming.id, incoming.wants_answer, decided.error());
    return;
  }
  if (strange_help) helps_from.insert_or_assign(*decided.value().answer.help, pages.at(id).network);
  ++counters.accepted;
  waiting.push_back({decided.value().ticket, id, incoming.id, incoming.wants_answer, decided.value().answer, {}});
  if (remove != nullptr) waiting.back().removes = remove->participant;
  answer_saved(now);
}

void Desk::State::select(PageId id, Visit& visit, const Incoming& incoming, const ChannelCall& call) {
  const std::vector<std::string>& languages = config.rules.languages;
  const bool known =
      call.language == "floor" || std::find(languages.begin(), languages.end(), call.language) != languages.end();
  if (!known) {
    refuse(id, incoming.id, incoming.wants_answer,
           {RefusalCode::bad_parameters, "unknown_language", "This room has no channel of that language."});
    return;
  }
  visit.language = call.language;
  outputs.push_back(out::SelectChannel{id, visit.media_token, call.language});
  if (incoming.wants_answer) send(id, encode_result(incoming.id, "{}"));
}

void Desk::State::leave(PageId id, Now now) {
  const auto page = pages.find(id);
  if (page == pages.end()) return;
  if (page->second.visit) {
    Visit& visit = visits.at(*page->second.visit);
    visit.gone_at = now.monotonic;
    visit_deadlines.emplace_back(now.monotonic + kMediaTokenKept, *page->second.visit);
    if (!visit.claims.registered) gone_anonymous.push_back(*page->second.visit);
    meeting.handle_disconnected(visit.participant, now);
  }
  if (!page->second.visit) --unjoined;
  pages.erase(page);
}

void Desk::State::catch_up(PageId id, Now now) {
  const auto page = pages.find(id);
  if (page == pages.end() || !page->second.behind) return;
  page->second.behind = false;
  if (page->second.closing || !page->second.visit) return;
  ++counters.caught_up;
  send(id, encode_notification("meeting.state", state_for(visits.at(*page->second.visit), now)));
}

void Desk::State::expire(Now now) {
  while (!join_deadlines.empty() && join_deadlines.front().first <= now.monotonic) {
    const auto page = pages.find(join_deadlines.front().second);
    if (page != pages.end() && !page->second.visit) close(page->first, 1008, "join first");
    join_deadlines.pop_front();
  }
  while (!visit_deadlines.empty() && visit_deadlines.front().first <= now.monotonic) {
    const auto visit = visits.find(visit_deadlines.front().second);
    visit_deadlines.pop_front();
    if (visit == visits.end()) continue;  // made room
    const ParticipantId participant = visit->second.participant;
    forget(visit);
    const std::optional<Moment> gone = meeting.presence().gone_since(participant);
    if (gone && *gone + kMediaTokenKept <= meeting.moment(now)) meeting.forget(participant);
  }
}

void Desk::State::answer_saved(Now now) {
  std::vector<ParticipantId> removed;
  const auto is_done = [&](const WaitingAnswer& answer) {
    if (!meeting.is_saved(answer.ticket)) return false;
    if (answer.removes) removed.push_back(*answer.removes);
    if (answer.wants_answer && pages.contains(answer.page)) send(answer.page, encode_answer(answer.id, answer.answer));
    return true;
  };
  std::erase_if(waiting, is_done);
  for (const ParticipantId participant : removed) cut(participant, now);
}

// Also what they asked for while the removal was on its way to the disk.
void Desk::State::cut(ParticipantId participant, Now now) {
  for (auto& [resume, visit] : visits) {
    if (visit.participant == participant) bar(visit, removed_refusal());
  }
  outputs.push_back(out::Removed{participant});
  meeting.handle_revoked(participant, now);
}

// A failed write voids everything behind it, so nobody who waits is left with a promise.
void Desk::State::refuse_unsaved(Ticket ticket) {
  const auto is_void = [&](const WaitingAnswer& answer) {
    if (answer.ticket < ticket) return false;
    ++counters.not_saved;
    if (pages.contains(answer.page)) {
      refuse(answer.page, answer.id, answer.wants_answer, Meeting::not_saved_refusal());
    }
    return true;
  };
  std::erase_if(waiting, is_void);
}

std::string Desk::State::state_for(const Visit& visit, Now now) const {
  const Person* person = meeting.person(visit.participant);
  return state_json(seq, meeting.moment(now), published.members,
                    published.queue_of(visit.participant, sees_whole_list(visit.role)),
                    you_json(person != nullptr ? *person : Person{}, visit.role));
}

// Who is no longer on the list sees why; everybody else just sees them gone.
void Desk::State::tell_ended() {
  const signaling::State& state = meeting.state();
  std::map<ParticipantId, std::vector<const Request*>> ended;  // many at once when the meeting is closed
  for (const auto& [request, owner] : published_open) {
    const Request* known = find_open(state, request) == nullptr ? find_any(state, request) : nullptr;
    if (known != nullptr) ended[owner].push_back(known);
  }
  for (const auto& [id, page] : pages) {
    if (ended.empty()) break;
    const auto visit = page.visit ? visits.find(*page.visit) : visits.end();
    const auto own = visit == visits.end() ? ended.end() : ended.find(visit->second.participant);
    if (own == ended.end()) continue;
    for (const Request* request : own->second) {
      send(id, encode_notification("floor.ended", request_json(*request, meeting)));
    }
  }
  published_open.clear();
  for (const auto& [id, request] : state.open) published_open[id] = request.person.id;
}

// To who asked, and to those who help.
void Desk::State::tell_helps() {
  const std::vector<Help>& helps = meeting.state().helps;
  if (helps == published_helps) return;
  for (const Help& help : helps) {
    if (std::find(published_helps.begin(), published_helps.end(), help) != published_helps.end()) continue;
    std::vector<PageId> concerned;
    for (const auto& [id, page] : pages) {
      const auto visit = page.visit && !page.closing ? visits.find(*page.visit) : visits.end();
      if (visit == visits.end()) continue;
      if (sees_help(visit->second.role) || visit->second.participant == help.person.id) concerned.push_back(id);
    }
    if (concerned.empty()) continue;
    auto text = std::make_shared<const std::string>(encode_notification("help.changed", help_json(help)));
    outputs.push_back(out::Send{std::move(concerned), std::move(text)});
  }
  published_helps = helps;
}

void Desk::State::tell_open_helps(PageId id, const Visit& visit) {
  for (const Help& help : meeting.state().helps) {
    const bool concerns = sees_help(visit.role) || visit.participant == help.person.id;
    if (help.open && concerns) send(id, encode_notification("help.changed", help_json(help)));
  }
}

// A stricter audience: those it does not admit are told so and closed, before they see anything that follows.
void Desk::State::exclude() {
  const Audience audience = meeting.state().audience;
  if (audience == published_audience) return;
  published_audience = audience;
  const Refusal refusal = not_admitted(audience);
  for (auto& [id, page] : pages) {
    const auto visit = page.visit ? visits.find(*page.visit) : visits.end();
    if (visit == visits.end() || page.closing) continue;
    if (may_attend(visit->second.role, visit->second.claims.registered, audience)) continue;
    send(id, encode_notification("meeting.excluded", excluded_json(refusal)));
    close(id, 1008, refusal.word);
  }
}

bool Desk::State::sees_readiness(const Visit& visit, RequestId request) const {
  const Request* open = find_open(meeting.state(), request);
  return open != nullptr && (signaling::sees_readiness(visit.role) || visit.participant == open->person.id);
}

void Desk::State::tell_readiness(Now now) {
  for (const RequestId request : readiness.take_due(now.monotonic)) {
    std::vector<PageId> watching;
    for (const auto& [id, page] : pages) {
      const auto visit = page.visit ? visits.find(*page.visit) : visits.end();
      if (visit != visits.end() && sees_readiness(visit->second, request)) watching.push_back(id);
    }
    if (watching.empty()) continue;
    auto text = std::make_shared<const std::string>(
        encode_notification("floor.readiness", readiness_params(request, readiness.find(request))));
    outputs.push_back(out::Send{std::move(watching), std::move(text)});
  }
}

// A page that has just joined gets what was told before.
void Desk::State::show_readiness(PageId id, const Visit& visit) {
  for (const RequestId request : readiness.requests()) {
    if (!sees_readiness(visit, request)) continue;
    send(id, encode_notification("floor.readiness", readiness_params(request, readiness.find(request))));
  }
}

void Desk::State::publish(Now now) {
  saved_at.reset();
  if (meeting.version() == published_version && facts == published_facts) return;
  exclude();
  tell_helps();
  tell_notes();
  tell_checks();
  publication_due = now.monotonic < next_publication || !changes.empty();
  if (publication_due) {
    ++counters.delayed;
    return;
  }
  published_version = meeting.version();
  published_facts = facts;
  tell_ended();
  View view = view_of(meeting, facts, pages.size() > kToldAtOnce ? kFrontRowsOfCrowd : kFrontRows, rows);
  if (published.members == view.members && published.queue == view.queue) return;
  std::swap(published, view);
  ++seq;
  ++counters.changes;
  if (pages.size() > kToldAtOnce) next_publication = now.monotonic + kPauseAPage * pages.size();
  tell_changed(view, now);
}

// Encoded once for those who see every row, once for those who see the front, and for each who has a row behind it.
// Every page gets every number, so that it knows when it has missed one.
void Desk::State::tell_changed(const View& before, Now now) {
  const std::string members = changed_members(before.members, published.members);
  const auto encode = [&](bool same, const std::string& queue) {
    const std::string params = changed_json(seq, meeting.moment(now), members, same ? "" : queue);
    return std::make_shared<const std::string>(encode_notification("meeting.changed", params));
  };
  const bool same_front = before.front == published.front;
  out::Send whole{{}, encode(before.queue == published.queue, published.queue), true};
  std::vector<out::Send> own, front;
  const SharedText to_front = encode(same_front, published.front);
  for (const auto& [id, page] : pages) {
    // A page that is joining right now gets the whole state with its answer.
    if (!page.visit || page.closing || page.behind) continue;
    if (sees_whole_list(page.role)) {
      whole.pages.push_back(id);
      continue;
    }
    const std::string& old_rows = before.behind_of(page.participant);
    const std::string& rows = published.behind_of(page.participant);
    if (!old_rows.empty() || !rows.empty()) {
      own.push_back({{id}, encode(same_front && rows == old_rows, published.queue_of(page.participant, false)), true});
      continue;
    }
    if (front.empty() || front.back().pages.size() == kPagesASend) front.push_back({{}, to_front, true});
    front.back().pages.push_back(id);
  }
  // Who runs the meeting first: they act on it.
  if (!whole.pages.empty()) changes.push_back(std::move(whole));
  std::move(own.begin(), own.end(), std::back_inserter(changes));
  std::move(front.begin(), front.end(), std::back_inserter(changes));
}

}  // namespace plenary::signaling
