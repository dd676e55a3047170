#include "media/room/speaker.h"

#include <gst/video/video.h>

#include <utility>
#include <vector>

#include "media/base/log.h"
#include "media/room/clock.h"
#include "media/rtp/h264_sps.h"
#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"

namespace plenary::room {
namespace {

// 60 ms covers a browser's usual jitter and one retransmission within a country; later packets are lost. The payload
// type is rewritten to 96, because the caps must name one and each browser has its own.
constexpr const char* kSound =
    "appsrc name=in format=time is-live=true do-timestamp=true max-buffers=500 max-bytes=0 leaky-type=downstream "
    "caps=application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=96 ! "
    "rtpjitterbuffer latency=60 do-lost=true ! rtpopusdepay ! opusdec plc=true use-inband-fec=true ! "
    "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! "
    "appsink name=out sync=false async=false max-buffers=20";
#define PLENARY_SPEAKER_PACKETS(encoding)                                                                         \
  "appsrc name=in format=time is-live=true do-timestamp=true max-buffers=2000 max-bytes=0 leaky-type=downstream " \
  "caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=" encoding                                   \
  ",payload=96 ! rtpjitterbuffer latency=60 do-lost=true ! "
// A decoder makes room for the whole picture that a header names (16,384 by 16,384: 400 MB). What a parser reads is
// held back here; VP8 and VP9 have no parser that takes spatial layers, and are looked at in push_packets().
#define PLENARY_SPEAKER_SIZES(type) type ",width=[1,4096],height=[1,4096]"
static_assert(rtp::kMaxPictureSide == 4'096);
#define PLENARY_SPEAKER_PICTURE(decoder)                                                                             \
  decoder                                                                                                            \
      " ! identity name=decoded silent=true ! videoconvert n-threads=1 ! videoscale n-threads=1 add-borders=true ! " \
      "video/x-raw,format=I420,width=1280,height=720,pixel-aspect-ratio=1/1 ! "                                      \
      "appsink name=out sync=false async=false max-buffers=4"
constexpr const char* kH264 = PLENARY_SPEAKER_PACKETS("H264") PLENARY_SPEAKER_PICTURE(
    "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! " PLENARY_SPEAKER_SIZES("video/x-h264") " ! "
    "avdec_h264 max-threads=1");
constexpr const char* kVp8 = PLENARY_SPEAKER_PACKETS("VP8")
    PLENARY_SPEAKER_PICTURE("rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec threads=1");
constexpr const char* kVp9 = PLENARY_SPEAKER_PACKETS("VP9")
    PLENARY_SPEAKER_PICTURE("rtpvp9depay request-keyframe=true wait-for-keyframe=true ! vp9dec threads=1");
// GStreamer 1.22 has no depayloader for it: between the two halves is ours.
constexpr const char* kAv1 = PLENARY_SPEAKER_PACKETS("AV1")
    "appsink name=packets sync=false async=false max-buffers=2000 "
    "appsrc name=units format=time is-live=true max-buffers=200 max-bytes=0 leaky-type=downstream "
    "caps=video/x-av1,stream-format=obu-stream,alignment=tu ! "
    PLENARY_SPEAKER_PICTURE("av1parse ! " PLENARY_SPEAKER_SIZES("video/x-av1") " ! av1dec");

const char* describe_picture(Codec codec) {
  switch (codec) {
    case Codec::vp8:
      return kVp8;
    case Codec::vp9:
      return kVp9;
    case Codec::av1:
      return kAv1;
    default:
      return kH264;
  }
}

constexpr std::uint8_t kPayloadType = 96;

}  // namespace

Speaker::Speaker(SpeakerAdd settings, Outputs outputs) : settings_(std::move(settings)), outputs_(std::move(outputs)) {
  if (settings_.audio_track) start_sound();
  if (settings_.video_track) start_picture();
}

Speaker::~Speaker() {
  sound_.pipeline.stop();
  picture_.pipeline.stop();
}

bool Speaker::owns(std::uint16_t track) const {
  return settings_.audio_track == track || settings_.video_track == track;
}

void Speaker::start_sound() {
  sound_.pipeline = Pipeline(kSound);
  if (!sound_.pipeline) return;
  sound_.input = sound_.pipeline.element("in");
  sound_.sink = sound_.pipeline.element("out");
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_sound;
  gst_app_sink_set_callbacks(GST_APP_SINK(sound_.sink.get()), &callbacks, this, nullptr);
  sound_.pipeline.play();
}

void Speaker::start_picture() {
  picture_.pipeline = Pipeline(describe_picture(settings_.video_codec));
  if (!picture_.pipeline) {
    log(LogLevel::error, "speaker.no_decoder",
        {{"speaker", id()}, {"codec", std::string(codec_name(settings_.video_codec))}});
    return;
  }
  picture_.input = picture_.pipeline.element("in");
  picture_.sink = picture_.pipeline.element("out");
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_picture;
  gst_app_sink_set_callbacks(GST_APP_SINK(picture_.sink.get()), &callbacks, this, nullptr);
  const PadHandle pad(gst_element_get_static_pad(picture_.input.get(), "src"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, this, nullptr);
  const ElementHandle decoded = picture_.pipeline.element("decoded");
  const PadHandle thinned(gst_element_get_static_pad(decoded.get(), "src"));
  gst_pad_add_probe(thinned.get(), GST_PAD_PROBE_TYPE_BUFFER, on_decoded, this, nullptr);
  if (settings_.video_codec == Codec::av1) join_units();
  picture_.pipeline.play();
}

void Speaker::join_units() {
  depacketizer_ = rtp::Av1Depacketizer();
  packets_ = picture_.pipeline.element("packets");
  units_ = picture_.pipeline.element("units");
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_packet;
  gst_app_sink_set_callbacks(GST_APP_SINK(packets_.get()), &callbacks, this, nullptr);
}

void Speaker::push(const rtp::Frame& frame) {
  if (frame.track == settings_.audio_track) push_packets(sound_, frame);
  if (frame.track == settings_.video_track) {
    last_picture_packet_ = to_nanoseconds(monotonic_now());
    push_packets(picture_, frame);
  }
}

void Speaker::push_packets(Leg& leg, const rtp::Frame& frame) {
  if (!leg.input) return;
  for (const ByteVector& packet : frame.payloads) {
    if (packet.size() < 12) continue;
    if (&leg == &picture_ && is_too_large(packet)) continue;
    GstBuffer* buffer = copy_bytes(packet);
    const std::uint8_t type = static_cast<std::uint8_t>((packet[1] & 0x80) | kPayloadType);
    gst_buffer_fill(buffer, 1, &type, 1);
    gst_app_src_push_buffer(GST_APP_SRC(leg.input.get()), buffer);
  }
}

bool Speaker::is_too_large(Bytes packet) {
  const std::optional<rtp::Packet> parsed = rtp::parse_packet(packet);
  if (!parsed || !rtp::key_frame_is_too_large(settings_.video_codec, parsed->payload)) return false;
  if (!std::exchange(told_too_large_, true)) log(LogLevel::warning, "speaker.picture_too_large", {{"speaker", id()}});
  return true;
}

bool Speaker::failed(const Leg& leg) {
  bool found = false;
  while (const MessageHandle message = leg.pipeline.wait_message(Duration{})) {
    if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ERROR) continue;
    found = true;
    log(LogLevel::warning, "speaker.error", {{"speaker", id()}, {"message", describe_error(message.get()).text}});
  }
  return found;
}

void Speaker::handle_timeout(Instant now) {
  // Hostile bytes may stop a decoder; a new one starts in its place.
  if (sound_.pipeline && failed(sound_)) start_sound();
  if (picture_.pipeline && failed(picture_)) start_picture();
  const Duration since_packet = now - instant_from_nanoseconds(last_picture_packet_);
  const Duration since_picture = now - instant_from_nanoseconds(last_picture_);
  if (since_packet < kAskAgain && since_picture > kNoPicture) ask_key_frame(now);
}

void Speaker::ask_key_frame(Instant now) {
  const std::int64_t at = to_nanoseconds(now);
  std::int64_t last = last_asked_;
  if (at - last < kAskAgain.count() || !last_asked_.compare_exchange_strong(last, at)) return;
  outputs_.key_frame();
}

GstPadProbeReturn Speaker::on_upstream_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info))) {
    static_cast<Speaker*>(data)->ask_key_frame(monotonic_now());
  }
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn Speaker::on_decoded(GstPad*, GstPadProbeInfo* info, gpointer data) {
  const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
  const bool keep = static_cast<Speaker*>(data)->thinner_.keep(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer)));
  return keep ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

