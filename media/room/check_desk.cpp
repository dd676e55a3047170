#include "media/room/check_desk.h"

namespace plenary::room {

void CheckDesk::add(const CheckAdd& command) {
  if (checks_.size() >= kMaxChecks && !checks_.contains(command.check)) {
    reporter_.fault("too_many_checks", "the room process takes " + std::to_string(kMaxChecks) + " device checks");
    return;
  }
  auto check = std::make_unique<Check>();
  Speaker::Outputs outputs;
  outputs.sound = [at = check.get()](Instant, SoundValues values) {
    const std::lock_guard lock(at->mutex);
    at->level.add(level_db(values));
  };
  outputs.picture = [](const Picture&) {};
  outputs.decoding = [] {};
  outputs.key_frame = [] {};
  check->sound = std::make_unique<Speaker>(SpeakerAdd{.speaker = command.check, .audio_track = command.audio_track},
                                           std::move(outputs));
  checks_[command.check] = std::move(check);
}

bool CheckDesk::on_frame(const rtp::Frame& frame) {
  for (const auto& [id, check] : checks_) {
    if (!check->sound->owns(frame.track)) continue;
    check->sound->push(frame);
    return true;
  }
  return false;
}

void CheckDesk::handle_timeout(Instant now) {
  for (const auto& [id, check] : checks_) check->sound->handle_timeout(now);
  if (now < next_report_) return;
  next_report_ = now + kReportInterval;
  for (const auto& [id, check] : checks_) {
    double level = kSilenceDb;
    {
      const std::lock_guard lock(check->mutex);
      level = check->level.take();
    }
    reporter_.check(id, level, check->sound->measure_speech());
  }
}

}  // namespace plenary::room
