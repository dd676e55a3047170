#include "media/room/return_sink.h"

#include <utility>

#include "media/base/log.h"
#include "media/room/clock.h"
#include "media/room/query.h"

namespace plenary::room {
namespace {

// The muxer waits for the other stream at most this long; both come every 20 or 33 ms.
#define PLENARY_RETURN_MUX                                                                                \
  "appsrc name=video format=time is-live=true min-latency=80000000 max-buffers=30 leaky-type=downstream " \
  "caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! queue ! mux. "                  \
  "appsrc name=audio format=time is-live=true min-latency=80000000 max-buffers=50 leaky-type=downstream " \
  "caps=audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved,channel-mask=(bitmask)0x3 ! "   \
  "audioconvert ! avenc_aac bitrate=128000 ! aacparse ! queue ! mux. "                                    \
  "mpegtsmux name=mux alignment=7 pcr-interval=2700 ! queue leaky=downstream max-size-time=1000000000 ! "
constexpr const char* kSrtListener =
    PLENARY_RETURN_MUX "srtsink name=out sync=false async=false wait-for-connection=false";
// Without waiting for its connection a calling srtsink fails (GStreamer 1.22).
constexpr const char* kSrtCaller = PLENARY_RETURN_MUX "srtsink name=out sync=false async=false auto-reconnect=false";
constexpr const char* kUdp = PLENARY_RETURN_MUX "udpsink name=out sync=false async=false";

constexpr Duration kSupervision = std::chrono::milliseconds(100);
constexpr Duration kConnecting = std::chrono::seconds(4);  // libsrt itself gives up after 3 s, silently

bool is_listener(const std::string& url) {
  for (const auto& [key, value] : parse_query(url)) {
    if (key == "mode") return value == "listener";
  }
  return url.starts_with("srt://:");  // GStreamer's own rule: no host means to listen
}

}  // namespace

bool is_return_url(const std::string& url) { return url.starts_with("srt://") || url.starts_with("udp://"); }

ReturnSink::ReturnSink(ReturnConfig config, Outputs outputs)
    : config_(std::move(config)), outputs_(std::move(outputs)), srt_(config_.url.starts_with("srt://")) {
  listener_ = srt_ && is_listener(config_.url);
  thread_ = std::thread([this] { run(); });
}

ReturnSink::~ReturnSink() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ReturnSink::run() {
  while (!ending_) {
    set_state("waiting", {});
    if (start()) supervise();
    stop_pipeline();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kRetry, [this] { return ending_.load(); });
  }
}

bool ReturnSink::start() {
  Pipeline made(!srt_ ? kUdp : listener_ ? kSrtListener : kSrtCaller);
  if (!made) {
    set_state("failed", {"missing", "a GStreamer element is missing"});
    return false;
  }
  const ElementHandle sink = made.element("out");
  if (srt_) {
    g_object_set(sink.get(), "uri", config_.url.c_str(), nullptr);
  } else if (!gst_uri_handler_set_uri(GST_URI_HANDLER(sink.get()), config_.url.c_str(), nullptr)) {
    set_state("failed", {"address", "the address cannot be read"});
    return false;
  }
  if (listener_) {
    g_signal_connect(sink.get(), "caller-added", G_CALLBACK(on_caller_added), this);
    g_signal_connect(sink.get(), "caller-removed", G_CALLBACK(on_caller_removed), this);
  }
  {
    const std::lock_guard lock(mutex_);
    video_ = made.element("video");
    audio_ = made.element("audio");
  }
  pipeline_ = std::move(made);
  const bool playing = pipeline_.play(Instant{});
  if (playing && !srt_) set_connected(true);
  return true;
}

void ReturnSink::supervise() {
  const Instant started = monotonic_now();
  while (!ending_) {
    const MessageHandle message = pipeline_.wait_message(kSupervision);
    if (srt_ && !listener_) {
      const bool was_connected = connected_;
      set_connected(caller_is_connected());
      const bool lost = was_connected && !connected_;
      if (lost || (!connected_ && monotonic_now() - started > kConnecting)) return;
    }
    if (!message || GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ERROR) continue;
    const Detail detail = describe_error(message.get());
    set_connected(false);
    if (set_state("failed", detail)) {
      log(LogLevel::warning, "return.error", {{"return", config_.id}, {"message", detail.text}});
    }
    return;
  }
}

void ReturnSink::stop_pipeline() {
  {
    const std::lock_guard lock(mutex_);
    video_.reset();
    audio_.reset();
  }
  pipeline_ = Pipeline();
  // Last, since a caller may have come in meanwhile.
  callers_ = 0;
  connected_ = false;
}

// srtsink has no signal for a caller's own connection, but its statistics begin with it.
bool ReturnSink::caller_is_connected() {
  GstStructure* statistics = nullptr;
  g_object_get(pipeline_.element("out").get(), "stats", &statistics, nullptr);
  if (statistics == nullptr) return false;
  const bool connected = gst_structure_has_field(statistics, "negotiated-latency-ms") != FALSE;
  gst_structure_free(statistics);
  return connected;
}

void ReturnSink::set_connected(bool connected) {
  if (connected_.exchange(connected) == connected) return;
  if (connected) {
    {
      const std::lock_guard lock(mutex_);
      waits_for_key_frame_ = true;
    }
    outputs_.connected();
  }
  set_state(connected ? "connected" : "waiting", {});
}

bool ReturnSink::set_state(std::string_view state, const Detail& detail) {
  {
    const std::lock_guard lock(mutex_);
    // A retry after a failure is no news.
    if (state_ == state || (state_ == "failed" && state == "waiting")) return false;
    state_ = state;
  }
  outputs_.state(state, detail);
  return true;
}

void ReturnSink::on_caller_added(GstElement*, gint, gpointer, gpointer data) {
  auto* self = static_cast<ReturnSink*>(data);
  ++self->callers_;
  self->set_connected(true);
  self->outputs_.connected();  // each new caller needs a key frame
}

void ReturnSink::on_caller_removed(GstElement*, gint, gpointer, gpointer data) {
  auto* self = static_cast<ReturnSink*>(data);
  if (--self->callers_ <= 0) self->set_connected(false);
}

void ReturnSink::push_access_unit(const AccessUnit& unit) {
  if (!connected_) return;
  const std::lock_guard lock(mutex_);
  if (!video_ || (waits_for_key_frame_ && !unit.key_frame)) return;
  waits_for_key_frame_ = false;
  GstBuffer* buffer = copy_bytes(unit.bytes);
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = static_cast<GstClockTime>(to_nanoseconds(unit.captured));
  if (!unit.key_frame) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_app_src_push_buffer(GST_APP_SRC(video_.get()), buffer);
}

void ReturnSink::push_sound(const SoundFrame& frame) {
  if (!connected_) return;
  const std::lock_guard lock(mutex_);
  if (!audio_) return;
  GstBuffer* buffer = copy_bytes({reinterpret_cast<const std::uint8_t*>(frame.values.data()), sizeof frame.values});
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(to_nanoseconds(frame.captured));
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(kFrameDuration.count());
  gst_app_src_push_buffer(GST_APP_SRC(audio_.get()), buffer);
}

}  // namespace plenary::room
