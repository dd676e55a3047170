// Puts a network source's timestamps on the room's clock. A transport stream's presentation times run ahead of the
// arrival of their bytes by the sender's buffer (0.7 s with some encoders); nothing was taken after it arrived, so the
// whole source is moved back until that is true, picture and sound alike. Pure.
#pragma once

#include <optional>

#include "media/base/time.h"

namespace plenary::room {

class StreamTimeline {
 public:
  // The anchor settles while the first streams come in; afterwards only a jump moves it.
  static constexpr Duration kSettling = std::chrono::seconds(1);
  static constexpr Duration kJump = std::chrono::milliseconds(300);

  // `mapped` as the demultiplexer puts it on the clock, `arrived` now.
  Instant place(Instant mapped, Instant arrived);
  [[nodiscard]] Duration moved_back() const { return ahead_; }

 private:
  std::optional<Instant> first_;
  Duration ahead_{};
};

}  // namespace plenary::room
