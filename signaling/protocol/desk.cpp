#include "signaling/protocol/desk.h"

#include <algorithm>
#include <deque>
#include <set>

#include "signaling/protocol/desk_state.h"

namespace plenary::signaling {

Result<std::unique_ptr<Desk>> Desk::open(DeskConfig config, const History& history, TokenCheck check,
                                         RandomSource& random, Now now) {
  Result<Meeting> meeting = Meeting::open(config.rules, history, now);
  if (!meeting) return meeting.error();
  auto state = std::make_unique<State>(std::move(config), std::move(meeting).value(), std::move(check), random);
  state->publish(now);
  return std::unique_ptr<Desk>(new Desk(std::move(state)));
}

Desk::Desk(std::unique_ptr<State> state) : state_(std::move(state)) {}
Desk::~Desk() = default;

void Desk::handle_open(PageId page, Now now, std::string network) {
  state_->pages[page].network = std::move(network);
  ++state_->unjoined;
  state_->join_deadlines.emplace_back(now.monotonic + kJoinWithin, page);
}

void Desk::handle_message(PageId page, std::string_view text, Now now) {
  state_->receive(page, text, now);
  state_->publish(now);
}

void Desk::handle_close(PageId page, Now now) {
  state_->leave(page, now);
  state_->publish(now);
}

void Desk::handle_behind(PageId page) {
  const auto found = state_->pages.find(page);
  if (found != state_->pages.end()) found->second.behind = true;
}

void Desk::handle_caught_up(PageId page, Now now) { state_->catch_up(page, now); }

void Desk::handle_uplink_back(ParticipantId participant, Now now) {
  state_->meeting.handle_uplink_back(participant, now);
  state_->publish(now);
}

void Desk::handle_uplink_silent(ParticipantId participant, Instant last_packet, Now now) {
  state_->meeting.handle_uplink_silent(participant, last_packet, now);
  state_->publish(now);
}

void Desk::handle_speaker_decoding(RequestId request, bool decoding, Now now) {
  state_->meeting.handle_speaker_decoding(request, decoding, now);
  state_->publish(now);
}

void Desk::handle_speaker_on_air(RequestId request, bool on_air, Now now) {
  state_->meeting.handle_speaker_on_air(request, on_air, now);
  state_->publish(now);
}

void Desk::handle_return(bool connected, Now now) {
  state_->meeting.handle_return(connected, now);
  state_->publish(now);
}

void Desk::handle_room(RoomFacts facts, Now now) {
  state_->facts = std::move(facts);
  state_->publish(now);
}

void Desk::handle_revoked(std::string_view token_id, Now now) {
  std::set<ParticipantId> barred;
  for (auto& [resume, visit] : state_->visits) {
    if (visit.claims.token_id != token_id) continue;
    state_->bar(visit, revoked_refusal());
    barred.insert(visit.participant);
  }
  // Who is here by another link as well goes on with that one.
  for (const auto& [resume, visit] : state_->visits) {
    if (visit.barred.empty()) barred.erase(visit.participant);
  }
  for (const ParticipantId participant : barred) state_->meeting.handle_revoked(participant, now);
  state_->publish(now);
}

void Desk::handle_readiness(RequestId request, std::optional<Readiness> readiness, Now now) {
  state_->readiness.set(request, std::move(readiness));
  state_->tell_readiness(now);
}

void Desk::handle_saved(Ticket ticket, Now now) {
  state_->meeting.handle_saved(ticket, now);
  state_->answer_saved(now);
  // Not told yet: the disk takes many acts at once, and every page is told of them in one change.
  state_->saved_at = now;
}

void Desk::handle_not_saved(Ticket ticket, Now now) {
  state_->meeting.handle_not_saved(ticket, now);
  state_->refuse_unsaved(ticket);
  state_->publish(now);
}

void Desk::handle_timeout(Now now) {
  state_->meeting.handle_timeout(now);
  state_->expire(now);
  state_->publish(now);
  state_->tell_readiness(now);
}

std::optional<Instant> Desk::next_timeout() const {
  std::optional<Instant> next = state_->meeting.next_timeout();
  const auto earlier = [&](Instant when) { next = next ? std::min(*next, when) : when; };
  if (state_->publication_due && state_->changes.empty()) earlier(state_->next_publication);
  if (!state_->join_deadlines.empty()) earlier(state_->join_deadlines.front().first);
  if (!state_->visit_deadlines.empty()) earlier(state_->visit_deadlines.front().first);
  if (const std::optional<Instant> readiness = state_->readiness.next_timeout()) earlier(*readiness);
  return next;
}

std::optional<Output> Desk::poll_output(Ready ready) {
  // What has to be on disk goes first: it takes longest.
  if (std::optional<Batch> batch = state_->meeting.poll_append()) return out::Append{std::move(*batch)};
  if (state_->is_idle() && state_->saved_at) state_->publish(*state_->saved_at);
  if (state_->outputs.empty() && (ready == Ready::no_change || state_->changes.empty())) return std::nullopt;
  // Who waits for an answer does not wait until ten thousand have got a change.
  std::deque<Output>& from = state_->outputs.empty() ? state_->changes : state_->outputs;
  Output output = std::move(from.front());
  from.pop_front();
  return output;
}

void Desk::notify_room_status(const std::string& params) {
  std::vector<PageId> watching;
  for (const auto& [id, page] : state_->pages) {
    if (page.visit && watches_room(page.role)) watching.push_back(id);
  }
  if (watching.empty()) return;
  auto text = std::make_shared<const std::string>(encode_notification("room.status", params));
  state_->outputs.push_back(out::Send{std::move(watching), std::move(text)});
}

void Desk::notify_replaced(PageId page) { state_->send_to_joined(page, encode_notification("meeting.replaced", "{}")); }

void Desk::notify_check(PageId page, const CheckResult& result, Now now) {
  state_->keep_check(page, result, now);
  state_->publish(now);
  state_->send_to_joined(page, encode_notification("check.result", check_result_params(result)));
}

void Desk::notify_check_ended(PageId page, std::string_view code) {
  state_->send_to_joined(page, encode_notification("check.ended", check_ended_params(code)));
}

void Desk::notify_pictures(const std::set<ParticipantId>& without) {
  std::vector<PageId> left_out;
  std::vector<PageId> back;
  for (auto& [id, page] : state_->pages) {
    if (!page.visit || page.closing || page.without_pictures == without.contains(page.participant)) continue;
    page.without_pictures = !page.without_pictures;
    (page.without_pictures ? left_out : back).push_back(id);
  }
  const auto tell = [&](std::vector<PageId> pages, const char* params) {
    if (pages.empty()) return;
    auto text = std::make_shared<const std::string>(encode_notification("media.pictures", params));
    state_->outputs.push_back(out::Send{std::move(pages), std::move(text)});
  };
  tell(std::move(left_out), R"({"left_out":true})");
  tell(std::move(back), R"({"left_out":false})");
}

std::optional<MediaIdentity> Desk::find_media(std::string_view media_token) const {
  const auto found = state_->media_tokens.find(std::string(media_token));
  if (found == state_->media_tokens.end()) return std::nullopt;
  const Visit& visit = state_->visits.at(found->second);
  if (!visit.barred.empty()) return std::nullopt;
  return MediaIdentity{.page = visit.page,
                       .participant = visit.participant,
                       .role = visit.role,
                       .language = visit.language,
                       .connected = !visit.gone_at,
                       .registered = visit.claims.registered,
                       .token_id = visit.claims.token_id};
}

const Meeting& Desk::meeting() const { return state_->meeting; }

std::vector<Speaker> Desk::speakers() const { return signaling::speakers(state_->meeting.state()); }

const Request* Desk::publishing_request(ParticipantId participant) const {
  return signaling::publishing_request(state_->meeting.state(), participant);
}

std::size_t Desk::unjoined() const { return state_->unjoined; }

std::vector<std::pair<std::string, std::uint64_t>> Desk::counters() const {
  const Counters& c = state_->counters;
  return {{"messages", c.messages},
          {"rejected", c.rejected},
          {"too_fast", c.too_fast},
          {"refused", c.refused},
          {"accepted", c.accepted},
          {"not_saved", c.not_saved},
          {"joins", c.joins},
          {"joins_refused", c.joins_refused},
          {"visits_evicted", c.visits_evicted},
          {"helps_refused", c.helps_refused},
          {"checks_refused", c.checks_refused},
          {"checks_forgotten", state_->meeting.state().checks.forgotten},
          {"changes", c.changes},
          {"changes_delayed", c.delayed},
          {"caught_up", c.caught_up},
          {"closed", c.closed}};
}

std::size_t Desk::pages() const { return state_->pages.size(); }

std::size_t Desk::participants() const { return state_->meeting.presence().people.size(); }

}  // namespace plenary::signaling
