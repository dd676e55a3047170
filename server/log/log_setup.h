// Where the server's log lines go: spdlog behind media/base/log.h. One event is one line, whatever its fields hold.
// Logging never makes a caller wait: lines pass through a bounded queue to a thread that writes; a full queue drops its
// oldest, and more than kMaxLinesPerEvent lines of one event in a second are counted instead of written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/log.h"
#include "media/base/time.h"
#include "server/config/config.h"

namespace plenary::server {

constexpr std::size_t kMaxLinesPerEvent = 20;  // a second; an attack must not fill the disk
constexpr std::size_t kLogQueueLines = 8192;   // about 2 MB; a disk that stalls for longer loses the oldest lines
constexpr std::size_t kMaxFieldBytes = 1024;   // a longer value is cut and marked

// Writes to stderr, which systemd keeps. Call once before threads start.
void start_logging(const LogSection& config);
// Writes what is queued; call last.
void stop_logging();

// log_lines, log_lines_limited, log_lines_lost
std::vector<std::pair<std::string, std::uint64_t>> log_counters();

// One line without its end; pure. Invalid UTF-8 becomes U+FFFD, control characters are escaped.
std::string format_log_line(LogFormat format, WallTime time, LogLevel level, std::string_view event,
                            const LogFields& fields);

}  // namespace plenary::server