void Speaker::note_decoded(bool sound) {
  if (!sound && settings_.audio_track) return;
  if (!decoding_.exchange(true)) outputs_.decoding();
}

std::optional<SpeechQuality> Speaker::measure_speech() {
  const std::lock_guard lock(meter_mutex_);
  return meter_.measure();
}

void Speaker::listen(SoundValues values) {
  std::vector<std::int16_t> mono(values.size() / kSoundChannels);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    mono[i] = static_cast<std::int16_t>((values[2 * i] + values[2 * i + 1]) / 2);
  }
  const std::lock_guard lock(meter_mutex_);
  meter_.add(mono);
}

GstFlowReturn Speaker::on_packet(GstAppSink* sink, gpointer data) {
  auto* self = static_cast<Speaker*>(data);
  const SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const MappedSample mapped(sample.get());
  const std::optional<rtp::Packet> packet = mapped.ok() ? rtp::parse_packet(mapped.bytes()) : std::nullopt;
  if (!packet) return GST_FLOW_OK;
  const std::optional<rtp::Av1Depacketizer::TemporalUnit> unit = self->depacketizer_.add(*packet);
  if (self->depacketizer_.waits_for_key_frame()) self->ask_key_frame(monotonic_now());
  if (!unit) return GST_FLOW_OK;
  GstBuffer* buffer = copy_bytes(unit->bytes);
  GST_BUFFER_PTS(buffer) = GST_BUFFER_PTS(gst_sample_get_buffer(sample.get()));
  if (!unit->key_frame) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_app_src_push_buffer(GST_APP_SRC(self->units_.get()), buffer);
  return GST_FLOW_OK;
}

GstFlowReturn Speaker::on_sound(GstAppSink* sink, gpointer data) {
  auto* self = static_cast<Speaker*>(data);
  const SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const MappedSample mapped(sample.get());
  const std::optional<std::int64_t> running = running_time(sample.get());
  if (!mapped.ok() || !running) return GST_FLOW_OK;
  const auto* values = reinterpret_cast<const std::int16_t*>(mapped.bytes().data());
  const SoundValues sound(values, mapped.bytes().size() / 2);
  self->outputs_.sound(captured_at(self->sound_.pipeline.base(), *running), sound);
  self->listen(sound);
  self->note_decoded(true);
  return GST_FLOW_OK;
}

GstFlowReturn Speaker::on_picture(GstAppSink* sink, gpointer data) {
  auto* self = static_cast<Speaker*>(data);
  SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const Instant now = monotonic_now();
  self->last_picture_ = to_nanoseconds(now);
  if (const std::optional<Picture> picture = take_picture(std::move(sample), now)) self->outputs_.picture(*picture);
  self->note_decoded(false);
  return GST_FLOW_OK;
}

}  // namespace plenary::room
