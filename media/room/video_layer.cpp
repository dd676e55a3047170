#include "media/room/video_layer.h"

namespace plenary::room {

VideoLayer::VideoLayer(std::uint16_t track, VideoFormat format, FrameWriter& writer)
    : track_(track, writer, format.codec), thinner_(format.frame_rate), encoding_(format, [this](const AccessUnit& unit) {
        if (!track_.write(unit)) encoding_.request_key_frame();
      }) {}

VideoLayer::~VideoLayer() { encoding_.set_wanted(false); }

void VideoLayer::push(const Picture& picture) {
  if (!encoding_.wanted()) return;
  {
    const std::lock_guard lock(mutex_);
    if (!thinner_.keep(to_nanoseconds(picture.captured))) return;
  }
  encoding_.push(picture);
}

}  // namespace plenary::room
