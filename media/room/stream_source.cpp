#include "media/room/stream_source.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "media/base/log.h"
#include "media/room/clock.h"
#include "media/room/frame_thinner.h"

namespace plenary::room {
namespace {

constexpr Duration kSupervision = std::chrono::milliseconds(50);  // how late a stop is noticed at most

// Of a file's picture before it is passed on: two key frames are no further apart.
constexpr Duration kLongestHold = PassThrough::kMaxKeyFrameDistance;

// tsdemux and rtspsrc by default wait 0.7 and 2 s; our sinks do not wait for the clock, so that nothing is needed here.
constexpr const char* kSrt = "srtsrc name=in auto-reconnect=false ! queue ! tsdemux name=demux latency=0";
constexpr const char* kUdp =
    "udpsrc name=in caps=video/mpegts,systemstream=true buffer-size=2097152 ! queue ! tsdemux name=demux latency=0";
constexpr const char* kRtsp = "rtspsrc name=demux latency=40 protocols=tcp drop-on-latency=true tcp-timeout=3000000";

const char* file_description(const std::string& path) {
  if (path.ends_with(".ts") || path.ends_with(".m2ts")) return "filesrc name=in ! tsdemux name=demux latency=0";
  if (path.ends_with(".mkv") || path.ends_with(".webm")) return "filesrc name=in ! matroskademux name=demux";
  return "filesrc name=in ! qtdemux name=demux";
}

bool waits_for_caller(const std::string& url) {
  return url.starts_with("srt://") && url.find("mode=listener") != std::string::npos;
}

std::string file_path(const std::string& url) { return url.substr(std::string_view("file://").size()); }

}  // namespace

struct StreamSource::Chain {
  StreamSource* owner = nullptr;
  ChainKind kind;
  int track = 0;                // among the audio streams
  bool all_pictures = true;     // false: key frames are enough
  bool wait_key_frame = false;  // the decoder missed pictures
  bool passing = false;
  PassThrough judge;
  FrameThinner thinner;
  GstSegment segment{};  // of the parsed stream
};

StreamSource::StreamSource(SourceSettings settings, SourceSink& sink) : settings_(std::move(settings)), sink_(sink) {
  file_ = settings_.config.url.starts_with("file://");
  thread_ = std::thread([this] { run(); });
}

StreamSource::~StreamSource() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StreamSource::wait(Duration duration) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, duration, [this] { return ending_.load(); });
}

void StreamSource::run() {
  Duration retry = kFirstRetry;
  base_ = monotonic_now();
  while (!ending_) {
    last_data_ = 0;
    furthest_ = 0;
    const bool waits = waits_for_caller(settings_.config.url);
    set_state("connecting", waits ? Detail{"waits_for_sender", "waiting for the sender to call"} : Detail{});
    if (!start()) set_state("failed", {"not_opened", "the source cannot be opened"});
    const bool round = pipeline_ && supervise();
    const bool was_live = last_data_ != 0;
    stop_pipeline();
    if (ending_) break;
    if (round && was_live) {  // a file goes on where it ended
      base_ += Duration(furthest_.load());
      continue;
    }
    retry = was_live ? kFirstRetry : std::min(retry * 2, kLongestRetry);
    wait(retry);
    base_ = monotonic_now();
  }
}

bool StreamSource::start() {
  const std::string& url = settings_.config.url;
  const char* description = kSrt;
  if (url.starts_with("udp://")) description = kUdp;
  if (url.starts_with("rtsp")) description = kRtsp;
  if (file_) description = file_description(file_path(url));
  pipeline_ = Pipeline(description);
  if (!pipeline_) return false;
  const ElementHandle demuxer = pipeline_.element("demux");
  const ElementHandle input = pipeline_.element(description == kRtsp ? "demux" : "in");
  if (file_) {
    g_object_set(input.get(), "location", file_path(url).c_str(), nullptr);
  } else {
    g_object_set(input.get(), description == kRtsp ? "location" : "uri", url.c_str(), nullptr);
  }
  if (description == kRtsp) g_signal_connect(input.get(), "select-stream", G_CALLBACK(on_select_stream), this);
  connect_demuxer(demuxer.get());
  return pipeline_.play(base_);
}

void StreamSource::stop_pipeline() {
  pipeline_ = Pipeline();
  const std::lock_guard lock(mutex_);
  chains_.clear();
  sound_order_.clear();
  rtsp_sound_order_.clear();
  next_sound_ = 0;
  has_picture_ = false;
  timeline_ = StreamTimeline();
  status_.picture.reset();
  status_.audio.clear();
}

