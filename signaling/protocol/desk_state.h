// Inside of Desk: sessions, answers that wait for the disk, and what was published last.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "signaling/protocol/desk.h"

namespace plenary::signaling {

struct Counters {
  std::uint64_t messages = 0;
  std::uint64_t rejected = 0;  // not decodable, or before joining
  std::uint64_t too_fast = 0;
  std::uint64_t refused = 0;  // by role or by the floor
  std::uint64_t accepted = 0;
  std::uint64_t not_saved = 0;  // accepted, then lost to a failing disk
  std::uint64_t joins = 0;
  std::uint64_t joins_refused = 0;
  std::uint64_t visits_evicted = 0;  // of who came without a token and has gone, to make room
  std::uint64_t helps_refused = 0;   // too many from one network
  std::uint64_t checks_refused = 0;  // verdicts not kept: too many from one person, or the disk fails
  std::uint64_t changes = 0;
  std::uint64_t delayed = 0;    // looks at a change that waits for its turn
  std::uint64_t caught_up = 0;  // pages that got the state because they read too slowly for every change
  std::uint64_t closed = 0;     // by us
};

// One joined page; found again by `resume` for a while after it has gone.
struct Visit {
  PageId page{};
  Claims claims;
  ParticipantId participant{};
  Role role = Role::observer;
  std::string media_token;
  std::string language = "floor";
  std::optional<Instant> gone_at;
  std::string barred;  // why it leads back in no more: "revoked" or "removed"; empty: it does
};

struct Page {
  RateLimit limit;
  bool closing = false;
  bool without_pictures = false;     // as told last
  bool behind = false;               // a change was left out: no further one makes sense to it
  std::optional<std::string> visit;  // its resume token; none: has not joined
  Role role = Role::observer;        // of the visit, beside it: a change looks at every page
  ParticipantId participant{};
  int joins_refused = 0;
  std::string network;  // where it comes from; empty: not known
};

struct WaitingAnswer {
  Ticket ticket{};
  PageId page{};
  CallId id;
  bool wants_answer = true;
  Answer answer;
  std::optional<ParticipantId> removes;
};

constexpr std::size_t kResumeLength = 32;  // characters, about 190 bits
// Tries of one page to join: people who mistyped nothing, since links are not typed, have one or two.
constexpr int kMaxJoinsRefused = 10;
constexpr std::size_t kMaxVisits = 30'000;  // pages joined or gone less than two minutes ago; more are refused
// Of them without a token, each somebody else: fewer than a meeting has people, so that strangers keep nobody out.
constexpr std::size_t kMaxAnonymousVisits = kMaxParticipants - 5'000;
// Open calls for help by people without a token in one network: a hall behind one address has a few at a time.
constexpr std::size_t kMaxHelpsOfNetwork = 10;

// A change is told to all at once, or, where that takes the machine long, so that as much time is left for other work:
// of a crowd that asks for the floor in one second, each page hears a few times and not a thousand. With 10,000 pages
// on one core, telling all takes 60 to 100 ms.
constexpr std::size_t kToldAtOnce = 500;  // pages; more are a crowd
constexpr Duration kPauseAPage = std::chrono::microseconds(10);
constexpr std::size_t kPagesASend = 500;  // of a crowd: the shell looks at the clock between two of them
// Rows of the queue, 650 bytes each, that everybody sees. Ten are on a crowd's screens; an act that moves all of them
// is 65 MB to 10,000 pages.
constexpr std::size_t kFrontRows = 50, kFrontRowsOfCrowd = 10;

struct Desk::State {
  State(DeskConfig desk_config, Meeting desk_meeting, TokenCheck token_check, RandomSource& random_source)
      : config(std::move(desk_config)),
        meeting(std::move(desk_meeting)),
        check(std::move(token_check)),
        random(random_source) {}

