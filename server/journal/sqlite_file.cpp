#include "server/journal/sqlite_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace plenary::server {
namespace {

// One row an event. STRICT, so that a row of the wrong type is refused when it is written and not found years later.
constexpr const char* kSchemaSql = R"sql(
CREATE TABLE event (
  meeting TEXT NOT NULL,
  seq INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (meeting, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), writes INTEGER NOT NULL) STRICT;
INSERT INTO probe VALUES (1, 0);
)sql";

Error error_from(const SQLite::Exception& fault, const std::filesystem::path& file) {
  const std::string what = std::string(": ") + fault.what();
  switch (fault.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"journal_locked", "Another program has locked the journal " + file.string() + "; end it first" + what};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {"journal_corrupt",
              "The journal " + file.string() + " is damaged and was left as it is; restore it from a copy" + what};
    default:
      return {"journal_unusable", "The journal " + file.string() + " cannot be used" + what};
  }
}

int user_version(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

}  // namespace

SqliteFile::SqliteFile() = default;

SqliteFile::~SqliteFile() {
  database_.reset();
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::filesystem::path& file) {
  std::unique_ptr<SqliteFile> opened(new SqliteFile);
  if (Status locked = opened->lock(file); !locked) return locked.error();
  try {
    opened->database_ = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                           kJournalBusyTimeoutMs);
    if (Status prepared = opened->prepare(file); !prepared) return prepared.error();
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, file);
  }
  return opened;
}

Status SqliteFile::lock(const std::filesystem::path& file) {
  const std::string name = file.string() + ".lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    return Error{"journal_unusable",
                 "Cannot write beside the journal " + file.string() + ": " + std::generic_category().message(errno)};
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return Done{};
  return Error{"journal_locked", "Another server uses the journal " + file.string() + "; end it first."};
}

Status SqliteFile::prepare(const std::filesystem::path& file) {
  const int version = user_version(*database_);
  if (version > kJournalSchema) {
    return Error{"journal_newer", "The journal " + file.string() + " was written by a later version (schema " +
                                      std::to_string(version) + ", this one knows " + std::to_string(kJournalSchema) +
                                      "); it was left as it is."};
  }
  const std::string check = database_->execAndGet("PRAGMA quick_check(1)").getString();
  if (check != "ok") {
    return Error{"journal_corrupt", "The journal " + file.string() +
                                        " is damaged and was left as it is; restore it from a copy: " + check};
  }
  if (version == 0 && database_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() > 0) {
    return Error{"journal_unusable", "The file " + file.string() + " is a database, but not a journal."};
  }
  database_->exec("PRAGMA journal_mode = WAL");
  // An acknowledged act survives power loss, so every commit is flushed.
  database_->exec("PRAGMA synchronous = FULL");
  if (version == 0) {
    SQLite::Transaction creation(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    database_->exec(kSchemaSql);
    database_->exec("PRAGMA user_version = " + std::to_string(kJournalSchema));
    creation.commit();
  }
  return probe();
}

Result<std::vector<signaling::StoredEvent>> SqliteFile::load(const std::string& meeting) {
  try {
    std::vector<signaling::StoredEvent> events;
    SQLite::Statement query(*database_, "SELECT seq, wall_ms, type, payload FROM event WHERE meeting = ? ORDER BY seq");
    query.bind(1, meeting);
    while (query.executeStep()) {
      events.push_back({static_cast<std::uint64_t>(query.getColumn(0).getInt64()), query.getColumn(1).getInt64(),
                        query.getColumn(2).getString(), query.getColumn(3).getString()});
    }
    return events;
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, database_->getFilename());
  }
}

std::uint64_t SqliteFile::last_seq(const std::string& meeting) {
  SQLite::Statement query(*database_, "SELECT coalesce(max(seq), 0) FROM event WHERE meeting = ?");
  query.bind(1, meeting);
  query.executeStep();
  return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
}

bool SqliteFile::insert(const MeetingBatch& entry, std::map<std::string, std::uint64_t>& last) {
  auto known = last.find(entry.meeting);
  if (known == last.end()) known = last.emplace(entry.meeting, last_seq(entry.meeting)).first;
  // What does not follow was decided on something that was never saved.
  std::uint64_t expected = known->second;
  for (const signaling::StoredEvent& event : entry.batch.events) {
    if (event.seq != ++expected) return false;
  }
  if (entry.batch.events.empty()) return false;
  SQLite::Statement statement(*database_, "INSERT INTO event VALUES (?, ?, ?, ?, ?)");
  for (const signaling::StoredEvent& event : entry.batch.events) {
    statement.reset();
    statement.bind(1, entry.meeting);
    statement.bind(2, static_cast<std::int64_t>(event.seq));
    statement.bind(3, event.wall_ms);
    statement.bind(4, event.type);
    statement.bind(5, event.payload);
    statement.exec();
  }
  known->second = expected;
  return true;
}

Result<std::vector<bool>> SqliteFile::write(const std::vector<MeetingBatch>& group) {
  std::map<std::string, std::uint64_t> last = last_;
  try {
    std::vector<bool> saved;
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const MeetingBatch& entry : group) saved.push_back(insert(entry, last));
    transaction.commit();
    last_ = std::move(last);
    return saved;
  } catch (const SQLite::Exception& fault) {
    last_.clear();  // read again from what the disk really has
    return error_from(fault, database_->getFilename());
  }
}

Status SqliteFile::probe() {
  try {
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    database_->exec("UPDATE probe SET writes = writes + 1");
    transaction.commit();
    return Done{};
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, database_->getFilename());
  }
}

}  // namespace plenary::server