bool StreamSource::supervise() {
  while (!ending_) {
    const MessageHandle message = pipeline_.wait_message(kSupervision);
    const Instant now = monotonic_now();
    check_data(now);
    const Instant last = instant_from_nanoseconds(last_data_);
    if (last_data_ != 0 && now - last > kRebuildAfter) return false;
    if (!message) continue;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
      const Detail detail = describe_error(message.get());
      if (set_state(last_data_ != 0 ? "stopped" : "failed", detail)) {
        log(LogLevel::warning, "source.error", {{"source", settings_.config.id}, {"message", detail.text}});
      }
      return false;
    }
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) {
      if (!file_) set_state("stopped", {"ended", "the sender ended the stream"});
      return file_;
    }
  }
  return false;
}

void StreamSource::check_data(Instant now) {
  if (last_data_ == 0) return;
  const bool fresh = now - instant_from_nanoseconds(last_data_) < kNoData;
  set_state(fresh ? "live" : "stopped", fresh ? Detail{} : Detail{"no_data", "no data"});
}

bool StreamSource::set_state(const std::string& state, const Detail& detail) {
  {
    const std::lock_guard lock(mutex_);
    // A file's next round, and a retry after a failure, are no news.
    const bool again = state == "connecting" && (file_ ? status_.state == "live" : status_.state == "failed");
    if (again || (status_.state == state && (status_.detail == detail || state == "failed"))) return false;
    status_.state = state;
    status_.detail = detail;
  }
  report_status();
  return true;
}

void StreamSource::report_status() {
  SourceStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = status_;
  }
  sink_.on_status(settings_.config.id, status);
}

void StreamSource::connect_demuxer(GstElement* demuxer) {
  g_signal_connect(demuxer, "pad-added", G_CALLBACK(on_pad_added), this);
}

void StreamSource::on_pad_added(GstElement*, GstPad* pad, gpointer self) {
  if (GST_PAD_IS_SRC(pad)) static_cast<StreamSource*>(self)->add_stream(pad);
}

gboolean StreamSource::on_select_stream(GstElement*, guint number, GstCaps* caps, gpointer data) {
  auto* self = static_cast<StreamSource*>(data);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const gchar* media = gst_structure_get_string(structure, "media");
  const std::string_view kind = media != nullptr ? media : "";
  if (kind != "audio" && kind != "video") return FALSE;
  const std::lock_guard lock(self->mutex_);
  if (kind == "audio") self->rtsp_sound_order_.emplace(number, static_cast<int>(self->rtsp_sound_order_.size()));
  return TRUE;
}

// The order of audio streams is that of the programme map (stream collection) or the SDP, not that of their first
// packets. Call with mutex_ held.
int StreamSource::sound_index(GstPad* pad) {
  guint number = 0;
  if (std::sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_", &number) == 1) {
    const auto found = rtsp_sound_order_.find(number);
    if (found != rtsp_sound_order_.end()) return found->second;
  }
  if (GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_COLLECTION, 0); event != nullptr) {
    GstStreamCollection* collection = nullptr;
    gst_event_parse_stream_collection(event, &collection);
    int next = 0;
    for (guint i = 0; collection != nullptr && i < gst_stream_collection_get_size(collection); ++i) {
      GstStream* stream = gst_stream_collection_get_stream(collection, i);
      if (gst_stream_get_stream_type(stream) != GST_STREAM_TYPE_AUDIO) continue;
      const gchar* id = gst_stream_get_stream_id(stream);
      if (id != nullptr) sound_order_[id] = next++;
    }
    if (collection != nullptr) gst_object_unref(collection);
    gst_event_unref(event);
  }
  gchar* id = gst_pad_get_stream_id(pad);
  const auto found = id != nullptr ? sound_order_.find(id) : sound_order_.end();
  g_free(id);
  return found != sound_order_.end() ? found->second : next_sound_++;
}

void StreamSource::link_transport_stream(GstPad* pad) {
  GstElement* bin = gst_parse_bin_from_description("rtpmp2tdepay ! tsdemux name=demux latency=0", TRUE, nullptr);
  if (bin == nullptr) return;
  gst_bin_add(GST_BIN(pipeline_.get()), bin);
  const ElementHandle demuxer(gst_bin_get_by_name(GST_BIN(bin), "demux"));
  g_signal_connect(demuxer.get(), "pad-added", G_CALLBACK(on_pad_added), this);
  const PadHandle input(gst_element_get_static_pad(bin, "sink"));
  gst_element_sync_state_with_parent(bin);
  gst_pad_link(pad, input.get());
}

