// Device checks: sound of people who are no speakers, decoded and measured, and heard by nobody. It knows no mixer, no
// return and no track to write to. Main loop only.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "media/room/command.h"
#include "media/room/level.h"
#include "media/room/reporter.h"
#include "media/room/speaker.h"
#include "media/rtp/frame.h"

namespace plenary::room {

class CheckDesk {
 public:
  // As many as the server lets in (server/app/device_checks.h): each costs a jitter buffer and an Opus decoder, about a
  // hundredth of a core.
  static constexpr std::size_t kMaxChecks = 20;
  static constexpr Duration kReportInterval = std::chrono::seconds(1);  // somebody watches the bar and speaks

  explicit CheckDesk(Reporter& reporter) : reporter_(reporter) {}

  void add(const CheckAdd& command);
  void remove(const std::string& check) { checks_.erase(check); }
  // False: of no check.
  bool on_frame(const rtp::Frame& frame);
  void handle_timeout(Instant now);

 private:
  struct Check {
    std::mutex mutex;
    LevelMeter level;                // guarded by mutex
    std::unique_ptr<Speaker> sound;  // last: its threads use the others
  };

  Reporter& reporter_;
  std::map<std::string, std::unique_ptr<Check>> checks_;
  Instant next_report_{};
};

}  // namespace plenary::room
