// Pure parts return what happened; only shells log. This is the shells' one way to do it, without knowing where lines
// go: the server installs spdlog, a room process writes JSON lines to stderr.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plenary {

enum class LogLevel : unsigned char { debug, info, warning, error };
using LogFields = std::vector<std::pair<std::string_view, std::string>>;
using LogSink = void (*)(LogLevel level, std::string_view event, const LogFields& fields);

// `event` is a stable word such as "peer.connected"; fields are escaped by the sink, so any bytes may be passed.
void log(LogLevel level, std::string_view event, const LogFields& fields = {});
// Call once before threads start.
void set_log_sink(LogSink sink);

}  // namespace plenary