void StreamSource::add_stream(GstPad* pad) {
  CapsHandle caps(gst_pad_get_current_caps(pad));
  if (!caps) caps.reset(gst_pad_query_caps(pad, nullptr));
  const std::optional<ChainKind> kind = choose_chain(caps.get(), file_, file_ ? 0 : settings_.config.delay_ms);
  if (!kind) {
    gchar* text = gst_caps_to_string(caps.get());
    const bool transport = std::string_view(text).find("MP2T") != std::string_view::npos;
    if (transport) link_transport_stream(pad);
    if (!transport) log(LogLevel::info, "source.stream_ignored", {{"source", settings_.config.id}, {"caps", text}});
    g_free(text);
    return;
  }
  auto made = std::make_unique<Chain>();
  Chain* chain = made.get();
  chain->owner = this;
  chain->kind = *kind;
  {
    const std::lock_guard lock(mutex_);
    if (kind->kind == MediaKind::audio) {
      chain->track = sound_index(pad);
      status_.audio.push_back({chain->track, kind->codec, 0});
      std::sort(status_.audio.begin(), status_.audio.end(),
                [](const SourceSound& a, const SourceSound& b) { return a.track < b.track; });
      if (chain->track >= settings_.tracks) return;  // no channel carries it
    } else {
      if (has_picture_ || settings_.config.kind == SourceKind::booth) return;
      has_picture_ = true;
      chain->all_pictures = settings_.shows;
      chain->wait_key_frame = !settings_.shows;
    }
    chains_.push_back(std::move(made));
  }
  plug(*chain, pad);
}

void StreamSource::plug(Chain& chain, GstPad* pad) {
  GError* fault = nullptr;
  GstElement* bin = gst_parse_bin_from_description(chain.kind.description.c_str(), TRUE, &fault);
  if (bin == nullptr) {
    log(LogLevel::error, "source.chain", {{"source", settings_.config.id}, {"message", fault->message}});
    set_state("failed", {"missing", fault->message});
  }
  g_clear_error(&fault);
  if (bin == nullptr) return;
  gst_bin_add(GST_BIN(pipeline_.get()), bin);
  const ElementHandle sink(gst_bin_get_by_name(GST_BIN(bin), "out"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = chain.kind.kind == MediaKind::video ? on_picture : on_sound;
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, &chain, nullptr);
  const ElementHandle parsed(gst_bin_get_by_name(GST_BIN(bin), "parsed"));
  const PadHandle watched(gst_element_get_static_pad(parsed.get(), "src"));
  gst_pad_add_probe(watched.get(),
                    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    on_parsed, &chain, nullptr);
  if (chain.kind.kind == MediaKind::video) {
    const ElementHandle decoded(gst_bin_get_by_name(GST_BIN(bin), "decoded"));
    const PadHandle thinned(gst_element_get_static_pad(decoded.get(), "src"));
    gst_pad_add_probe(thinned.get(), GST_PAD_PROBE_TYPE_BUFFER, on_decoded, &chain, nullptr);
  }
  const PadHandle input(gst_element_get_static_pad(bin, "sink"));
  gst_element_sync_state_with_parent(bin);
  if (gst_pad_link(pad, input.get()) != GST_PAD_LINK_OK) {
    log(LogLevel::error, "source.link", {{"source", settings_.config.id}, {"codec", chain.kind.codec}});
  }
}

void StreamSource::note_caps(Chain& chain, GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  {
    const std::lock_guard lock(mutex_);
    if (chain.kind.kind == MediaKind::video) {
      SourcePicture picture{chain.kind.codec, 0, 0, 0, chain.passing};
      gint numerator = 0;
      gint denominator = 1;
      gst_structure_get_int(structure, "width", &picture.width);
      gst_structure_get_int(structure, "height", &picture.height);
      if (gst_structure_get_fraction(structure, "framerate", &numerator, &denominator) && denominator > 0) {
        picture.frame_rate = static_cast<double>(numerator) / denominator;
      }
      status_.picture = picture;
    } else {
      for (SourceSound& sound : status_.audio) {
        if (sound.track == chain.track) gst_structure_get_int(structure, "channels", &sound.channels);
      }
    }
  }
  report_status();
}

GstPadProbeReturn StreamSource::on_decoded(GstPad*, GstPadProbeInfo* info, gpointer data) {
  const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
  const bool keep = static_cast<Chain*>(data)->thinner.keep(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer)));
  return keep ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

