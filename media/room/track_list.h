// The feed's tracks and their numbers; tells the server whenever the list changes. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/room/reporter.h"

namespace plenary::room {

class TrackList {
 public:
  explicit TrackList(Reporter& reporter) : reporter_(reporter) {}

  std::uint16_t add_sound(const std::string& name);
  // `bitrate` and `layer_of` as in TrackEntry.
  std::uint16_t add_video(const std::string& name, const std::string& profile_level_id, std::uint64_t bitrate,
                          std::optional<std::uint16_t> layer_of = std::nullopt);
  // The picture `of` in VP8.
  std::uint16_t add_vp8(const std::string& name, std::uint64_t bitrate, std::optional<std::uint16_t> of);
  void remove(std::uint16_t track);
  void set_profile(std::uint16_t track, const std::string& profile_level_id);
  void set_bitrate(std::uint16_t track, std::uint64_t bitrate);
  // The first report; from here on every change is told.
  void ready();

 private:
  std::uint16_t add(TrackEntry entry);

  Reporter& reporter_;
  std::mutex mutex_;
  std::vector<TrackEntry> tracks_;  // guarded by mutex_
  std::uint16_t next_ = 1;          // guarded by mutex_; a number is never used again
  bool ready_ = false;              // guarded by mutex_
};

}  // namespace plenary::room
