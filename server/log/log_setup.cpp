#include "server/log/log_setup.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

namespace plenary::server {
namespace {

constexpr std::size_t kMaxEvents = 1'000;  // names in the limiter; there are about a hundred in the code

struct Sink {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> limited{0};
  std::mutex mutex;
  std::int64_t second = 0;
  std::map<std::string, std::size_t, std::less<>> in_this_second;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

std::string_view level_word(LogLevel level) {
  static constexpr std::string_view kWords[] = {"debug", "info", "warning", "error"};
  return kWords[static_cast<std::size_t>(level)];
}

std::string cut(const std::string& value) {
  return value.size() <= kMaxFieldBytes ? value : value.substr(0, kMaxFieldBytes) + "…";
}

// Valid UTF-8, in JSON's escapes, quotes included: also the form of a text line's values.
std::string escaped(const std::string& value) {
  return nlohmann::json(cut(value)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_plain(const std::string& value) {
  return !value.empty() && value.size() <= kMaxFieldBytes && value.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:[]") == std::string::npos;
}

bool within_limit(Sink& sink, std::string_view event, std::int64_t second) {
  const std::lock_guard lock(sink.mutex);
  if (second != sink.second || sink.in_this_second.size() > kMaxEvents) {
    sink.second = second;
    sink.in_this_second.clear();
  }
  const auto found = sink.in_this_second.find(event);
  if (found == sink.in_this_second.end()) {
    sink.in_this_second.emplace(event, 1);
    return true;
  }
  return ++found->second <= kMaxLinesPerEvent;
}

void write_line(LogLevel level, std::string_view event, const LogFields& fields) {
  Sink& to = sink();
  if (level < to.level || to.logger == nullptr) return;
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (!within_limit(to, event, now.time_since_epoch().count() / 1000)) {
    to.limited.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  to.lines.fetch_add(1, std::memory_order_relaxed);
  to.logger->log(spdlog::level::info, spdlog::string_view_t(format_log_line(to.format, now, level, event, fields)));
}

std::string time_text(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (time - seconds).count());
}

}  // namespace

std::string format_log_line(LogFormat format, WallTime time, LogLevel level, std::string_view event,
                            const LogFields& fields) {
  if (format == LogFormat::json) {
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":{})", time_text(time), level_word(level),
                                   escaped(std::string(event)));
    for (const auto& [name, value] : fields) line += fmt::format(",{}:{}", escaped(std::string(name)), escaped(value));
    return line + "}";
  }
  std::string line = fmt::format("{} {:7} {}", time_text(time), level_word(level), event);
  for (const auto& [name, value] : fields) line += fmt::format(" {}={}", name, is_plain(value) ? value : escaped(value));
  return line;
}

void start_logging(const LogSection& config) {
  Sink& to = sink();
  to.format = config.format;
  to.level = config.level;
  spdlog::init_thread_pool(kLogQueueLines, 1);
  to.logger = std::make_shared<spdlog::async_logger>("plenary", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                     spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  to.logger->set_pattern("%v");
  set_log_sink(write_line);
}

void stop_logging() {
  set_log_sink(nullptr);
  Sink& to = sink();
  if (to.logger) to.logger->flush();
  to.logger.reset();
  spdlog::shutdown();
}

std::vector<std::pair<std::string, std::uint64_t>> log_counters() {
  Sink& from = sink();
  const auto pool = spdlog::thread_pool();
  return {{"lines", from.lines.load()},
          {"lines_limited", from.limited.load()},
          {"lines_lost", pool ? pool->overrun_counter() : 0}};
}

}  // namespace plenary::server