  void receive(PageId id, std::string_view text, Now now);
  void leave(PageId id, Now now);
  void catch_up(PageId id, Now now);
  void expire(Now now);
  void answer_saved(Now now);
  void refuse_unsaved(Ticket ticket);
  void publish(Now now);
  void tell_readiness(Now now);
  void keep_check(PageId page, const CheckResult& result, Now now);
  [[nodiscard]] bool is_idle() const { return outputs.empty() && changes.empty(); }
  void send(PageId page, std::string text);
  void send_to_joined(PageId page, std::string text);  // nothing where it has left
  void close(PageId page, std::uint16_t code, std::string reason);
  void bar(Visit& visit, const Refusal& why);

  DeskConfig config;
  Meeting meeting;
  TokenCheck check;
  RandomSource& random;
  RoomFacts facts;
  ReadinessBoard readiness;
  std::map<PageId, Page> pages;
  std::unordered_map<std::string, Visit> visits;                // by resume token
  std::unordered_map<std::string, std::string> media_tokens;    // to resume tokens
  std::deque<std::pair<Instant, PageId>> join_deadlines;        // in order, for every opened page
  std::deque<std::pair<Instant, std::string>> visit_deadlines;  // in order, for every visit that is gone
  std::size_t anonymous_visits = 0;
  std::size_t unjoined = 0;                  // of pages
  std::deque<std::string> gone_anonymous;    // resume tokens in the order they left; some may be forgotten
  std::map<HelpId, std::string> helps_from;  // networks of open calls by people without a token
  std::vector<WaitingAnswer> waiting;        // by ticket
  std::deque<Output> outputs;
  std::deque<Output> changes;  // of one publication: the next one waits until all of them are handed out
  View published;
  QueueRows rows;
  std::uint64_t published_version = 0;
  RoomFacts published_facts;
  Instant next_publication{};    // not before
  bool publication_due = false;  // there is something to tell then
  std::optional<Now> saved_at;   // acts that the disk has and no page was told of
  Audience published_audience = Audience::everyone;
  std::map<RequestId, ParticipantId> published_open;  // whose requests pages have seen open
  std::vector<Help> published_helps;
  std::map<RequestId, Note> published_notes;
  std::uint64_t published_check = 0;  // number of the event
  std::uint64_t seq = 0;              // of the last meeting.changed
  Counters counters;

 private:
  void refuse(PageId id, const CallId& call, bool wants_answer, const Refusal& refusal);
  void join(PageId id, Page& page, const Incoming& incoming, const JoinCall& call, Now now);
  // Makes room where it can.
  Result<ParticipantId, Refusal> admit(const Person& person, bool registered);
  bool evict_gone_anonymous();
  void forget(std::unordered_map<std::string, Visit>::iterator visit);
  // Nothing: they may.
  std::optional<Refusal> check_help(const Page& page, const Visit& visit);
  Result<Claims, Refusal> identify(const JoinCall& call, Now now) const;
  void act(PageId id, const Visit& visit, const Incoming& incoming, const Act& act, Now now);
  // Where they said that they are: their token, else their page, else as they were.
  void place(const Visit& visit, Where before, const JoinCall& call, Now now);
  void read_text(PageId id, const Visit& visit, const Incoming& incoming, const TextCall& call);
  void select(PageId id, Visit& visit, const Incoming& incoming, const ChannelCall& call);
  void tell_ended();
  void tell_helps();
  // After a page has joined: what it would have been told.
  void tell_open_helps(PageId id, const Visit& visit);
  void tell_notes();
  void tell_known_notes(PageId id, const Visit& visit);
  void exclude();
  void tell_changed(const View& before, Now now);
  void cut(ParticipantId participant, Now now);
  [[nodiscard]] bool is_protected(const Visit& by, ParticipantId whom) const;
  void show_readiness(PageId id, const Visit& visit);
  void tell_checks();
  // To all who see it, as of the person's present number.
  void tell_check(const std::string& identity);
  void show_checks(PageId id, const Visit& visit);
  [[nodiscard]] bool sees_readiness(const Visit& visit, RequestId request) const;
  [[nodiscard]] std::string state_for(const Visit& visit, Now now) const;
};

}  // namespace plenary::signaling
