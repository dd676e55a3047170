#include "media/room/on_demand_video.h"

namespace plenary::room {

void OnDemandVideo::set_wanted(bool wanted) {
  std::unique_ptr<VideoEncoder> ended;
  {
    const std::lock_guard lock(mutex_);
    if (wanted && !encoder_) encoder_ = std::make_unique<VideoEncoder>(format_, output_);
    if (!wanted) ended = std::move(encoder_);
  }
  // Stopped without the lock, because its thread may be in the output and ask for a key frame.
}

bool OnDemandVideo::wanted() const {
  const std::lock_guard lock(mutex_);
  return encoder_ != nullptr;
}

void OnDemandVideo::push(const Picture& picture) {
  const std::lock_guard lock(mutex_);
  if (encoder_) encoder_->push(picture);
}

void OnDemandVideo::request_key_frame() {
  const std::lock_guard lock(mutex_);
  if (encoder_) encoder_->request_key_frame();
}

}  // namespace plenary::room
