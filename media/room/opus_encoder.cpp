#include "media/room/opus_encoder.h"

namespace plenary::room {
namespace {

// 64 kbit/s is transparent for speech and good for music in stereo. Complexity 5 sounds like 10 at this rate and costs
// half. In-band FEC repairs single losses where the encoder is in a speech mode.
constexpr char kDescription[] =
    "appsrc name=in format=time is-live=true max-buffers=25 leaky-type=downstream block=false "
    "caps=audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved,channel-mask=(bitmask)0x3 ! "
    "opusenc bitrate=64000 bitrate-type=constrained-vbr complexity=5 frame-size=20 inband-fec=true "
    "packet-loss-percentage=5 dtx=false ! "
    "appsink name=out sync=false async=false max-buffers=25";

constexpr std::size_t kMaxTags = 50;  // frames; more cannot be inside the pipeline

}  // namespace

OpusEncoder::OpusEncoder(Output output) : output_(std::move(output)), pipeline_(kDescription) {
  if (!pipeline_) return;
  input_ = pipeline_.element("in");
  sink_ = pipeline_.element("out");
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_sample;
  gst_app_sink_set_callbacks(GST_APP_SINK(sink_.get()), &callbacks, this, nullptr);
  ok_ = pipeline_.play(Instant{});
}

OpusEncoder::~OpusEncoder() { pipeline_.stop(); }

void OpusEncoder::push(const SoundFrame& frame, std::uint64_t tag) {
  if (!ok_) return;
  GstBuffer* buffer = copy_bytes({reinterpret_cast<const std::uint8_t*>(frame.values.data()), sizeof frame.values});
  // The encoder sees an unbroken count of samples: it must never stuff or cut, so that each frame gives one packet.
  GST_BUFFER_PTS(buffer) = frames_++ * static_cast<GstClockTime>(kFrameDuration.count());
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(kFrameDuration.count());
  {
    const std::lock_guard lock(mutex_);
    if (tags_.size() >= kMaxTags) tags_.pop_front();
    tags_.push_back(tag);
  }
  gst_app_src_push_buffer(GST_APP_SRC(input_.get()), buffer);
}

GstFlowReturn OpusEncoder::on_sample(GstAppSink* sink, gpointer data) {
  auto* self = static_cast<OpusEncoder*>(data);
  const SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const MappedSample mapped(sample.get());
  if (!mapped.ok()) return GST_FLOW_OK;
  std::uint64_t tag = 0;
  {
    const std::lock_guard lock(self->mutex_);
    if (self->tags_.empty()) return GST_FLOW_OK;
    tag = self->tags_.front();
    self->tags_.pop_front();
  }
  self->output_({mapped.bytes(), tag});
  return GST_FLOW_OK;
}

}  // namespace plenary::room
