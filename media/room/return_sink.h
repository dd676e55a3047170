// One way of the return into the room: MPEG-TS with H.264 and AAC over SRT (listener or caller) or UDP. A thread of its
// own opens it and opens it again after a failure.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "media/room/command.h"
#include "media/room/gst_handle.h"
#include "media/room/sound.h"
#include "media/room/video_encoder.h"

namespace plenary::room {

class ReturnSink {
 public:
  static constexpr Duration kRetry = std::chrono::seconds(1);

  struct Outputs {                                                            // any thread
    std::function<void(std::string_view state, const Detail& detail)> state;  // waiting, connected, failed
    std::function<void()> connected;  // somebody begins to look: the next picture should be a key frame
  };

  ReturnSink(ReturnConfig config, Outputs outputs);
  ~ReturnSink();
  ReturnSink(const ReturnSink&) = delete;
  ReturnSink& operator=(const ReturnSink&) = delete;

  [[nodiscard]] const ReturnConfig& config() const { return config_; }
  [[nodiscard]] bool connected() const { return connected_; }
  // Encoder's thread and mixer's thread. Ignored while nobody is connected.
  void push_access_unit(const AccessUnit& unit);
  void push_sound(const SoundFrame& frame);

 private:
  void run();
  bool start();
  void supervise();
  void stop_pipeline();
  void set_connected(bool connected);
  bool set_state(std::string_view state, const Detail& detail);  // false when that is no news
  bool caller_is_connected();

  static void on_caller_added(GstElement* sink, gint socket, gpointer address, gpointer self);
  static void on_caller_removed(GstElement* sink, gint socket, gpointer address, gpointer self);

  ReturnConfig config_;
  Outputs outputs_;
  bool srt_ = false;
  bool listener_ = false;
  Pipeline pipeline_;
  std::atomic<bool> connected_{false};
  std::atomic<int> callers_{0};
  std::atomic<bool> ending_{false};
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  ElementHandle video_;
  ElementHandle audio_;
  bool waits_for_key_frame_ = true;
  std::string state_;
  std::thread thread_;
};

// Is this a return that a ReturnSink can serve?
bool is_return_url(const std::string& url);

}  // namespace plenary::room
