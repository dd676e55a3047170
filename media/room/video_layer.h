// A layer of a picture, or the same one in another codec: made smaller, thinned out and encoded, only while somebody
// watches it.
#pragma once

#include <mutex>

#include "media/room/frame_thinner.h"
#include "media/room/on_demand_video.h"
#include "media/room/video_track.h"

namespace plenary::room {

class VideoLayer {
 public:
  VideoLayer(std::uint16_t track, VideoFormat format, FrameWriter& writer);
  ~VideoLayer();
  VideoLayer(const VideoLayer&) = delete;
  VideoLayer& operator=(const VideoLayer&) = delete;

  // Any thread. It begins with a key frame of the next picture.
  void set_wanted(bool wanted) { encoding_.set_wanted(wanted); }
  [[nodiscard]] bool wanted() const { return encoding_.wanted(); }
  void request_key_frame() { encoding_.request_key_frame(); }
  // What goes out was captured when `picture` was, as in every layer.
  void push(const Picture& picture);
  [[nodiscard]] std::uint16_t track() const { return track_.track(); }

 private:
  VideoTrack track_;
  std::mutex mutex_;
  FrameThinner thinner_;  // guarded by mutex_
  OnDemandVideo encoding_;
};

}  // namespace plenary::room
