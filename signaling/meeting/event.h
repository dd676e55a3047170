// What happened, once and for all. A meeting's state is the fold of its events (fold.h); the journal keeps them as JSON
// (event_json.h). Every event says who, when, and its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "media/base/time.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Requested {
  RequestId request{};
  Person person;
  std::optional<ParticipantId> requester;
  std::string asked_by;
  RequestKind kind = RequestKind::statement;
  std::string topic;
  std::string text;
  std::string language;
  std::string item;
  std::string key;
  std::optional<RequestId> reply_to;
  Milliseconds limit{0};
  RequestState born = RequestState::queued;  // or pending, or, of a chair, granted
  bool operator==(const Requested&) const = default;
};
// The one way from state to state; all ends go through it, whatever their cause.
struct Moved {
  RequestId request{};
  RequestState to = RequestState::queued;
  std::string reason;             // a stable word, or what the moderator wrote
  std::optional<Moment> lost_at;  // to held: when the last packet came
  bool operator==(const Moved&) const = default;
};
struct Readied {
  RequestId request{};
  bool operator==(const Readied&) const = default;
};
struct PassedOver {  // back to queued, one place down
  RequestId request{};
  std::optional<RequestId> behind;
  std::string reason;  // "not_ready": did not answer the call
  bool operator==(const PassedOver&) const = default;
};
struct Muted {
  RequestId request{};
  bool muted = true;
  bool operator==(const Muted&) const = default;
};
struct Extended {
  RequestId request{};
  Milliseconds by{0};
  bool operator==(const Extended&) const = default;
};
struct RowMoved {  // the order is manual from here on
  std::vector<RequestId> rows;
  bool operator==(const RowMoved&) const = default;
};
struct ListOpened {
  bool open = true;
  bool operator==(const ListOpened&) const = default;
};
struct OrderChosen {
  ListOrder order = ListOrder::asked;
  std::vector<RequestId> rows;  // manual: as it stands now
  bool operator==(const OrderChosen&) const = default;
};
struct MeetingMoved {
  MeetingState to = MeetingState::live;
  bool operator==(const MeetingMoved&) const = default;
};
struct AudienceChosen {
  Audience audience = Audience::everyone;
  bool operator==(const AudienceChosen&) const = default;
};
struct TookOver {
  std::string name;
  bool operator==(const TookOver&) const = default;
};
// Does not end their requests: each does so by itself, before this.
struct PersonRemoved {
  ParticipantId participant{};
  std::string name;                 // for the record
  std::vector<std::string> tokens;  // ids of the tokens they came with, which lead back in no more
  std::string reason;
  bool operator==(const PersonRemoved&) const = default;
};
// Before what a moderator's act causes: from here on it can be undone, and nothing that was before it. Without `act`
// nothing can.
struct UndoKept {
  std::optional<Undoable> act;
  std::string by;
  std::optional<RequestId> request;
  std::vector<RequestId> ends;
  std::vector<RequestId> changes;
  bool operator==(const UndoKept&) const = default;
};
struct Undone {
  bool operator==(const Undone&) const = default;
};
struct AgendaSet {
  std::vector<AgendaItem> items;
  bool operator==(const AgendaSet&) const = default;
};
struct ItemSelected {
  std::string item;  // empty: none
  bool operator==(const ItemSelected&) const = default;
};
struct HelpAsked {  // opens it, or adds to the open one
  HelpId help{};
  Person person;
  Role role = Role::participant;
  std::string text;
  bool operator==(const HelpAsked&) const = default;
};
struct HelpAnswered {
  HelpId help{};
  std::string by;  // name
  std::string text;
  bool operator==(const HelpAnswered&) const = default;
};
struct HelpClosed {
  HelpId help{};
  bool operator==(const HelpClosed&) const = default;
};
// The last one counts, and an undo leaves it: it is about the person, not about their place.
struct Noted {
  RequestId request{};
  std::string by;    // name
  std::string text;  // empty: there is none any more
  bool operator==(const Noted&) const = default;
};
struct ReaderNamed {  // of a written text
  RequestId request{};
  std::string reader;  // empty: nobody any more
  bool operator==(const ReaderNamed&) const = default;
};
struct Placed {  // where somebody is, and so how they will be heard
  ParticipantId participant{};
  Where where = Where::remote;
  bool operator==(const Placed&) const = default;
};
// What a device check came to; the last one of each person counts.
struct Checked {
  std::string identity;
  Readiness readiness;  // `fit` is known
  bool operator==(const Checked&) const = default;
};
struct Restarted {  // the server started again: running clocks stop, who held the floor is held from now
  bool operator==(const Restarted&) const = default;
};

using EventBody =
    std::variant<Requested, Moved, Readied, PassedOver, Muted, Extended, RowMoved, ListOpened, OrderChosen,
                 MeetingMoved, AudienceChosen, TookOver, PersonRemoved, UndoKept, Undone, Placed, AgendaSet,
                 ItemSelected, HelpAsked, HelpAnswered, HelpClosed, Noted, ReaderNamed, Checked, Restarted>;

struct Event {
  std::uint64_t seq = 0;  // 1, 2, 3 … without a gap in one meeting
  Moment at{};
  WallTime wall{};  // what the server's civil clock showed, for the record only
  std::string by;   // "p-7/moderator", or "system"
  EventBody body;
  bool operator==(const Event&) const = default;
};

// As the journal keeps it.
struct StoredEvent {
  std::uint64_t seq = 0;
  std::int64_t wall_ms = 0;
  std::string type;     // "requested", "moved", …
  std::string payload;  // JSON object with "v"
  bool operator==(const StoredEvent&) const = default;
};

}  // namespace plenary::signaling
