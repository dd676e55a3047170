// What people ask of a meeting, who they are, and what they are told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Actor {
  ParticipantId participant{};
  Role role = Role::observer;
};

namespace act {
struct RequestFloor {
  std::string key;
  RequestKind kind = RequestKind::statement;
  std::string topic;
  std::string language;
  std::string beneficiary;        // name of who will speak, when it is not the requester
  std::string beneficiary_title;  // theirs
  std::string text = {};          // `written`: what is read out
};
struct Withdraw {
  RequestId request{};
};
struct Ready {
  RequestId request{};
};
struct Release {
  std::optional<RequestId> request;  // none: one's own; for a moderator who has none: the one on the floor
};
struct Speak {  // as who leads the meeting: at once, beside whoever has the floor
  std::string key;
  bool override_no_return = false;
};
struct Approve {
  RequestId request{};
  std::string reason;
};
struct Deny {
  RequestId request{};
  std::string reason;
};
struct Pass {
  RequestId request{};
  std::string reason;
};
struct Prepare {
  RequestId request{};
  std::string reason;
};
struct Grant {
  std::optional<RequestId> request;  // none: next
  bool override_no_return = false;
};
struct Move {
  RequestId request{};
  std::optional<RequestId> before;  // none: to the end
};
struct Pause {
  std::optional<RequestId> request;  // none: the one on the floor
};
struct Resume {
  std::optional<RequestId> request;
};
struct Mute {
  std::optional<RequestId> request;
  bool muted = true;
};
struct Extend {
  std::optional<RequestId> request;
  Milliseconds by{0};
};
struct Revoke {
  RequestId request{};
  std::string reason;
};
struct Add {
  std::string name;
  std::string organisation;
  Category category = Category::none;
  Where where = Where::room;
  RequestKind kind = RequestKind::statement;
  std::string text = {};  // `written`; without one it is on paper
  std::string title = {};
  std::string country = {};
  std::int32_t rank = 0;  // in protocol; 0: none
};
struct OpenList {
  bool open = true;
};
struct ChooseOrder {
  ListOrder order = ListOrder::asked;
};
struct Undo {};  // the last act of a moderator's
struct OpenMeeting {
  bool rehearsal = false;  // for staff and speakers only
};
struct SuspendMeeting {};
struct ResumeMeeting {};
struct CloseMeeting {};
struct ChooseAudience {
  Audience audience = Audience::everyone;
};
struct TakeOver {};  // be in charge
struct Remove {      // from the meeting, for good
  ParticipantId participant{};
  std::string reason;
};
struct SetAgenda {
  std::vector<AgendaItem> items;
};
struct SelectItem {
  std::string item;  // empty: none
  // The one that was current for who chose; without it, whatever is.
  std::optional<std::string> from = {};
};
struct AskHelp {
  std::string text;
};
struct AnswerHelp {
  HelpId help{};
  std::string text;
};
struct CloseHelp {
  HelpId help{};
};
struct Note {  // for moderators only
  RequestId request{};
  std::string text;  // empty: takes it away
};
struct NameReader {  // who reads a written text out
  RequestId request{};
  std::string reader;  // empty: nobody any more
};
struct KeepCheck {  // what one's own device check came to
  Readiness readiness;
};
struct Place {  // where oneself is
  Where where = Where::remote;
};
}  // namespace act

using Act = std::variant<act::RequestFloor, act::Withdraw, act::Ready, act::Release, act::Speak, act::Approve,
                         act::Deny, act::Pass, act::Prepare, act::Grant, act::Move, act::Pause, act::Resume, act::Mute,
                         act::Extend, act::Revoke, act::Add, act::OpenList, act::ChooseOrder, act::Undo,
                         act::OpenMeeting, act::SuspendMeeting, act::ResumeMeeting, act::CloseMeeting,
                         act::ChooseAudience, act::TakeOver, act::Remove, act::Place, act::SetAgenda, act::SelectItem,
                         act::AskHelp, act::AnswerHelp, act::CloseHelp, act::Note, act::NameReader, act::KeepCheck>;

// Error codes of JSON-RPC 2.0 and, from -32001 on, our own (signaling/README.md): clients know them.
enum class RefusalCode : int {
  unknown_method = -32601,
  bad_parameters = -32602,
  not_allowed = -32001,
  list_closed = -32002,
  not_found = -32003,
  conflict = -32004,
  too_many = -32005
};

struct Refusal {
  RefusalCode code = RefusalCode::conflict;
  std::string word;      // stable: "no_return", "list_closed", …
  std::string sentence;  // what to do
};

struct Answer {
  std::optional<RequestId> request;
  std::optional<std::size_t> position;  // 1-based place in the waiting order
  std::optional<HelpId> help;
};

}  // namespace plenary::signaling
