#include "media/room/room_video.h"

#include <utility>

namespace plenary::room {

RoomVideo::RoomVideo(std::uint16_t track, VideoFormat format, FrameWriter& writer, std::string profile_level_id,
                     Outputs outputs)
    : track_(track, writer),
      outputs_(std::move(outputs)),
      profile_(std::move(profile_level_id)),
      encoder_(format, [this](const AccessUnit& unit) { write_encoded(unit); }) {}

void RoomVideo::push_picture(int rank, const Picture& picture, bool passing, Instant now) {
  bool fresh = false;  // other pictures than those before
  {
    const std::lock_guard lock(mutex_);
    // A passed-through source is chosen by its access units, which are the ones to notice a switch.
    if (passing && failover_.in_use() != rank) return;
    if (!passing) {
      const Failover::Verdict verdict = failover_.offer(rank, now);
      if (verdict == Failover::Verdict::refused) return;
      fresh = passing_.exchange(false) || verdict == Failover::Verdict::switched;
    }
  }
  if (!passing) {
    if (fresh) encoder_.request_key_frame();
    encoder_.push(picture);
    note_passing(false);
  }
  lower_.push(picture);
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
  note_passing(true);
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
  outputs_.profile(*found);
}

void RoomVideo::note_passing(bool passing) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_passing_, passing) == passing) return;
  }
  outputs_.passing(passing);
}

bool RoomVideo::wants_pictures(int rank) const {
  {
    const std::lock_guard lock(mutex_);
    if (failover_.in_use() != rank) return false;
  }
  return lower_.wanted();
}

std::optional<int> RoomVideo::rank_in_use() const {
  const std::lock_guard lock(mutex_);
  return failover_.in_use();
}

void RoomVideo::want(std::uint16_t track, bool wanted) { lower_.want(track, wanted); }

void RoomVideo::request_key_frame(std::uint16_t track) {
  if (track == track_.track() && !passing_) encoder_.request_key_frame();
  lower_.request_key_frame(track);
}

}  // namespace plenary::room
