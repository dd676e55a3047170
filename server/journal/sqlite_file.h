// The journal's file: schema, checks at opening, reading and writing of events. One thread at a time; blocks on the
// disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "media/base/result.h"
#include "signaling/meeting/meeting.h"

namespace SQLite {
class Database;
}

namespace plenary::server {

constexpr int kJournalSchema = 2;  // user_version
// While somebody else holds the file's lock; short, so that the alarm comes within 1 s.
constexpr int kJournalBusyTimeoutMs = 500;

struct Snapshot {
  std::uint64_t seq = 0;  // of the last event in it
  std::string text;
};

struct MeetingBatch {
  std::string meeting;
  signaling::Batch batch;  // without events: void
};

class SqliteFile {
 public:
  // The codes of open_sqlite_journal().
  static Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& file, std::uintmax_t checked_at_start);
  ~SqliteFile();

  Result<std::vector<signaling::StoredEvent>> load(const std::string& meeting, std::uint64_t after);
  Result<std::string> load_snapshot(const std::string& meeting);  // empty: none
  Status keep_snapshot(const std::string& meeting, const Snapshot& snapshot);
  // One transaction, flushed to the disk. For each batch whether it is saved now; an error: none is.
  Result<std::vector<bool>> write(const std::vector<MeetingBatch>& group);
  // Whether writing works at all; leaves nothing behind.
  Status probe();

 private:
  SqliteFile();
  Status lock(const std::filesystem::path& file);
  Status prepare(const std::filesystem::path& file, std::uintmax_t checked_at_start);
  std::uint64_t last_seq(const std::string& meeting);
  bool insert(const MeetingBatch& entry, std::map<std::string, std::uint64_t>& last);

  int lock_ = -1;  // flock on FILE.lock, given up by the kernel when the process ends in any way
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string, std::uint64_t> last_;  // number of each meeting's last saved event
};

// Every page; `journal_corrupt`. Throws what SQLite throws when it cannot even look.
Status check_pages(SQLite::Database& database, const std::filesystem::path& file);

}  // namespace plenary::server
