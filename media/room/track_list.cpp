#include "media/room/track_list.h"

#include <utility>

namespace plenary::room {

std::uint16_t TrackList::add(TrackEntry entry) {
  const std::lock_guard lock(mutex_);
  entry.track = next_++;
  tracks_.push_back(entry);
  if (ready_) reporter_.tracks(tracks_);
  return entry.track;
}

std::uint16_t TrackList::add_sound(const std::string& name) { return add({.name = name, .codec = "opus"}); }

std::uint16_t TrackList::add_video(const std::string& name, const std::string& profile_level_id, std::uint64_t bitrate,
                                   std::optional<std::uint16_t> layer_of) {
  return add(
      {.name = name, .codec = "h264", .profile_level_id = profile_level_id, .bitrate = bitrate, .layer_of = layer_of});
}

std::uint16_t TrackList::add_vp8(const std::string& name, std::uint64_t bitrate, std::optional<std::uint16_t> of) {
  return add({.name = name, .codec = "vp8", .bitrate = bitrate, .layer_of = of});
}

void TrackList::remove(std::uint16_t track) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tracks_, [track](const TrackEntry& entry) { return entry.track == track; });
  if (ready_) reporter_.tracks(tracks_);
}

void TrackList::set_profile(std::uint16_t track, const std::string& profile_level_id) {
  const std::lock_guard lock(mutex_);
  for (TrackEntry& entry : tracks_) {
    if (entry.track == track) entry.profile_level_id = profile_level_id;
  }
  if (ready_) reporter_.tracks(tracks_);
}

void TrackList::set_bitrate(std::uint16_t track, std::uint64_t bitrate) {
  const std::lock_guard lock(mutex_);
  for (TrackEntry& entry : tracks_) {
    if (entry.track == track) entry.bitrate = bitrate;
  }
  if (ready_) reporter_.tracks(tracks_);
}

void TrackList::ready() {
  const std::lock_guard lock(mutex_);
  ready_ = true;
  reporter_.ready(tracks_);
}

}  // namespace plenary::room
