// Owning handles for GStreamer's reference counts, and the few calls that every pipeline here needs.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>

#include "media/base/bytes.h"
#include "media/base/time.h"
#include "media/room/detail.h"
#include "media/room/picture.h"

namespace plenary::room {

struct GstRelease {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
using ElementHandle = std::unique_ptr<GstElement, GstRelease>;
using BusHandle = std::unique_ptr<GstBus, GstRelease>;
using PadHandle = std::unique_ptr<GstPad, GstRelease>;
using CapsHandle = std::unique_ptr<GstCaps, GstRelease>;
using SampleHandle = std::unique_ptr<GstSample, GstRelease>;
using MessageHandle = std::unique_ptr<GstMessage, GstRelease>;

// A pipeline that stops when it goes out of scope.
class Pipeline {
 public:
  Pipeline() = default;
  // `description` is a constant of ours; whatever comes from outside is set as a property afterwards. An element that
  // is not installed leaves the pipeline empty.
  explicit Pipeline(const char* description);
  explicit Pipeline(ElementHandle pipeline) : pipeline_(std::move(pipeline)) {}
  Pipeline(Pipeline&&) = default;
  Pipeline& operator=(Pipeline&& other) noexcept;
  ~Pipeline() { stop(); }

  explicit operator bool() const { return pipeline_ != nullptr; }
  [[nodiscard]] GstElement* get() const { return pipeline_.get(); }
  [[nodiscard]] ElementHandle element(const char* name) const;
  // Running time zero is `base`, on the monotonic clock.
  bool play(Instant base);
  bool play();
  void stop();
  [[nodiscard]] Instant base() const { return base_; }
  [[nodiscard]] MessageHandle wait_message(Duration timeout) const;

 private:
  ElementHandle pipeline_;
  Instant base_{};
};

// What an error message means: `unreachable`, `refused`, `lost`, `unreadable`, `missing` or `error`; and in words
// "element: message (detail)", shortened.
Detail describe_error(GstMessage* message);

// Maps a sample's buffer for reading while it lives.
class MappedSample {
 public:
  explicit MappedSample(GstSample* sample);
  MappedSample(const MappedSample&) = delete;
  MappedSample& operator=(const MappedSample&) = delete;
  ~MappedSample();

  [[nodiscard]] Bytes bytes() const { return {map_.data, map_.size}; }
  [[nodiscard]] bool ok() const { return mapped_; }

 private:
  GstBuffer* buffer_;
  GstMapInfo map_{};
  bool mapped_ = false;
};

// Running time of the sample's buffer, nanoseconds; nothing without a timestamp.
std::optional<std::int64_t> running_time(GstSample* sample);
inline Instant captured_at(Instant base, std::int64_t running) { return base + Duration(running); }

// A buffer that shares the bytes; `owner` lives as long as the buffer.
GstBuffer* wrap_bytes(std::shared_ptr<const std::uint8_t> owner, std::size_t size);
GstBuffer* copy_bytes(Bytes bytes);

// A decoded I420 1280×720 sample as a Picture, without a copy where its layout is ours.
std::optional<Picture> take_picture(SampleHandle sample, Instant captured);

}  // namespace plenary::room
