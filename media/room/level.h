// Loudness of 20 ms frames: for the RTP header extension (RFC 6464), for meters, and whether a channel is silent.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "media/room/sound.h"

namespace plenary::room {

constexpr double kSilenceDb = -127.0;  // the quietest value RFC 6464 can say

// Root mean square of both sides relative to full scale, −127 … 0.
double level_db(SoundValues values);
// RFC 6464 §3: −dBov, 0 … 127.
std::uint8_t rfc6464_level(double db);

// The loudest frame since the last reading: a meter shows peaks of speech, not pauses.
class LevelMeter {
 public:
  void add(double db) { loudest_ = db > loudest_ ? db : loudest_; }
  double take() {
    const double loudest = loudest_;
    loudest_ = kSilenceDb;
    return loudest;
  }

 private:
  double loudest_ = kSilenceDb;
};

// Silent below −60 dBFS for 3 s, back above −50 dBFS for 100 ms: a breath does not flip it, a first word does.
class SilenceDetector {
 public:
  static constexpr double kQuietDb = -60.0;
  static constexpr double kLoudDb = -50.0;
  static constexpr Duration kSilentAfter = std::chrono::seconds(3);
  static constexpr Duration kBackAfter = std::chrono::milliseconds(100);

  // Level of the last `duration`. Returns the new state when it changed; the first state found counts as a change.
  std::optional<bool> add(double db, Duration duration);

 private:
  std::optional<bool> silent_;
  Duration quiet_for_{};
  Duration loud_for_{};
};

}  // namespace plenary::room
