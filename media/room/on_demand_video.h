// An encoding that runs only while somebody wants it: the return, layers.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "media/room/video_encoder.h"

namespace plenary::room {

class OnDemandVideo {
 public:
  OnDemandVideo(VideoFormat format, VideoEncoder::Output output) : format_(format), output_(std::move(output)) {}

  // Any thread.
  void set_wanted(bool wanted);
  [[nodiscard]] bool wanted() const;
  void push(const Picture& picture);
  void request_key_frame();

 private:
  VideoFormat format_;
  VideoEncoder::Output output_;
  mutable std::mutex mutex_;
  std::unique_ptr<VideoEncoder> encoder_;  // guarded by mutex_
};

}  // namespace plenary::room
