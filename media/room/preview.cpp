#include "media/room/preview.h"

namespace plenary::room {
namespace {

constexpr Duration kEncodingTime = std::chrono::milliseconds(200);

}  // namespace

Preview::Preview()
    : pipeline_(
          "appsrc name=in format=time caps=video/x-raw,format=I420,width=320,height=180,framerate=0/1 ! "
          "jpegenc quality=60 ! appsink name=out sync=false async=false max-buffers=1 drop=true"),
      input_(pipeline_.element("in")),
      sink_(pipeline_.element("out")) {
  ok_ = pipeline_.play(Instant{});
}

ByteVector Preview::encode(const Picture& picture) {
  if (!ok_ || !picture.data) return {};
  GstBuffer* buffer = copy_bytes(make_thumbnail(picture.data.get()));
  const GstClockTime number = ++last_number_;
  GST_BUFFER_PTS(buffer) = number;
  if (gst_app_src_push_buffer(GST_APP_SRC(input_.get()), buffer) != GST_FLOW_OK) return {};
  // What came too late for its own call is another source's picture.
  for (;;) {
    const SampleHandle sample(
        gst_app_sink_try_pull_sample(GST_APP_SINK(sink_.get()), static_cast<GstClockTime>(kEncodingTime.count())));
    if (!sample) return {};
    if (GST_BUFFER_PTS(gst_sample_get_buffer(sample.get())) != number) continue;
    const MappedSample mapped(sample.get());
    return {mapped.bytes().begin(), mapped.bytes().end()};
  }
}

}  // namespace plenary::room
