// The journal's file: schema, checks at opening, reading and writing of events. One thread at a time; blocks on the
// disk.
#pragma once

#include <cstdint>
#include <filesystem>
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

constexpr int kJournalSchema = 1;  // user_version
// While somebody else holds the file's lock; short, so that the alarm comes within 1 s.
constexpr int kJournalBusyTimeoutMs = 500;

struct MeetingBatch {
  std::string meeting;
  signaling::Batch batch;  // without events: void
};

class SqliteFile {
 public:
  // The codes of open_sqlite_journal().
  static Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& file);
  ~SqliteFile();

  Result<std::vector<signaling::StoredEvent>> load(const std::string& meeting);
  // One transaction, flushed to the disk. For each batch whether it is saved now; an error: none is.
  Result<std::vector<bool>> write(const std::vector<MeetingBatch>& group);
  // Whether writing works at all; leaves nothing behind.
  Status probe();

 private:
  SqliteFile();
  Status lock(const std::filesystem::path& file);
  Status prepare(const std::filesystem::path& file);
  std::uint64_t last_seq(const std::string& meeting);
  bool insert(const MeetingBatch& entry, std::map<std::string, std::uint64_t>& last);

  int lock_ = -1;  // flock on FILE.lock, given up by the kernel when the process ends in any way
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string, std::uint64_t> last_;  // number of each meeting's last saved event
};

}  // namespace plenary::server
