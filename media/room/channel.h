// One audio language of the room: sound of the source that carries it (or its backup) in 20 ms frames, measured, and
// on to the channel's track or, for the floor in `mix = "server"`, to the mixer.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "media/room/failover.h"
#include "media/room/level.h"
#include "media/room/sound_framer.h"

namespace plenary::room {

class Channel {
 public:
  using Output = std::function<void(const SoundFrame&, double db)>;
  using SilenceReport = std::function<void(const std::string& channel, bool silent)>;

  Channel(std::string name, Output output, SilenceReport report);

  // `rank` 0 is the source itself, higher ones are backups. Any thread.
  void push(int rank, Instant captured, SoundValues values, Instant now);
  // Every 500 ms from the main loop: the level since the last call, and silence where no sound comes at all.
  double take_level(Instant now);
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void measure(double db, Duration duration);

  std::string name_;
  Output output_;
  SilenceReport report_;
  std::mutex mutex_;  // guards all below
  Failover failover_;
  SoundFramer framer_;
  LevelMeter meter_;
  SilenceDetector silence_;
  std::optional<Instant> last_sound_;
  std::optional<Instant> last_check_;
};

}  // namespace plenary::room
