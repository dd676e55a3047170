// The private line to those who run the meeting: what the fold does with it.
#pragma once

#include "signaling/meeting/event.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

// Of the kMaxOpenHelps by people without a token: who has one finds a place though strangers are many.
constexpr std::size_t kMaxAnonymousHelps = 60;

// Opens it, or goes on with it where it is open already.
void add_question(State& state, const HelpAsked& asked, Moment at);
void add_answer(State& state, const HelpAnswered& answered, Moment at);
void close_help(State& state, HelpId id);
// A person has at most one.
const Help* open_help_of(const State& state, ParticipantId person);

}  // namespace plenary::signaling
