#include <charconv>

#include "server/config/load_config.h"

namespace plenary::server {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::int64_t kLongest = 366LL * 24 * 3600 * 1000;  // ms; a year is a mistake already
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  // Each unit at most once, the longer first; "ms" before "m" because it begins alike.
  constexpr Unit kUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"ms", 1}, {"m", 60'000}, {"s", 1000}};
  std::int64_t total = 0;
  std::int64_t previous = kLongest;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (unit == nullptr && text.starts_with(candidate.name)) unit = &candidate;
    }
    if (unit == nullptr || unit->milliseconds >= previous) return std::nullopt;
    text.remove_prefix(unit->name.size());
    previous = unit->milliseconds;
    total += std::int64_t{count} * unit->milliseconds;
    if (total > kLongest) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

}  // namespace plenary::server
