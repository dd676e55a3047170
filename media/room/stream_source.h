// Sources that come as a stream: `srt://`, `udp://`, `rtsp://` and `file://`. One thread builds the pipeline, watches
// it and builds it anew after a failure, an end or a long silence; media arrives in GStreamer's threads.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "media/room/gst_handle.h"
#include "media/room/pass_through.h"
#include "media/room/source.h"
#include "media/room/stream_chain.h"
#include "media/room/stream_timeline.h"

namespace plenary::room {

class StreamSource final : public Source {
 public:
  static constexpr Duration kNoData = std::chrono::milliseconds(500);      // then the source counts as stopped
  static constexpr Duration kRebuildAfter = std::chrono::seconds(3);       // of silence, once it was live
  static constexpr Duration kFirstRetry = std::chrono::milliseconds(250);  // doubled at each failure
  static constexpr Duration kLongestRetry = std::chrono::seconds(1);

  StreamSource(SourceSettings settings, SourceSink& sink);
  ~StreamSource() override;

 private:
  struct Chain;  // one elementary stream

  void run();
  // Builds and plays; false when the pipeline cannot be made.
  bool start();
  // Until the pipeline ended, failed, was silent too long or the source ends. True when a file came to its end.
  bool supervise();
  void stop_pipeline();
  void wait(Duration duration);
  // False when that is no news.
  bool set_state(const std::string& state, const Detail& detail);
  void report_status();
  void check_data(Instant now);

  void connect_demuxer(GstElement* demuxer);
  void add_stream(GstPad* pad);
  void plug(Chain& chain, GstPad* pad);
  void link_transport_stream(GstPad* pad);
  int sound_index(GstPad* pad);
  Instant place(std::int64_t running, Instant now);
  std::optional<Instant> receive(GstSample* sample);
  void note_caps(Chain& chain, GstCaps* caps);
  void note_segment(Chain& chain, GstEvent* event);
  GstPadProbeReturn on_access_unit(Chain& chain, GstBuffer* buffer);
  void pass_through(Chain& chain, GstBuffer* buffer, bool& key_frame);

  static void on_pad_added(GstElement* demuxer, GstPad* pad, gpointer self);
  static gboolean on_select_stream(GstElement* source, guint number, GstCaps* caps, gpointer self);
  static GstFlowReturn on_picture(GstAppSink* sink, gpointer chain);
  static GstFlowReturn on_sound(GstAppSink* sink, gpointer chain);
  static GstPadProbeReturn on_decoded(GstPad* pad, GstPadProbeInfo* info, gpointer chain);
  static GstPadProbeReturn on_parsed(GstPad* pad, GstPadProbeInfo* info, gpointer chain);

  SourceSettings settings_;
  SourceSink& sink_;
  bool file_ = false;
  Pipeline pipeline_;
  Instant base_{};
  std::atomic<std::int64_t> last_data_{0};  // nanoseconds; 0: none yet
  std::atomic<std::int64_t> furthest_{0};   // end of the last buffer in running time, for the next round of a file
  std::atomic<bool> ending_{false};

  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  SourceStatus status_;
  StreamTimeline timeline_;
  std::vector<std::unique_ptr<Chain>> chains_;
  std::map<std::string, int> sound_order_;  // stream id: place among the audio streams
  std::map<guint, int> rtsp_sound_order_;   // stream number in the SDP
  int next_sound_ = 0;
  bool has_picture_ = false;

  std::thread thread_;
};

}  // namespace plenary::room
