#include "media/room/video_encoder.h"

#include <gst/video/video.h>

#include <future>
#include <string>

#include "media/room/clock.h"

namespace plenary::room {
namespace {

// A 500 ms buffer bounds a key frame to half a second of the bit rate, 110 KB at 1.8 Mbit/s. `slices` and `threads` of
// one: a frame is one run of equal packets. The level is fixed because x264 would choose it from size and bit rate, and
// the SDP has promised 3.1 to those who go from layer to layer. `bilinear2` takes the mean of all pixels that become
// one.
std::string describe_h264(VideoFormat format) {
  return "x264enc name=encoder speed-preset=ultrafast tune=zerolatency bitrate=" + std::to_string(format.kbps) +
         " vbv-buf-capacity=500 key-int-max=60 bframes=0 threads=1 sliced-threads=false byte-stream=true aud=false "
         "insert-vui=true option-string=slices=1:scenecut=0:level=3.1:open-gop=0 ! "
         "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au";
}

// The real-time mode; the buffer as above.
std::string describe_vp8(VideoFormat format) {
  return "vp8enc name=encoder deadline=1 cpu-used=8 threads=1 lag-in-frames=0 end-usage=cbr target-bitrate=" +
         std::to_string(format.bitrate()) +
         " buffer-size=500 buffer-initial-size=250 buffer-optimal-size=350 keyframe-max-dist=60 ! video/x-vp8";
}

std::string describe(VideoFormat format) {
  return "appsrc name=pictures format=time is-live=true max-buffers=8 leaky-type=downstream block=false "
         "caps=video/x-raw,format=I420,width=1280,height=720,framerate=" +
         std::to_string(format.frame_rate) +
         "/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709 ! "
         "videoscale method=bilinear2 n-threads=1 ! video/x-raw,width=" +
         std::to_string(format.width()) + ",height=" + std::to_string(format.height) + " ! " +
         (format.codec == Codec::vp8 ? describe_vp8(format) : describe_h264(format)) +
         " ! appsink name=out sync=false async=false max-buffers=4";
}

// A viewer that lost everything waits no longer than the contract's 2 s; counted in time, for slow sources too.
constexpr Duration kMaxKeyFrameDistance = std::chrono::milliseconds(1'900);

constexpr std::uint64_t kBehind = 2;  // pictures waiting: the encoder does not keep up
constexpr int kToleratedLate = 15;    // pictures, half a second: longer is overload, and delay must not pile up

}  // namespace

VideoEncoder::VideoEncoder(VideoFormat format, Output output)
    : output_(std::move(output)), pipeline_(describe(format).c_str()) {
  if (!pipeline_) return;
  input_ = pipeline_.element("pictures");
  sink_ = pipeline_.element("out");
  const ElementHandle encoder = pipeline_.element("encoder");
  encoder_output_.reset(gst_element_get_static_pad(encoder.get(), "src"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_sample;
  gst_app_sink_set_callbacks(GST_APP_SINK(sink_.get()), &callbacks, this, nullptr);
  ok_ = pipeline_.play(Instant{});
}

VideoEncoder::~VideoEncoder() { pipeline_.stop(); }

void VideoEncoder::push(const Picture& picture) {
  if (!ok_ || !picture.data) return;
  const bool behind = gst_app_src_get_current_level_buffers(GST_APP_SRC(input_.get())) >= kBehind;
  late_pictures_ = behind ? late_pictures_ + 1 : 0;
  if (late_pictures_ > kToleratedLate) return;
  if (picture.captured - last_key_frame_ >= kMaxKeyFrameDistance) {
    request_key_frame();
    last_key_frame_ = picture.captured;
  }
  GstBuffer* buffer = wrap_bytes(picture.data, kPictureSize);
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(to_nanoseconds(picture.captured));
  gst_app_src_push_buffer(GST_APP_SRC(input_.get()), buffer);
}

void VideoEncoder::request_key_frame() {
  if (!ok_) return;
  gst_pad_send_event(encoder_output_.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

GstFlowReturn VideoEncoder::on_sample(GstAppSink* sink, gpointer self) {
  const SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const MappedSample mapped(sample.get());
  const std::optional<std::int64_t> running = running_time(sample.get());
  if (!mapped.ok() || !running) return GST_FLOW_OK;
  const bool delta = GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample.get()), GST_BUFFER_FLAG_DELTA_UNIT);
  static_cast<VideoEncoder*>(self)->output_({mapped.bytes(), !delta, instant_from_nanoseconds(*running)});
  return GST_FLOW_OK;
}

ByteVector encode_key_frame(const Picture& picture, VideoFormat format) {
  std::promise<ByteVector> done;
  bool answered = false;
  VideoEncoder encoder(format, [&](const AccessUnit& unit) {
    if (answered) return;
    answered = true;
    done.set_value({unit.bytes.begin(), unit.bytes.end()});
  });
  encoder.push(picture);
  std::future<ByteVector> encoded = done.get_future();
  if (encoded.wait_for(std::chrono::seconds(5)) != std::future_status::ready) return {};
  return encoded.get();
}

}  // namespace plenary::room
