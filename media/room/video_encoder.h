// H.264 as every browser takes it: constrained baseline, level 3.1 whatever the size, one slice a frame, no B-frames,
// SPS and PPS before each key frame, no delay inside the encoder; or VP8. Pictures are made smaller where the format
// asks for it.
#pragma once

#include <functional>
#include <memory>

#include "media/room/gst_handle.h"
#include "media/room/video_format.h"

namespace plenary::room {

struct AccessUnit {
  Bytes bytes;  // H.264: Annex B. Valid during the call
  bool key_frame = false;
  Instant captured{};
};

class VideoEncoder {
 public:
  // Called from the encoder's thread.
  using Output = std::function<void(const AccessUnit&)>;

  VideoEncoder(VideoFormat format, Output output);
  ~VideoEncoder();
  VideoEncoder(const VideoEncoder&) = delete;
  VideoEncoder& operator=(const VideoEncoder&) = delete;

  [[nodiscard]] bool ok() const { return ok_; }
  // Any one thread. A short burst is encoded late; where the encoder stays behind, pictures are left out.
  void push(const Picture& picture);
  // The next picture becomes a key frame. Any thread.
  void request_key_frame();

 private:
  static GstFlowReturn on_sample(GstAppSink* sink, gpointer self);

  Output output_;
  Pipeline pipeline_;
  ElementHandle input_;
  ElementHandle sink_;
  PadHandle encoder_output_;
  Instant last_key_frame_{};
  int late_pictures_ = 0;  // in a row
  bool ok_ = false;
};

// One picture as a key frame; empty when encoding is not possible.
ByteVector encode_key_frame(const Picture& picture, VideoFormat format);

}  // namespace plenary::room
