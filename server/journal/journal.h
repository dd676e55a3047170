// Where events become durable. One writer, in order; what is reported saved survives kill -9 and power loss. The
// control thread appends and collects completions; nothing here blocks it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

  // The events of one meeting after that number (0: all), in order. Only before the first append to it.
  virtual Result<std::vector<signaling::StoredEvent>> load(const std::string& meeting, std::uint64_t after) = 0;
  // The text of keep_snapshot() that is on the disk, empty: none. Also only before the first append.
  virtual Result<std::string> load_snapshot(const std::string& meeting) = 0;
  // The state after the meeting's event `seq`, which is saved. A cache: written when it suits, lost without harm.
  virtual void keep_snapshot(const std::string& meeting, std::uint64_t seq, std::string text) = 0;

  // Consecutive to the meeting's last append; a batch that does not follow what was saved is not saved (so that
  // everything decided after a failure fails too). A full queue completes as not saved. Control thread only.
  virtual void append(const std::string& meeting, signaling::Batch batch) = 0;

  // Readable when poll_completion() has something.
  [[nodiscard]] virtual int descriptor() const = 0;
  virtual std::optional<Completion> poll_completion() = 0;  // in the order of append, for each meeting

  // The alarm: the last write did not work. Tried again every second by itself.
  [[nodiscard]] virtual bool failing() const = 0;
  // Damage in old pages of a large file, found while running; what was loaded is sound. See the log.
  [[nodiscard]] virtual bool damaged() const = 0;
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> counters() const = 0;
};

constexpr std::size_t kMaxJournalQueue =
    4'096;  // batches waiting for the disk; at 1 ms a commit group far from reached

// Events after which a meeting's state is kept again: an hour of the busiest list. Folding as many takes some
// milliseconds at the start.
constexpr std::uint64_t kSnapshotEvery = 1'000;

// Bytes. Files up to this size are looked through before the server starts, which takes a fraction of a second; of larger
// ones the pages that the start reads, and the rest while the server runs.
constexpr std::uintmax_t kCheckedAtStart = 64 * 1024 * 1024;

// Creates the file if absent. Refuses, and leaves the file as it is: `journal_newer` (a later version's schema),
// `journal_locked` (another server), `journal_corrupt` (a damaged page), `journal_read_only` (file, folder or disk),
// `journal_full` (the disk), `journal_unusable` (everything else).
Result<std::unique_ptr<Journal>> open_sqlite_journal(const std::filesystem::path& file,
                                                     std::uintmax_t checked_at_start = kCheckedAtStart);

// What Meeting::open() needs: the last snapshot where it can be read, and the events after it.
Result<signaling::History> load_history(Journal& journal, const signaling::Rules& rules);

// Each event of a meeting in order, beside a running server: nothing is locked or written. Stops at the first error of
// `take`. Codes as above, and `no_journal`.
Status read_journal(const std::filesystem::path& file, const std::string& meeting,
                    const std::function<Status(const signaling::StoredEvent&)>& take);

}  // namespace plenary::server
