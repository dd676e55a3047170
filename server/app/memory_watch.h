// How much of the memory that this server may use is left, and whom it still lets in. The limit is the least of those
// that hold: each control group above it (cgroup v2: memory.max, memory.high), the machine (MemAvailable), and the
// process' own address space (RLIMIT_AS, where somebody set it).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "media/base/time.h"

namespace plenary::server {

enum class Memory : std::uint8_t {
  ample,
  tight,      // no new viewers; who runs the meeting and who speaks still comes in
  exhausted,  // nobody new
};

constexpr Duration kMemoryLook = std::chrono::seconds(1);
// A thousand viewers are 25 MB, a second of encoding a few: a tenth of a small machine is minutes of warning.
constexpr int kTightPercent = 90;
constexpr int kExhaustedPercent = 97;
constexpr int kMemoryBackPercent = 5;  // below either before it counts as over: people do not come and go with it

// Of a larger limit only the last so many bytes count: half a gigabyte that is left is enough anywhere.
constexpr std::uint64_t kMemoryWhole = std::uint64_t{5} << 30;

// Of the limit that is nearest; nothing where none can be read.
struct MemoryUse {
  int percent = 0;
  std::string_view limit;  // "cgroup", "machine", "address_space"
};
// `root` in place of /, for tests. `address_space`: bytes; nothing: not limited.
std::optional<MemoryUse> read_memory_use(const std::filesystem::path& root, std::optional<std::uint64_t> address_space);
// RLIMIT_AS.
std::optional<std::uint64_t> address_space_limit();

class MemoryWatch {
 public:
  // True: the state has changed.
  bool update(const std::optional<MemoryUse>& use);
  // An allocation failed.
  void handle_failure() { state_ = Memory::exhausted; }
  [[nodiscard]] Memory state() const { return state_; }
  [[nodiscard]] MemoryUse use() const { return use_; }

 private:
  Memory state_ = Memory::ample;
  MemoryUse use_;
};

}  // namespace plenary::server
