#include "media/room/room_video.h"

#include <utility>

namespace plenary::room {

RoomVideo::RoomVideo(std::uint16_t track, FrameWriter& writer, std::string profile_level_id,
                     std::function<void(const std::string&)> on_profile)
    : track_(track, writer),
      on_profile_(std::move(on_profile)),
      profile_(std::move(profile_level_id)),
      encoder_([this](const AccessUnit& unit) { write_encoded(unit); }) {}

void RoomVideo::push_picture(int rank, const Picture& picture, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    const Failover::Verdict verdict = failover_.offer(rank, now);
    if (verdict == Failover::Verdict::refused) return;
    latest_ = picture;
    if (passing_.exchange(false) || verdict == Failover::Verdict::switched) encoder_.request_key_frame();
  }
  encoder_.push(picture);
}

void RoomVideo::push_access_unit(int rank, const AccessUnit& unit, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    const Failover::Verdict verdict = failover_.offer(rank, now);
    if (verdict == Failover::Verdict::refused) return;
    if (verdict == Failover::Verdict::switched) passing_ = false;  // its first pictures lean on others than ours
    if (!passing_ && !unit.key_frame) return;
    passing_ = true;
  }
  note_profile(unit);
  track_.write(unit);
}

void RoomVideo::write_encoded(const AccessUnit& unit) {
  if (passing_) return;  // a picture that was still inside the encoder when pass-through began
  note_profile(unit);
  if (!track_.write(unit)) encoder_.request_key_frame();
}

void RoomVideo::note_profile(const AccessUnit& unit) {
  if (!unit.key_frame) return;
  const std::optional<std::string> found = profile_level_id(unit.bytes);
  if (!found) return;
  {
    const std::lock_guard lock(mutex_);
    if (*found == profile_) return;
    profile_ = *found;
  }
  on_profile_(*found);
}

void RoomVideo::request_key_frame() {
  if (!passing_) encoder_.request_key_frame();
}

std::optional<Picture> RoomVideo::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

std::string RoomVideo::current_profile() const {
  const std::lock_guard lock(mutex_);
  return profile_;
}

}  // namespace plenary::room
