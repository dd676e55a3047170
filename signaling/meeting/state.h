// What a meeting is at one moment: a plain value, the fold of its events (event.h) and of nothing else. Who is
// connected and whose media flows is not here but in presence.h, because that is never read back from a disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "signaling/meeting/readiness.h"
#include "signaling/meeting/words.h"

namespace plenary::signaling {

// Milliseconds since 1970 on the meeting's own clock: civil time when the server started, then monotonic, so that it
// neither steps nor goes back. Everything a page is told is on this clock.
using Moment = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

struct Person {
  ParticipantId id{};
  std::string identity;  // what brings the same person back: the token's subject; empty: added by name, has no page
  std::string name;
  std::string title;
  std::string organisation;
  Category category = Category::none;
  std::string country;
  std::int32_t rank = 0;  // protocol rank, 1 the highest; 0: none given, after all others
  Where where = Where::remote;
  std::string token_id;  // of the token they came with last; empty: came with none
  bool operator==(const Person&) const = default;
};

// Of the agenda; a meeting may have none.
struct AgendaItem {
  std::string item;  // its number as people say it: "4", "4a"
  std::string title;
  std::uint32_t minutes = 0;  // planned for it; zero: nobody said
  bool operator==(const AgendaItem&) const = default;
};

// Where a pass put somebody: behind that one, as long as that one waits.
struct PassedBehind {
  std::uint64_t at = 0;  // number of the event
  RequestId whom{};
  bool operator==(const PassedBehind&) const = default;
};
// Of one request, the newest; a moderator who passes somebody over more often moves them by hand, or calls others.
constexpr std::size_t kMaxPasses = 32;

struct Request {
  RequestId id{};
  RequestState state = RequestState::queued;
  RequestKind kind = RequestKind::statement;
  Person person;                           // who speaks
  std::optional<ParticipantId> requester;  // who put them on the list, when that is somebody else
  std::string asked_by;                    // name of who asked for somebody else (a delegate for the minister)
  std::string topic;
  std::string text;      // `written` only: what is read out; empty: on paper
  std::string reader;    // name of who reads it; empty: nobody was named
  std::string language;  // to be spoken: "floor" or a language code
  std::string item;      // of the agenda, that was current when it was asked; empty: none was
  std::string key;       // idempotency key of the requester
  std::optional<RequestId> reply_to;
  std::vector<PassedBehind> passed;  // every time that they were: who stands behind them is where they were then
  Milliseconds limit{0};             // zero: none
  Moment asked_at{};
  Moment changed_at{};  // last transition
  Moment granted_at{};
  std::optional<Moment> running_since;            // the clock runs
  Milliseconds elapsed{0};                        // before running_since
  RequestState held_from = RequestState::on_air;  // what `held` interrupted
  Moment lost_at{};                               // held: when the last packet came
  bool muted = false;                             // by the moderator
  bool ready = false;                             // answered "I'm ready", or readiness is not asked
  bool called = false;                            // has been in standby
  bool spoke = false;                             // has been on air
  bool offered = false;                           // has the floor again by answering
  std::uint8_t missed = 0;                        // times called and not answered
  std::string reason;                             // why it ended: a stable word, or what the moderator wrote
  bool operator==(const Request&) const = default;
};

// A private question to those who run the meeting, and what was said about it.
struct HelpLine {
  std::string by;      // name
  bool staff = false;  // an answer
  Moment at{};
  std::string text;
  bool operator==(const HelpLine&) const = default;
};
struct Help {
  HelpId id{};
  Person person;  // who asked
  Role role = Role::participant;
  bool open = true;
  std::vector<HelpLine> lines;  // at most kMaxHelpLines, the newest
  bool operator==(const Help&) const = default;
};

// What a moderator wrote down about a request, for moderators only.
struct Note {
  std::string by;  // name
  Moment at{};
  std::string text;
  bool operator==(const Note&) const = default;
};

// What somebody's last device check came to, and when: it stands beside their name until the next one.
struct KnownCheck {
  Readiness readiness;  // `fit` is known
  Moment at{};
  std::uint64_t seq = 0;      // of its event
  Moment counted_from{};      // a minute of verdicts began
  std::uint32_t counted = 0;  // in it
  bool operator==(const KnownCheck&) const = default;
};
struct Checks {
  std::map<std::string, KnownCheck> known;  // by identity, at most kMaxKnownChecks
  std::uint64_t last = 0;                   // number of the last event about one
  std::uint64_t forgotten = 0;              // to make room
  bool operator==(const Checks&) const = default;
};

struct SpokenTotal {
  Milliseconds time{0};
  std::uint32_t count = 0;
  bool operator==(const SpokenTotal&) const = default;
};

// The last act of a moderator, and how it was before, for as long as it can be undone.
struct UndoPoint {
  Undoable act = Undoable::grant;
  std::string by;                    // name
  std::optional<RequestId> request;  // the one that it was about
  Moment until{};
  std::vector<RequestId> ends;     // requests that the act ended
  std::vector<RequestId> changes;  // others that it changed
  std::vector<Request> before;     // both of them
  bool list_open = true;
  ListOrder order = ListOrder::asked;
  std::vector<RequestId> rows;
  std::optional<Request> last;
  std::optional<RequestId> answered;
  std::string item;
  Moment item_since{};
  bool operator==(const UndoPoint&) const = default;
};

struct State {
  std::uint64_t seq = 0;  // of the last event
  Moment at{};            // of the last event
  MeetingState state = MeetingState::live;
  std::optional<Moment> live_since;  // last became live; none: is not, or is a standing meeting, which always was
  Audience audience = Audience::everyone;
  std::string in_charge;  // name of the moderator or chair who took over last; empty: nobody did
  bool list_open = true;
  bool list_opens = true;           // with a meeting that was closed
  bool rights_at_list_end = false;  // rights of reply, also those that were asked under an item of the agenda
  ListOrder order = ListOrder::asked;
  std::uint64_t next_request = 1;
  std::uint64_t next_participant = 1;  // above everybody who ever was on the list
  std::map<RequestId, Request> open;   // waiting and on the floor, by time asked
  std::vector<RequestId> rows;         // order `manual` only: the waiting list as the moderator laid it
  std::vector<Request> ended;          // oldest first, at most kMaxEnded
  std::vector<RequestId> delivered;    // texts that were read out, oldest first, at most kMaxDelivered, all in `ended`
  std::optional<Request> last;         // who spoke last
  std::optional<RequestId> answered;  // the speech that replies belong to: the last that was no reply or point of order
  std::map<std::pair<ParticipantId, std::string>, RequestId> keys;  // idempotency, at most kMaxKeys
  std::map<std::string, Person> people;                             // by identity: who asked, at most kMaxPeople
  std::map<ParticipantId, SpokenTotal> spoken_by_person;
  std::map<Category, SpokenTotal> spoken_by_category;  // points of order not counted
  std::map<RequestKind, SpokenTotal> spoken_by_kind;   // for estimates
  std::optional<UndoPoint> undo;
  std::map<std::string, Moment> removed;  // token ids of people who were removed, at most kMaxRemoved
  std::vector<AgendaItem> agenda;
  std::string item;  // current; empty: none
  Moment item_since{};
  std::uint64_t next_help = 1;
  std::vector<Help> helps;          // oldest first; all open ones, and the last closed ones
  std::map<RequestId, Note> notes;  // of requests that are open or in `ended`, which bounds them
  Checks checks;
  bool operator==(const State&) const = default;
};

constexpr std::size_t kMaxWaiting = 500;  // requests; at 3 minutes each a list of 25 hours
// Speaking at once, beside `speakers_max`. A chair, a vice-chair and two moderators: each costs the room a decoder and
// a mix of its own, as any speaker does, and more would talk over each other.
constexpr std::size_t kMaxChairs = 4;
constexpr std::size_t kMaxEnded = 200;  // requests kept in memory for pages; the journal keeps all
// Characters of a text that is read out: at 130 words a minute its three minutes take about 2,500, more in some
// languages.
constexpr std::size_t kMaxText = 3'000;
// Texts that pages are told of; older ones are in the export. Each is a line that everybody gets on joining.
constexpr std::size_t kMaxDelivered = 20;
constexpr std::size_t kMaxKeys = 5'000;  // a retry that comes after 5,000 other requests is a new one
// Who asked, by identity. A room's standing meeting goes on for years, so beyond it those who asked longest ago are
// forgotten: a new identity when they come again, and totals from zero.
constexpr std::size_t kMaxPeople = 5'000;
constexpr std::size_t kPeopleForgottenAtOnce = 500;  // so that it costs little a request
constexpr std::size_t kMaxRemoved = 5'000;  // none is ever forgotten; a moderator who removes more closes the meeting

// As many as people; beyond it the oldest is forgotten.
constexpr std::size_t kMaxKnownChecks = 5'000;

constexpr std::uint32_t kMaxItemMinutes = 24 * 60;  // of one item; what takes longer has items of its own
constexpr std::size_t kMaxAgenda = 50;              // items; a longer programme has more than one meeting
constexpr std::size_t kMaxOpenHelps = 100;          // nobody answers more; the next one is told so
constexpr std::size_t kMaxClosedHelps = 50;         // kept so that closing does not let anybody ask faster
constexpr std::size_t kMaxHelpLines = 30;           // of one

const Request* find_open(const State& state, RequestId id);
// Also among the ended ones still in memory.
const Request* find_any(const State& state, RequestId id);
// Heard in the room through the return. Everybody else speaks there already, and a written text is read out there.
bool comes_by_network(const Request& request);
// Speaks as who leads the meeting: holds the floor, and is never counted or pushed out.
constexpr bool is_chair(const Request& request) { return request.kind == RequestKind::chair; }
bool has_item(const State& state, const std::string& item);
const Help* find_help(const State& state, HelpId id);  // also closed ones still in memory
// On the speech's clock; what a page shows.
Milliseconds elapsed_at(const Request& request, Moment at);
// Holds the floor in any way, in the order the floor was given, chairs last.
std::vector<const Request*> floor_holders(const State& state);
// The person's open request of the class: point of order, or any other but a chair's speech.
const Request* open_request_of(const State& state, ParticipantId person, bool point_of_order);

}  // namespace plenary::signaling
