#include "server/app/memory_watch.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace plenary::server {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Nothing: no number, as "max".
std::optional<std::uint64_t> number_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// Of a line that begins so.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view name) {
  std::size_t at = text.starts_with(name) ? 0 : text.find("\n" + std::string(name));
  if (at == std::string_view::npos) return std::nullopt;
  at += at == 0 ? 0 : 1;
  return number_at(text.substr(at + name.size()));
}

constexpr std::uint64_t kKibibyte = 1'024;

int percent_of(std::uint64_t used, std::uint64_t limit) {
  const std::uint64_t whole = std::min(limit, kMemoryWhole);
  const std::uint64_t left = std::min(limit - std::min(used, limit), whole);
  return whole == 0 ? 100 : static_cast<int>((whole - left) * 100 / whole);
}

// What the kernel takes back by itself (files that were read and are not used) is not in use.
std::optional<int> group_percent(const std::filesystem::path& group) {
  std::optional<std::uint64_t> limit = number_at(read_text(group / "memory.max"));
  if (const auto high = number_at(read_text(group / "memory.high"))) limit = std::min(limit.value_or(*high), *high);
  const std::optional<std::uint64_t> current = number_at(read_text(group / "memory.current"));
  if (!limit || !current) return std::nullopt;
  const std::uint64_t files = number_after(read_text(group / "memory.stat"), "inactive_file ").value_or(0);
  return percent_of(*current - std::min(files, *current), *limit);
}

}  // namespace

std::optional<MemoryUse> read_memory_use(const std::filesystem::path& root,
                                         std::optional<std::uint64_t> address_space) {
  std::optional<MemoryUse> worst;
  const auto look = [&worst](std::optional<int> percent, std::string_view limit) {
    if (percent && (!worst || *percent > worst->percent)) worst = MemoryUse{.percent = *percent, .limit = limit};
  };
  // The line of cgroup v2: "0::/system.slice/plenary.service".
  const std::string groups = read_text(root / "proc/self/cgroup");
  if (const std::size_t at = groups.find("0::/"); at != std::string::npos) {
    const std::string path = groups.substr(at + 4, groups.find('\n', at) - at - 4);
    const std::filesystem::path top = root / "sys/fs/cgroup";
    std::filesystem::path group = top;
    look(group_percent(group), "cgroup");
    for (const std::filesystem::path& part : std::filesystem::path(path)) {
      group /= part;
      look(group_percent(group), "cgroup");
    }
  }
  const std::string machine = read_text(root / "proc/meminfo");
  const auto total = number_after(machine, "MemTotal:");
  const auto available = number_after(machine, "MemAvailable:");
  if (total && available)
    look(percent_of((*total - std::min(*available, *total)) * kKibibyte, *total * kKibibyte), "machine");
  if (address_space) {
    const auto pages = number_at(read_text(root / "proc/self/statm"));
    if (pages)
      look(percent_of(*pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)), *address_space), "address_space");
  }
  return worst;
}

std::optional<std::uint64_t> address_space_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

bool MemoryWatch::update(const std::optional<MemoryUse>& use) {
  if (!use) return false;
  use_ = *use;
  const Memory before = state_;
  const auto at_least = [&](int percent, Memory state) {
    return use_.percent >= percent - (state_ >= state ? kMemoryBackPercent : 0);
  };
  const Memory now = at_least(kExhaustedPercent, Memory::exhausted) ? Memory::exhausted
                     : at_least(kTightPercent, Memory::tight)       ? Memory::tight
                                                                    : Memory::ample;
  state_ = now;
  return now != before;
}

}  // namespace plenary::server
