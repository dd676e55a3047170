#include "server/bench/fleet.h"

#include <sys/resource.h>

namespace plenary::bench {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto one = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return one(usage.ru_utime) + one(usage.ru_stime);
}

double as_milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }
double as_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

bool options_make_sense(const char* who, const std::string& url, unsigned count, unsigned most, unsigned seconds) {
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  if (http && count > 0 && count <= most && seconds > 0) return true;
  std::fprintf(stderr, "Give --url an http:// or https:// address, --%s 1 to %u and --seconds 1 or more.\n", who, most);
  return false;
}

int conclude(const char* who, const std::string& report, const std::map<std::string, unsigned>& failures) {
  std::fputs(report.c_str(), stdout);
  std::fflush(stdout);
  for (const auto& [word, count] : failures) std::fprintf(stderr, "%u %s failed: %s\n", count, who, word.c_str());
  return failures.empty() ? 0 : 1;
}

}  // namespace plenary::bench
