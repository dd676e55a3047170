#include "media/room/json_log.h"

#include <glib.h>
#include <unistd.h>

#include <atomic>

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

// A library that complains about every buffer must not fill the disk.
constexpr std::int64_t kGlibLinesASecond = 10;

GLogWriterOutput write_glib(GLogLevelFlags level, const GLogField* fields, gsize count, gpointer) {
  static std::atomic<std::int64_t> second{0};
  static std::atomic<std::int64_t> lines{0};
  const std::int64_t now = wall_milliseconds() / 1'000;
  if (second.exchange(now) != now) lines = 0;
  if (level > G_LOG_LEVEL_WARNING || ++lines > kGlibLinesASecond) return G_LOG_WRITER_HANDLED;
  std::string message;
  for (gsize i = 0; i < count; ++i) {
    if (std::string_view(fields[i].key) != "MESSAGE" || fields[i].value == nullptr) continue;
    const auto* text = static_cast<const char*>(fields[i].value);
    message = fields[i].length < 0 ? std::string(text) : std::string(text, static_cast<std::size_t>(fields[i].length));
  }
  write_line(LogLevel::warning, "glib", {{"message", message}});
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void log_as_json() {
  set_log_sink(write_line);
  g_log_set_writer_func(write_glib, nullptr, nullptr);
}

}  // namespace plenary::room
