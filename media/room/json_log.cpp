#include "media/room/json_log.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "media/base/log.h"
#include "media/room/clock.h"

namespace plenary::room {
namespace {

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

void write_line(LogLevel level, std::string_view event, const LogFields& fields) {
  if (level == LogLevel::debug) return;
  nlohmann::json line{{"time_ms", wall_milliseconds()}, {"level", level_name(level)}, {"event", event}};
  for (const auto& [name, value] : fields) line[std::string(name)] = value;
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // One write: lines of several threads never mix.
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void log_as_json() { set_log_sink(write_line); }

}  // namespace plenary::room
