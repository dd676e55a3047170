#include "media/room/channel.h"

#include <utility>

namespace plenary::room {
namespace {

constexpr Duration kNoSound = std::chrono::milliseconds(500);  // as the sources' watchdog

}  // namespace

Channel::Channel(std::string name, Output output, SilenceReport report)
    : name_(std::move(name)), output_(std::move(output)), report_(std::move(report)) {}

void Channel::measure(double db, Duration duration) {
  meter_.add(db);
  if (const std::optional<bool> silent = silence_.add(db, duration)) report_(name_, *silent);
}

void Channel::push(int rank, Instant captured, SoundValues values, Instant now) {
  const std::lock_guard lock(mutex_);
  const Failover::Verdict verdict = failover_.offer(rank, now);
  if (verdict == Failover::Verdict::refused) return;
  if (verdict == Failover::Verdict::switched) framer_.reset();
  framer_.add(captured, values);
  last_sound_ = now;
  while (std::optional<SoundFrame> frame = framer_.next()) {
    const double db = level_db(frame->values);
    measure(db, kFrameDuration);
    output_(*frame, db);
  }
}

double Channel::take_level(Instant now) {
  const std::lock_guard lock(mutex_);
  if (last_check_ && (!last_sound_ || now - *last_sound_ >= kNoSound)) measure(kSilenceDb, now - *last_check_);
  last_check_ = now;
  return meter_.take();
}

}  // namespace plenary::room
