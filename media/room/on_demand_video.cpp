#include "media/room/on_demand_video.h"

namespace plenary::room {

void OnDemandVideo::set_wanted(bool wanted) {
  if (wanted == this->wanted()) return;
  // Made and stopped without the lock: who brings pictures does not wait for it, and its thread may be in the output
  // and ask for a key frame.
  std::unique_ptr<VideoEncoder> other;
  if (wanted) other = std::make_unique<VideoEncoder>(format_, output_);
  const std::lock_guard lock(mutex_);
  encoder_.swap(other);
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
