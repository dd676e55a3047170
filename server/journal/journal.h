// Where events become durable. One writer, in order; what is reported saved survives kill -9 and power loss. The
// control thread appends and collects completions; nothing here blocks it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/base/result.h"
#include "signaling/meeting/meeting.h"

namespace plenary::server {

struct Completion {
  std::string meeting;
  signaling::Ticket ticket{};
  bool saved = false;
};

class Journal {
 public:
  virtual ~Journal() = default;

  // Everything of one meeting, in order. Only before the first append to it.
  virtual Result<std::vector<signaling::StoredEvent>> load(const std::string& meeting) = 0;

  // Consecutive to the meeting's last append; a batch that does not follow what was saved is not saved (so that
  // everything decided after a failure fails too). A full queue completes as not saved. Control thread only.
  virtual void append(const std::string& meeting, signaling::Batch batch) = 0;

  // Readable when poll_completion() has something.
  [[nodiscard]] virtual int descriptor() const = 0;
  virtual std::optional<Completion> poll_completion() = 0;  // in the order of append, for each meeting

  // The alarm: the last write did not work. Tried again every second by itself.
  [[nodiscard]] virtual bool failing() const = 0;
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> counters() const = 0;
};

constexpr std::size_t kMaxJournalQueue =
    4'096;  // batches waiting for the disk; at 1 ms a commit group far from reached

// Creates the file if absent. Refuses, and leaves the file as it is: `journal_newer` (a later version's schema),
// `journal_locked` (another server), `journal_corrupt` (quick_check), `journal_unusable` (everything else).
Result<std::unique_ptr<Journal>> open_sqlite_journal(const std::filesystem::path& file);

}  // namespace plenary::server
