#include "media/base/log.h"

namespace plenary {
namespace {

LogSink installed_sink = nullptr;

}  // namespace

void log(LogLevel level, std::string_view event, const LogFields& fields) {
  if (installed_sink != nullptr) installed_sink(level, event, fields);
}

void set_log_sink(LogSink sink) { installed_sink = sink; }

}  // namespace plenary
