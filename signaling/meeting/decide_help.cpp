#include <algorithm>

#include "signaling/meeting/decide.h"
#include "signaling/meeting/help.h"

namespace plenary::signaling {
namespace {

std::size_t asked_lately(const Case& c) {
  const auto is_recent = [&](const HelpLine& line) { return !line.staff && line.at + std::chrono::minutes(1) > c.at; };
  std::size_t count = 0;
  for (const Help& help : c.state.helps) {
    if (help.person.id != c.actor.participant) continue;
    count += static_cast<std::size_t>(std::count_if(help.lines.begin(), help.lines.end(), is_recent));
  }
  return count;
}

// Who came without a token leaves places for who has one: whoever opens pages by the hundred has none.
bool help_is_full(const State& state, const Person& person) {
  const auto is_anonymous = [](const Help& help) { return help.open && help.person.token_id.empty(); };
  const auto all = std::count_if(state.helps.begin(), state.helps.end(), [](const Help& help) { return help.open; });
  const auto anonymous = std::count_if(state.helps.begin(), state.helps.end(), is_anonymous);
  return static_cast<std::size_t>(all) >= kMaxOpenHelps ||
         (person.token_id.empty() && static_cast<std::size_t>(anonymous) >= kMaxAnonymousHelps);
}

Result<const Help*, Refusal> open_help(const Case& c, HelpId id) {
  const Help* help = find_help(c.state, id);
  if (help == nullptr) return Refusal{RefusalCode::not_found, "not_found", "There is no such call for help."};
  if (!help->open) return Refusal{RefusalCode::not_found, "help_closed", "This call for help has been closed already."};
  return help;
}

}  // namespace

Decided decide_act(const Case& c, const act::AskHelp& act) {
  const auto person = c.presence.people.find(c.actor.participant);
  if (person == c.presence.people.end()) {
    return Refusal{RefusalCode::not_allowed, "not_joined", "Join the meeting first."};
  }
  if (asked_lately(c) >= kMaxHelpsPerMinute) {
    return Refusal{RefusalCode::too_many, "too_many_helps", "You wrote too often; wait a minute."};
  }
  const Help* open = open_help_of(c.state, c.actor.participant);
  if (open == nullptr && help_is_full(c.state, person->second)) {
    return Refusal{RefusalCode::too_many, "help_full", "Too many people wait for help; try again later."};
  }
  HelpAsked event{open != nullptr ? open->id : HelpId{c.state.next_help}, person->second, c.actor.role, act.text};
  Decision decision;
  decision.answer.help = event.help;
  decision.events.push_back(std::move(event));
  return decision;
}

Decided decide_act(const Case& c, const act::AnswerHelp& act) {
  const auto found = open_help(c, act.help);
  if (!found) return found.error();
  return Decision{{HelpAnswered{act.help, name_of(c, c.actor), act.text}}, {}};
}

Decided decide_act(const Case& c, const act::CloseHelp& act) {
  const auto found = open_help(c, act.help);
  if (!found) return found.error();
  if (found.value()->person.id != c.actor.participant && !answers_help(c.actor.role)) {
    return Refusal{RefusalCode::not_allowed, "not_yours", "Only who asked or who answers can close this."};
  }
  return Decision{{HelpClosed{act.help}}, {}};
}

}  // namespace plenary::signaling
