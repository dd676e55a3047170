// The server's side of one room process: starts it, talks JSON with it, notices its end or hanging, and starts it
// again. Runs on the control thread and never blocks. The owner watches `descriptor()` and calls handle_readable();
// calls handle_timeout() when next_timeout() has come.
#pragma once

#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "media/base/result.h"
#include "media/base/time.h"

namespace plenary::server {

// A process that died is started again after this; doubled at each failure in a row up to the longest.
constexpr Duration kRestartAfter = std::chrono::milliseconds(250);
constexpr Duration kLongestRestartAfter = std::chrono::seconds(2);
// `levels` comes twice a second; a process silent for this long hangs and is killed.
constexpr std::size_t kReportsAtOnce = 64;  // the loop comes again for more; other rooms have their turn between
constexpr Duration kHangAfter = std::chrono::seconds(5);
// Looked at so much later than wanted: this process stood still, or the machine did with both. It is not held against
// the other one.
constexpr Duration kLateIsPause = std::chrono::milliseconds(100);
// Loading GStreamer's registry for the first time on a slow disk takes seconds.
constexpr Duration kFirstReportWithin = std::chrono::seconds(20);
constexpr std::size_t kMaxControlMessage = 64 * 1024;
constexpr std::size_t kMaxWaitingCommands = 1'024;  // more: the process hangs and is killed; commands are never dropped

class RoomLink {
 public:
  // `configure` is the first command, sent at each start.
  RoomLink(std::filesystem::path program, std::string room, std::string configure);
  ~RoomLink();  // SIGTERM, then SIGKILL
  RoomLink(const RoomLink&) = delete;
  RoomLink& operator=(const RoomLink&) = delete;

  // Starts the process; returns our end of the frame pair, which the caller owns.
  Result<int> start(Instant now);
  void send(const nlohmann::json& command);
  // Reports that have come; the last call before the end of the process returns what it had still said.
  std::vector<nlohmann::json> handle_readable(Instant now);
  // True when the process has just been found dead or hanging: the caller unwatches the descriptor, and starts it again
  // when next_timeout() has come.
  bool handle_timeout(Instant now);

  [[nodiscard]] bool running() const { return control_ >= 0; }
  [[nodiscard]] bool start_is_due(Instant now) const { return control_ < 0 && now >= restart_at_; }
  [[nodiscard]] int descriptor() const { return control_; }
  // So that several end at the same time; the destructor waits for it.
  void ask_to_end();
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] Instant next_timeout() const;
  // Given to send() while no process ran.
  [[nodiscard]] std::uint64_t commands_dropped() const { return commands_dropped_; }
  [[nodiscard]] unsigned restarts() const { return starts_ == 0 ? 0 : starts_ - 1; }

 private:
  void flush();
  [[nodiscard]] bool has_report() const;
  void end(Instant now, const char* reason);
  void close_ended_control();

  std::filesystem::path program_;
  std::string room_;
  std::string configure_;
  int control_ = -1;
  int ended_control_ = -1;
  pid_t process_ = -1;
  bool asked_to_end_ = false;
  std::vector<pid_t> dying_;  // killed, not yet gone
  unsigned starts_ = 0;
  std::uint64_t commands_dropped_ = 0;
  unsigned failures_in_a_row_ = 0;
  bool ended_ = false;
  Instant started_at_{};
  Instant last_report_{};
  Instant looked_at_{};  // by handle_timeout()
  Instant restart_at_{};
  std::deque<std::string> waiting_;
};

}  // namespace plenary::server
