#include "media/room/gst_handle.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "media/base/log.h"
#include "media/room/clock.h"

namespace plenary::room {
namespace {

constexpr std::size_t kMaxErrorText = 300;  // characters; reports stay readable

bool is_among(gint code, std::initializer_list<gint> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// For people who watch over a room: which of both ends has to do something.
const char* word_of(const GError* fault) {
  if (fault == nullptr) return "error";
  if (fault->domain == GST_RESOURCE_ERROR) {
    if (is_among(fault->code, {GST_RESOURCE_ERROR_NOT_AUTHORIZED})) return "refused";
    if (is_among(fault->code, {GST_RESOURCE_ERROR_READ, GST_RESOURCE_ERROR_WRITE, GST_RESOURCE_ERROR_SYNC}))
      return "lost";
    if (is_among(fault->code,
                 {GST_RESOURCE_ERROR_NOT_FOUND, GST_RESOURCE_ERROR_OPEN_READ, GST_RESOURCE_ERROR_OPEN_WRITE,
                  GST_RESOURCE_ERROR_OPEN_READ_WRITE, GST_RESOURCE_ERROR_BUSY})) {
      return "unreachable";
    }
  }
  // FAILED is what an element says whose neighbour has failed.
  if (fault->domain == GST_STREAM_ERROR && fault->code != GST_STREAM_ERROR_FAILED) return "unreadable";
  if (fault->domain == GST_CORE_ERROR && fault->code == GST_CORE_ERROR_MISSING_PLUGIN) return "missing";
  return "error";
}

void release_owner(gpointer owner) { delete static_cast<std::shared_ptr<const std::uint8_t>*>(owner); }

struct HeldSample {
  SampleHandle sample;
  GstMapInfo map{};
  ~HeldSample() {
    if (sample) gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
  }
};

std::optional<Picture> copy_picture(GstSample* sample, Instant captured) {
  GstVideoInfo info;
  GstVideoFrame frame;
  GstCaps* caps = gst_sample_get_caps(sample);
  if (caps == nullptr || !gst_video_info_from_caps(&info, caps)) return std::nullopt;
  if (GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_I420 || info.width != static_cast<int>(kPictureWidth) ||
      info.height != static_cast<int>(kPictureHeight)) {
    return std::nullopt;
  }
  if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) return std::nullopt;
  std::shared_ptr<std::uint8_t> data = allocate_picture();
  std::uint8_t* to = data.get();
  for (guint plane = 0; plane < 3; ++plane) {
    const std::size_t width = plane == 0 ? kPictureWidth : kPictureWidth / 2;
    const std::size_t rows = plane == 0 ? kPictureHeight : kPictureHeight / 2;
    const auto* from = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane));
    for (std::size_t row = 0; row < rows; ++row, to += width) {
      std::memcpy(to, from + row * static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane)), width);
    }
  }
  gst_video_frame_unmap(&frame);
  return Picture{captured, std::move(data)};
}

}  // namespace

Pipeline::Pipeline(const char* description) {
  GError* fault = nullptr;
  GstElement* made = gst_parse_launch_full(description, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &fault);
  if (fault != nullptr) {
    log(LogLevel::error, "pipeline.description", {{"message", fault->message}, {"pipeline", description}});
    g_error_free(fault);
  }
  if (made == nullptr) return;
  if (!GST_IS_PIPELINE(made)) {  // a description of one element gives that element
    GstElement* pipeline = gst_pipeline_new(nullptr);
    gst_bin_add(GST_BIN(pipeline), made);
    made = pipeline;
  }
  pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(made)));
}

Pipeline& Pipeline::operator=(Pipeline&& other) noexcept {
  stop();
  pipeline_ = std::move(other.pipeline_);
  base_ = other.base_;
  return *this;
}

ElementHandle Pipeline::element(const char* name) const {
  return ElementHandle(pipeline_ ? gst_bin_get_by_name(GST_BIN(pipeline_.get()), name) : nullptr);
}

bool Pipeline::play(Instant base) {
  if (!pipeline_) return false;
  base_ = base;
  GstClock* clock = gst_system_clock_obtain();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock);
  gst_object_unref(clock);
  // Without a start time GStreamer leaves the base time to us.
  gst_element_set_start_time(pipeline_.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline_.get(), static_cast<GstClockTime>(to_nanoseconds(base)));
  return gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

bool Pipeline::play() { return play(monotonic_now()); }

void Pipeline::stop() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

MessageHandle Pipeline::wait_message(Duration timeout) const {
  if (!pipeline_) return nullptr;
  const BusHandle bus(gst_element_get_bus(pipeline_.get()));
  return MessageHandle(gst_bus_timed_pop(bus.get(), static_cast<GstClockTime>(timeout.count())));
}

Detail describe_error(GstMessage* message) {
  GError* fault = nullptr;
  gchar* detail = nullptr;
  gst_message_parse_error(message, &fault, &detail);
  std::string text = GST_MESSAGE_SRC(message) != nullptr ? GST_OBJECT_NAME(GST_MESSAGE_SRC(message)) : "pipeline";
  text += ": ";
  if (fault != nullptr) text += fault->message;
  if (detail != nullptr) text += std::string(" (") + detail + ")";
  const char* word = word_of(fault);
  g_clear_error(&fault);
  g_free(detail);
  if (text.size() > kMaxErrorText) text.resize(kMaxErrorText);
  return {word, std::move(text)};
}

MappedSample::MappedSample(GstSample* sample) : buffer_(sample != nullptr ? gst_sample_get_buffer(sample) : nullptr) {
  if (buffer_ != nullptr) mapped_ = gst_buffer_map(buffer_, &map_, GST_MAP_READ) != FALSE;
}

MappedSample::~MappedSample() {
  if (mapped_) gst_buffer_unmap(buffer_, &map_);
}

std::optional<std::int64_t> running_time(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  if (buffer == nullptr || segment == nullptr || segment->format != GST_FORMAT_TIME) return std::nullopt;
  const GstClockTime stamp = GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(stamp)) return std::nullopt;
  guint64 running = 0;
  const int sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, stamp, &running);
  if (sign == 0 || running > static_cast<guint64>(G_MAXINT64)) return std::nullopt;
  return sign * static_cast<std::int64_t>(running);
}

GstBuffer* wrap_bytes(std::shared_ptr<const std::uint8_t> owner, std::size_t size) {
  auto* held = new std::shared_ptr<const std::uint8_t>(std::move(owner));
  // GStreamer's interface takes a writable pointer; the READONLY flag keeps it honest.
  return gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, const_cast<std::uint8_t*>(held->get()), size, 0, size,
                                     held, release_owner);
}

GstBuffer* copy_bytes(Bytes bytes) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
  return buffer;
}

std::optional<Picture> take_picture(SampleHandle sample, Instant captured) {
  GstBuffer* buffer = gst_sample_get_buffer(sample.get());
  if (buffer == nullptr) return std::nullopt;
  if (gst_buffer_get_size(buffer) != kPictureSize) return copy_picture(sample.get(), captured);
  auto held = std::make_shared<HeldSample>();
  if (!gst_buffer_map(buffer, &held->map, GST_MAP_READ)) return std::nullopt;
  held->sample = std::move(sample);
  const std::uint8_t* data = held->map.data;
  return Picture{captured, std::shared_ptr<const std::uint8_t>(std::move(held), data)};
}

}  // namespace plenary::room
