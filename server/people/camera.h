// Camera and microphone of somebody simulated: a room process of their own, whose built-in picture and voice come as
// encoded frames. It runs only while somebody needs it, so nothing is encoded for people who only wait.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/base/time.h"
#include "media/forward/counters.h"
#include "media/io/feed_socket.h"
#include "media/rtp/frame.h"
#include "server/people/cast.h"
#include "server/room_link/room_link.h"

namespace plenary::people {

class Camera {
 public:
  // `voice`: a sound file with their speech; empty: the room process's own voice. `epoll` watches the descriptors with
  // `mark` as data.
  Camera(const std::filesystem::path& program, const Character& character, const std::filesystem::path& voice,
         int epoll, std::uint64_t mark, Instant now);
  ~Camera();
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  // What has come since; in order.
  std::vector<rtp::Frame> take_frames(Instant now);
  void request_key_frame();
  // Asks the process to end. It has when ended() says so; who destroys the camera before waits for it.
  void stop(Instant now);
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] Instant next_timeout() const { return link_.next_timeout(); }
  // Counts starts that failed and processes that died unasked.
  [[nodiscard]] unsigned failures() const { return failures_; }

 private:
  void start(Instant now);
  void take_reports(Instant now);
  void watch(int descriptor);
  void unwatch(int descriptor);

  const int epoll_;
  const std::uint64_t mark_;
  server::RoomLink link_;
  std::unique_ptr<io::FeedSocket> feed_;
  Counters counters_;
  std::map<std::uint16_t, MediaKind> tracks_;
  std::optional<std::uint16_t> video_;
  bool stopping_ = false;
  bool ended_ = false;
  unsigned failures_ = 0;
};

}  // namespace plenary::people
