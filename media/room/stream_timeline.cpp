#include "media/room/stream_timeline.h"

namespace plenary::room {

Instant StreamTimeline::place(Instant mapped, Instant arrived) {
  if (!first_) {
    first_ = arrived;
    ahead_ = mapped - arrived;
  }
  const Duration ahead = mapped - arrived;
  const bool settling = arrived - *first_ < kSettling;
  if (ahead > ahead_ && (settling || ahead - ahead_ > kJump)) ahead_ = ahead;
  return mapped - ahead_;
}

}  // namespace plenary::room
