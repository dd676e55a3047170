#include "signaling/meeting/help.h"

#include <algorithm>

namespace plenary::signaling {
namespace {

Help* find_open_help(State& state, HelpId id) {
  const auto found =
      std::find_if(state.helps.begin(), state.helps.end(), [&](const Help& help) { return help.id == id; });
  return found == state.helps.end() || !found->open ? nullptr : &*found;
}

void add_line(Help& help, HelpLine line) {
  help.lines.push_back(std::move(line));
  if (help.lines.size() > kMaxHelpLines) help.lines.erase(help.lines.begin());
}

bool is_closed(const Help& help) { return !help.open; }

}  // namespace

void add_question(State& state, const HelpAsked& asked, Moment at) {
  state.next_help = std::max(state.next_help, static_cast<std::uint64_t>(asked.help) + 1);
  Help* help = find_open_help(state, asked.help);
  if (help == nullptr) help = &state.helps.emplace_back(Help{asked.help, asked.person, asked.role, true, {}});
  add_line(*help, {asked.person.name, false, at, asked.text});
}

void add_answer(State& state, const HelpAnswered& answered, Moment at) {
  if (Help* help = find_open_help(state, answered.help)) add_line(*help, {answered.by, true, at, answered.text});
}

void close_help(State& state, HelpId id) {
  Help* help = find_open_help(state, id);
  if (help == nullptr) return;
  help->open = false;
  const auto closed = std::count_if(state.helps.begin(), state.helps.end(), is_closed);
  if (static_cast<std::size_t>(closed) <= kMaxClosedHelps) return;
  state.helps.erase(std::find_if(state.helps.begin(), state.helps.end(), is_closed));
}

const Help* open_help_of(const State& state, ParticipantId person) {
  const auto found = std::find_if(state.helps.begin(), state.helps.end(),
                                  [&](const Help& help) { return help.open && help.person.id == person; });
  return found == state.helps.end() ? nullptr : &*found;
}

}  // namespace plenary::signaling
