// What an act does, without doing it: the events that follow from it, or one clear refusal. Whether the actor's role
// may call the method at all is protocol/access.h; whose request it is, is checked here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "media/base/result.h"
#include "signaling/meeting/act.h"
#include "signaling/meeting/event.h"
#include "signaling/meeting/presence.h"
#include "signaling/meeting/rules.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Decision {
  std::vector<EventBody> events;  // none: it was so already
  Answer answer;                  // without the place, which is known only once the events have happened
};
using Decided = Result<Decision, Refusal>;

// Everything an act is judged by.
struct Case {
  const State& state;
  const Presence& presence;
  const Rules& rules;
  Actor actor;
  Moment at;
};

constexpr std::size_t kMaxRequestsPerMinute = 10;       // of one person; nobody honest asks and withdraws faster
constexpr std::size_t kMaxChairSpeechesPerMinute = 20;  // of one chair, who may use it as a push-to-talk key
constexpr std::size_t kMaxHelpsPerMinute = 5;           // messages of one person; a line, not a chat
constexpr std::uint32_t kMaxVerdictsPerMinute = 10;     // of one person's checks: the journal grows by each
constexpr Milliseconds kCheckStands =
    std::chrono::seconds(60);                                  // no check is longer: within it what is the same is one
constexpr Milliseconds kMaxExtension = std::chrono::hours(1);  // at once, either way

Decided decide(const Case& c, const Act& act);
// What the journal keeps before the act's events, so that it can be undone. None: leaves what can be undone as it is.
std::optional<UndoKept> undo_kept(const Case& c, const Act& act, const Decision& decision);

// The list (decide_list.cpp).
Decided decide_act(const Case& c, const act::RequestFloor& act);
Decided decide_act(const Case& c, const act::Withdraw& act);
Decided decide_act(const Case& c, const act::Ready& act);
Decided decide_act(const Case& c, const act::Approve& act);
Decided decide_act(const Case& c, const act::Deny& act);
Decided decide_act(const Case& c, const act::Pass& act);
Decided decide_act(const Case& c, const act::Prepare& act);
Decided decide_act(const Case& c, const act::Move& act);
Decided decide_act(const Case& c, const act::Add& act);
Decided decide_act(const Case& c, const act::Note& act);
Decided decide_act(const Case& c, const act::NameReader& act);
Decided decide_act(const Case& c, const act::OpenList& act);
Decided decide_act(const Case& c, const act::Place& act);
Decided decide_act(const Case& c, const act::ChooseOrder& act);
// The floor (decide_floor.cpp; decide_chair.cpp: of who speaks without asking).
Decided decide_act(const Case& c, const act::Speak& act);
Decided decide_act(const Case& c, const act::Grant& act);
Decided decide_act(const Case& c, const act::Release& act);
Decided decide_act(const Case& c, const act::Pause& act);
Decided decide_act(const Case& c, const act::Resume& act);
Decided decide_act(const Case& c, const act::Mute& act);
Decided decide_act(const Case& c, const act::Extend& act);
Decided decide_act(const Case& c, const act::Revoke& act);

// The meeting as a whole (decide_meeting.cpp).
Decided decide_act(const Case& c, const act::OpenMeeting& act);
Decided decide_act(const Case& c, const act::SuspendMeeting& act);
Decided decide_act(const Case& c, const act::ResumeMeeting& act);
Decided decide_act(const Case& c, const act::CloseMeeting& act);
Decided decide_act(const Case& c, const act::ChooseAudience& act);
Decided decide_act(const Case& c, const act::TakeOver& act);
Decided decide_act(const Case& c, const act::Remove& act);
Decided decide_act(const Case& c, const act::SetAgenda& act);
Decided decide_act(const Case& c, const act::SelectItem& act);
// The private line (decide_help.cpp).
Decided decide_act(const Case& c, const act::AskHelp& act);
Decided decide_act(const Case& c, const act::AnswerHelp& act);
Decided decide_act(const Case& c, const act::CloseHelp& act);
// Device checks (decide_check.cpp).
Decided decide_act(const Case& c, const act::KeepCheck& act);
// Taking back (decide_undo.cpp).
Decided decide_act(const Case& c, const act::Undo& act);

// Shared: an open request, or "not found" or "ended already".
Result<const Request*, Refusal> open_request(const Case& c, RequestId id);
Refusal conflict(std::string word, std::string sentence);
Refusal meeting_closed();
// Why nobody can get the floor now; none: somebody can.
std::optional<Refusal> floor_is_shut(const State& state);
std::size_t asked_lately(const Case& c, bool as_chair);  // by the actor, in the last minute
Refusal nobody_hears();                                  // of who is far away: no return is connected
// They get the floor by asking now, so that their speech as chair is over: they have one microphone.
void end_chair_of(const Case& c, ParticipantId person, std::vector<EventBody>& events);
// As others read it; of who has none, the role.
std::string name_of(const Case& c, const Actor& actor);

}  // namespace plenary::signaling
