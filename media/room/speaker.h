// A remote speaker's way in: RTP as the browser sent it, through a jitter buffer and a decoder, to pictures and sound.
// Whether anybody hears them is the mixer's matter.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "media/room/command.h"
#include "media/room/frame_thinner.h"
#include "media/room/gst_handle.h"
#include "media/room/sound.h"
#include "media/room/speech_meter.h"
#include "media/rtp/av1.h"
#include "media/rtp/frame.h"

namespace plenary::room {

class Speaker {
 public:
  static constexpr Duration kNoPicture = std::chrono::milliseconds(700);  // packets but no picture: ask for a key frame
  static constexpr Duration kAskAgain = std::chrono::milliseconds(500);   // the server's own limit to browsers

  struct Outputs {  // decoders' threads
    std::function<void(Instant captured, SoundValues values)> sound;
    std::function<void(const Picture& picture)> picture;
    std::function<void()> decoding;   // once, at the first decoded sound (or picture, of a speaker without sound)
    std::function<void()> key_frame;  // the decoder needs one
  };

  Speaker(SpeakerAdd settings, Outputs outputs);
  ~Speaker();
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  [[nodiscard]] const std::string& id() const { return settings_.speaker; }
  [[nodiscard]] bool owns(std::uint16_t track) const;
  // Main loop.
  void push(const rtp::Frame& frame);
  void handle_timeout(Instant now);
  // What their voice is like; nothing until they have spoken a little.
  std::optional<SpeechQuality> measure_speech();

 private:
  struct Leg {  // one stream's pipeline
    Pipeline pipeline;
    ElementHandle input;
    ElementHandle sink;
  };

  void start_sound();
  void start_picture();
  void join_units();
  void push_packets(Leg& leg, const rtp::Frame& frame);
  // The key frame that it begins names a picture too large to decode.
  bool is_too_large(Bytes packet);
  bool failed(const Leg& leg);
  void ask_key_frame(Instant now);
  void note_decoded(bool sound);
  void listen(SoundValues values);

  static GstFlowReturn on_packet(GstAppSink* sink, gpointer self);
  static GstFlowReturn on_sound(GstAppSink* sink, gpointer self);
  static GstFlowReturn on_picture(GstAppSink* sink, gpointer self);
  static GstPadProbeReturn on_decoded(GstPad* pad, GstPadProbeInfo* info, gpointer self);
  static GstPadProbeReturn on_upstream_event(GstPad* pad, GstPadProbeInfo* info, gpointer self);

  SpeakerAdd settings_;
  bool told_too_large_ = false;  // once is enough: a hostile sender sends it again and again
  Outputs outputs_;
  Leg sound_;
  Leg picture_;
  // AV1: packets in order come out of the first, temporal units go into the second.
  ElementHandle packets_;
  ElementHandle units_;
  rtp::Av1Depacketizer depacketizer_;  // jitter buffer's thread
  FrameThinner thinner_;               // decoder's thread
  std::mutex meter_mutex_;
  SpeechMeter meter_;  // guarded by meter_mutex_
  std::atomic<bool> decoding_{false};
  std::atomic<std::int64_t> last_picture_{0};  // nanoseconds
  std::atomic<std::int64_t> last_picture_packet_{0};
  std::atomic<std::int64_t> last_asked_{0};
};

}  // namespace plenary::room
