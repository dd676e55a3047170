// What a page is told while it checks its camera and microphone on the real path, before anybody asked for the floor,
// and what those who act on it are told of its outcome, which the meeting keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "signaling/meeting/state.h"
#include "signaling/protocol/readiness.h"

namespace plenary::signaling {

// One second of it.
struct CheckResult {
  std::int64_t seconds_left = 0;
  int now_db = -127;    // dBFS, the loudest 20 ms of the last second; −127: nothing arrived
  bool heard = false;   // has been loud enough for a voice, once
  Readiness readiness;  // `fit` stays open until they have spoken for two seconds
};

std::string known_check_params(ParticipantId participant, const KnownCheck& check);
std::string check_result_params(const CheckResult& result);
// `code`: a stable word, signaling/README.md.
std::string check_ended_params(std::string_view code);

}  // namespace plenary::signaling
