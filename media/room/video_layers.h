// What of one picture is encoded only while somebody watches it: layers of the same pictures, and the same in VP8.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/room/track_list.h"
#include "media/room/video_layer.h"

namespace plenary::room {

// `picture` itself for the best layer (0), "…/middle" and "…/low" for those beneath.
std::string layer_name(const std::string& picture, std::size_t layer);

struct LayeredPicture {
  std::string name;
  std::vector<VideoFormat> layers;  // the best first; at most kMaxLayers
  std::string profile_level_id;
};

class VideoLayers {
 public:
  // Before anything is pushed: every layer, or those beneath a best one that somebody else writes.
  void add_all(const LayeredPicture& picture, TrackList& tracks, FrameWriter& writer);
  void add_beneath(std::uint16_t best, const LayeredPicture& picture, TrackList& tracks, FrameWriter& writer);

  // Any thread.
  void push(const Picture& picture);
  [[nodiscard]] bool wanted() const;  // any of them
  // Other tracks are none of its business.
  void want(std::uint16_t track, bool wanted);
  void request_key_frame(std::uint16_t track);

 private:
  VideoLayer* find(std::uint16_t track);

  std::vector<std::unique_ptr<VideoLayer>> layers_;
};

}  // namespace plenary::room