GstPadProbeReturn StreamSource::on_parsed(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* chain = static_cast<Chain*>(data);
  if ((info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0) {
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      chain->owner->note_caps(*chain, caps);
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) chain->owner->note_segment(*chain, event);
    return GST_PAD_PROBE_OK;
  }
  if (chain->kind.kind != MediaKind::video) return GST_PAD_PROBE_OK;
  return chain->owner->on_access_unit(*chain, GST_PAD_PROBE_INFO_BUFFER(info));
}

void StreamSource::note_segment(Chain& chain, GstEvent* event) { gst_event_copy_segment(event, &chain.segment); }

void StreamSource::pass_through(Chain& chain, GstBuffer* buffer, bool& key_frame) {
  GstMapInfo map;
  guint64 running = 0;
  const int sign = gst_segment_to_running_time_full(&chain.segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer), &running);
  if (sign == 0 || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  const Instant now = monotonic_now();
  const Instant captured = place(sign * static_cast<std::int64_t>(running), now);
  const Bytes bytes(map.data, map.size);
  const bool passing = chain.judge.add(bytes, captured);
  key_frame = chain.judge.key_frame();
  // The sink at the chain's end paces a file, but sees only key frames while nobody wants decoded pictures.
  if (file_ && passing) wait(std::min(captured - now, kLongestHold));
  if (passing) {
    last_data_ = to_nanoseconds(now);
    sink_.on_access_unit(settings_.config.id, {bytes, key_frame, captured});
  }
  gst_buffer_unmap(buffer, &map);
  if (passing == chain.passing) return;
  chain.passing = passing;
  {
    const std::lock_guard lock(mutex_);
    if (status_.picture) status_.picture->passthrough = passing;
  }
  report_status();
}

GstPadProbeReturn StreamSource::on_access_unit(Chain& chain, GstBuffer* buffer) {
  bool key_frame = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (settings_.may_pass_through && std::string_view(chain.kind.codec) == "h264" && GST_BUFFER_PTS_IS_VALID(buffer)) {
    pass_through(chain, buffer, key_frame);
  }
  // A decoder that is not asked for every picture gets the key frames, for the preview.
  const bool all = chain.all_pictures && (!chain.passing || sink_.wants_pictures(settings_.config.id));
  if (!all) {
    chain.wait_key_frame = true;
    return key_frame ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }
  if (key_frame) chain.wait_key_frame = false;
  return chain.wait_key_frame ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

Instant StreamSource::place(std::int64_t running, Instant now) {
  const Instant mapped = base_ + Duration(running);
  if (file_) return mapped;
  const std::lock_guard lock(mutex_);
  return timeline_.place(mapped, now);
}

std::optional<Instant> StreamSource::receive(GstSample* sample) {
  const std::optional<std::int64_t> running = running_time(sample);
  if (!running) return std::nullopt;
  const Instant now = monotonic_now();
  last_data_ = to_nanoseconds(now);
  const GstBuffer* buffer = gst_sample_get_buffer(sample);
  const std::int64_t duration =
      GST_BUFFER_DURATION_IS_VALID(buffer) ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)) : 0;
  furthest_ = std::max(furthest_.load(), *running + duration);
  return place(*running, now);
}

GstFlowReturn StreamSource::on_picture(GstAppSink* sink, gpointer data) {
  auto* chain = static_cast<Chain*>(data);
  SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const std::optional<Instant> captured = chain->owner->receive(sample.get());
  if (!captured) return GST_FLOW_OK;
  const std::optional<Picture> picture = take_picture(std::move(sample), *captured);
  StreamSource* self = chain->owner;
  if (picture) self->sink_.on_picture(self->settings_.config.id, *picture, chain->passing);
  return GST_FLOW_OK;
}

GstFlowReturn StreamSource::on_sound(GstAppSink* sink, gpointer data) {
  auto* chain = static_cast<Chain*>(data);
  const SampleHandle sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  const std::optional<Instant> captured = chain->owner->receive(sample.get());
  const MappedSample mapped(sample.get());
  if (!captured || !mapped.ok()) return GST_FLOW_OK;
  // GStreamer's memory is aligned for vectors, so for 16 bit too.
  const auto* values = reinterpret_cast<const std::int16_t*>(mapped.bytes().data());
  StreamSource* self = chain->owner;
  self->sink_.on_sound(self->settings_.config.id, chain->track, *captured, {values, mapped.bytes().size() / 2});
  return GST_FLOW_OK;
}

}  // namespace plenary::room
