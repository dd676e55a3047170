#include "server/journal/sqlite_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "server/journal/wal_check.h"

namespace plenary::server {
namespace {

// What leads from each schema to the next. One row an event; STRICT, so that a row of the wrong type is refused when it
// is written and not found years later. A snapshot is a cache: its rows may be deleted at any time.
constexpr std::array<const char*, kJournalSchema> kSchemaSteps = {R"sql(
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
)sql",
                                                                  R"sql(
CREATE TABLE snapshot (meeting TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
)sql"};

Error read_only(const std::filesystem::path& file, const std::string& why) {
  return {"journal_read_only",
          "The journal " + file.string() +
              " cannot be written; give it and its folder to the user that runs the server: " + why};
}

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
    case SQLITE_READONLY:
      return read_only(file, fault.what());
    case SQLITE_FULL:
      return {"journal_full", "The disk of the journal " + file.string() + " is full; make room first" + what};
    default:
      return {"journal_unusable", "The journal " + file.string() + " cannot be used" + what};
  }
}

Status check_version(int version, const std::filesystem::path& file) {
  if (version <= kJournalSchema) return Done{};
  return Error{"journal_newer", "The journal " + file.string() + " was written by a later version (schema " +
                                    std::to_string(version) + ", this one knows " + std::to_string(kJournalSchema) +
                                    "); it was left as it is."};
}

int user_version(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

signaling::StoredEvent event_of(SQLite::Statement& row) {
  return {static_cast<std::uint64_t>(row.getColumn(0).getInt64()), row.getColumn(1).getInt64(),
          row.getColumn(2).getString(), row.getColumn(3).getString()};
}

constexpr const char* kEventsSql =
    "SELECT seq, wall_ms, type, payload FROM event WHERE meeting = ? AND seq > ? ORDER BY seq";

}  // namespace

SqliteFile::SqliteFile() = default;

SqliteFile::~SqliteFile() {
  database_.reset();
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::filesystem::path& file,
                                                     std::uintmax_t checked_at_start) {
  std::unique_ptr<SqliteFile> opened(new SqliteFile);
  if (Status locked = opened->lock(file); !locked) return locked.error();
  if (Status whole = check_log(file); !whole) return whole.error();
  try {
    opened->database_ = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                           kJournalBusyTimeoutMs);
    if (Status prepared = opened->prepare(file, checked_at_start); !prepared) return prepared.error();
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, file);
  }
  return opened;
}

Status SqliteFile::lock(const std::filesystem::path& file) {
  const std::string name = file.string() + ".lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int why = errno;
  const std::string text = std::generic_category().message(why);
  if (lock_ < 0) {
    if (why == EACCES || why == EROFS || why == EPERM) return read_only(file, text);
    return Error{"journal_unusable", "Cannot write beside the journal " + file.string() + ": " + text};
  }
  // SQLite would open what it may not write, and fail at the first event.
  if (::access(file.c_str(), F_OK) == 0 && ::access(file.c_str(), W_OK) != 0) {
    return read_only(file, std::generic_category().message(errno));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return Done{};
  return Error{"journal_locked", "Another server uses the journal " + file.string() + "; end it first."};
}

Status SqliteFile::prepare(const std::filesystem::path& file, std::uintmax_t checked_at_start) {
  const int version = user_version(*database_);
  if (Status known = check_version(version, file); !known) return known;
  std::error_code no_size;
  if (std::filesystem::file_size(file, no_size) <= checked_at_start) {
    if (Status sound = check_pages(*database_, file); !sound) return sound;
  }
  if (version == 0 && database_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() > 0) {
    return Error{"journal_unusable", "The file " + file.string() + " is a database, but not a journal."};
  }
  database_->exec("PRAGMA journal_mode = WAL");
  // An acknowledged act survives power loss, so every commit is flushed.
  database_->exec("PRAGMA synchronous = FULL");
  if (version < kJournalSchema) {
    SQLite::Transaction creation(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    for (int step = version; step < kJournalSchema; ++step) database_->exec(kSchemaSteps.at(step));
    database_->exec("PRAGMA user_version = " + std::to_string(kJournalSchema));
    creation.commit();
  }
  return probe();
}

Result<std::vector<signaling::StoredEvent>> SqliteFile::load(const std::string& meeting, std::uint64_t after) {
  try {
    std::vector<signaling::StoredEvent> events;
    SQLite::Statement query(*database_, kEventsSql);
    query.bind(1, meeting);
    query.bind(2, static_cast<std::int64_t>(after));
    while (query.executeStep()) events.push_back(event_of(query));
    return events;
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, database_->getFilename());
  }
}

Result<std::string> SqliteFile::load_snapshot(const std::string& meeting) {
  try {
    // One of events that the file does not have (a copy was brought back) is of another history.
    SQLite::Statement query(*database_,
                            "SELECT state FROM snapshot WHERE meeting = ?1 AND seq <= "
                            "(SELECT max(seq) FROM event WHERE meeting = ?1)");
    query.bind(1, meeting);
    return query.executeStep() ? query.getColumn(0).getString() : std::string();
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, database_->getFilename());
  }
}

Status SqliteFile::keep_snapshot(const std::string& meeting, const Snapshot& snapshot) {
  try {
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement statement(*database_, "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)");
    statement.bind(1, meeting);
    statement.bind(2, static_cast<std::int64_t>(snapshot.seq));
    statement.bind(3, snapshot.text);
    statement.exec();
    transaction.commit();
    return Done{};
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

Status check_pages(SQLite::Database& database, const std::filesystem::path& file) {
  const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (found == "ok") return Done{};
  return Error{"journal_corrupt",
               "The journal " + file.string() + " is damaged and was left as it is; restore it from a copy: " + found};
}

Status read_journal(const std::filesystem::path& file, const std::string& meeting,
                    const std::function<Status(const signaling::StoredEvent&)>& take) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return Error{"no_journal", "There is no journal " + file.string() + "; give the server's configuration."};
  }
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, kJournalBusyTimeoutMs);
    const int version = user_version(database);
    if (Status known = check_version(version, file); !known) return known;
    if (version == 0) return Error{"journal_unusable", "The file " + file.string() + " is no journal."};
    SQLite::Statement query(database, kEventsSql);
    query.bind(1, meeting);
    query.bind(2, 0);
    while (query.executeStep()) {
      if (Status taken = take(event_of(query)); !taken) return taken;
    }
    return Done{};
  } catch (const SQLite::Exception& fault) {
    return error_from(fault, file);
  }
}

}  // namespace plenary::server
