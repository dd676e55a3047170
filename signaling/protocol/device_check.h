// What a page is told while it checks its camera and microphone on the real path, before anybody asked for the floor,
// and what those who act on it are told of its outcome. Facts of one moment, never saved.
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

// What somebody's last check came to, and when: it stands beside their name until the next one.
struct KnownCheck {
  Readiness readiness;
  Moment at{};
};

// As many as a meeting remembers people; beyond it the oldest is forgotten.
constexpr std::size_t kMaxKnownChecks = 5'000;
// A check is no longer: what did not change within it is told once.
constexpr Milliseconds kCheckStands = std::chrono::seconds(60);

std::string known_check_params(ParticipantId participant, const KnownCheck& check);
std::string check_result_params(const CheckResult& result);
// `code`: a stable word, signaling/README.md.
std::string check_ended_params(std::string_view code);

}  // namespace plenary::signaling
