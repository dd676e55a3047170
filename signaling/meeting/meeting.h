// One meeting: acts and facts in, events to be saved out, state that is only ever what was saved.
//
// An act is decided at once on everything decided before it, saved or not (`tip`), so that acts never wait for each
// other's disk writes. What people see and where media goes comes from `state()`, which an event reaches when the
// journal has it. When the journal fails, everything decided and not saved is forgotten, its callers are told
// `not_saved`, and new acts are refused until a write works again. Facts (a connection lost, a grace that ran out)
// cannot be refused: they are derived anew from presence and clock, take effect at once, and are saved with the next
// write that works.
//
// Thread: any one. No clocks, no sockets: see media/base/time.h.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/base/result.h"
#include "media/base/time.h"
#include "signaling/meeting/act.h"
#include "signaling/meeting/event.h"
#include "signaling/meeting/presence.h"
#include "signaling/meeting/rules.h"
#include "signaling/meeting/speakers.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

// Numbers of one meeting's writes, in the order they must reach the disk; never reused while the server runs.
enum class Ticket : std::uint64_t {};

struct Batch {
  Ticket ticket{};
  std::vector<StoredEvent> events;  // never empty, consecutive
};

// What a meeting was before. `from` is the fold of all events that come before `events`, which are in order.
struct History {
  History() = default;
  History(std::vector<StoredEvent> all) : events(std::move(all)) {}  // without a snapshot

  std::optional<State> from;
  std::vector<StoredEvent> events;
};

struct Accepted {
  Ticket ticket{};  // acknowledge when this is saved; see is_saved()
  Answer answer;
};

constexpr Duration kJournalRetry = std::chrono::seconds(1);  // after a failed write, acts are refused without trying

class Meeting {
 public:
  // `history` as the journal gives it; empty for a new meeting. An event that cannot be read is a clear error.
  static Result<Meeting> open(Rules rules, const History& history, Now now);

  // People. The same identity is the same participant, also after a restart if they ever asked for the floor.
  Result<ParticipantId, Refusal> join(const Person& person);
  // Drops somebody who is gone and never asked for the floor; the next join is a new participant.
  void forget(ParticipantId participant);
  void handle_connected(ParticipantId participant, Now now);     // one more page
  void handle_disconnected(ParticipantId participant, Now now);  // one page less
  // None of their tokens works any more: what they asked for or say ends. Until they join with another one.
  void handle_revoked(ParticipantId participant, Now now);

  [[nodiscard]] Result<Accepted, Refusal> handle(const Act& act, const Actor& actor, Now now);

  // Media, reported by the shell.
  void handle_uplink_back(ParticipantId participant, Now now);  // authenticated packets come (again)
  void handle_uplink_silent(ParticipantId participant, Instant last_packet, Now now);  // or the uplink was closed
  void handle_speaker_decoding(RequestId request, bool decoding, Now now);
  void handle_speaker_on_air(RequestId request, bool on_air, Now now);  // the return carries their mixed output
  void handle_return(bool connected, Now now);

  void handle_timeout(Now now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // To the journal, in this order. The shell answers each ticket once.
  std::optional<Batch> poll_append();
  void handle_saved(Ticket ticket, Now now);      // this and all before it
  void handle_not_saved(Ticket ticket, Now now);  // this and all after it are void
  // For a ticket that handle() just gave: whether it can be acknowledged at once. Void tickets are not remembered.
  [[nodiscard]] bool is_saved(Ticket ticket) const;
  static Refusal not_saved_refusal();
  [[nodiscard]] bool journal_failing() const { return failing_since_.has_value(); }
  // False while facts are shown that the disk does not have yet: after a restart, and while it fails.
  [[nodiscard]] bool is_all_saved() const { return unsaved_facts_.empty(); }

  [[nodiscard]] const State& state() const { return state_; }
  // The saved state as text (snapshot.h); nothing while it shows more than the disk has.
  [[nodiscard]] std::optional<std::string> snapshot() const;
  [[nodiscard]] const Presence& presence() const { return presence_; }
  [[nodiscard]] const Rules& rules() const { return rules_; }
  [[nodiscard]] const Person* person(ParticipantId participant) const;
  [[nodiscard]] const Person* find_person(const std::string& identity) const;  // none: never came, or is forgotten
  // Grows with everything that a page could see: nothing to tell while it stands still.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // The meeting's own clock: what pages are told.
  [[nodiscard]] Moment moment(Now now) const;

 private:
  struct Pending {
    Ticket ticket{};
    std::vector<Event> events;
    bool handed_out = false;
  };

  Meeting(Rules rules, Now now) : rules_(std::move(rules)), started_(now) {}
  [[nodiscard]] std::vector<Event> stamp(std::vector<EventBody> bodies, const std::string& by, Now now) const;
  void enqueue(std::vector<Event> events);
  void take_effect(const std::vector<Event>& facts);
  void settle(Now now);
  void forget_ended();
  void show_presence(ParticipantId participant);

  Rules rules_;
  Now started_;
  Moment start_moment_{};
  State state_;  // saved (and facts that a failing disk could not take)
  State tip_;    // and what is on its way to the disk
  Presence presence_;
  std::deque<Pending> pending_;
  std::vector<Event> unsaved_facts_;  // in state_ already; lead the next write
  std::uint64_t next_ticket_ = 1;
  std::uint64_t saved_ticket_ = 0;
  std::uint64_t version_ = 1;
  std::optional<Instant> failing_since_;
  std::optional<Instant> retry_at_;
};

}  // namespace plenary::signaling
