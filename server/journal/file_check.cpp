#include "server/journal/file_check.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "media/base/log.h"
#include "server/journal/sqlite_file.h"

namespace plenary::server {

FileCheck::FileCheck(const std::filesystem::path& file) {
  try {
    database_ = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY, kJournalBusyTimeoutMs);
  } catch (const SQLite::Exception& fault) {
    log(LogLevel::warning, "journal.not_checked", {{"detail", fault.what()}});
    return;
  }
  thread_ = std::thread([this, file] { run(file); });
}

FileCheck::~FileCheck() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void FileCheck::run(const std::filesystem::path& file) {
  constexpr int kSteps = 10'000;  // of SQLite's machine between two looks at stopping_, less than a millisecond
  const auto should_stop = [](void* self) { return static_cast<FileCheck*>(self)->stopping_ ? 1 : 0; };
  sqlite3_progress_handler(database_->getHandle(), kSteps, should_stop, this);
  try {
    const Status sound = check_pages(*database_, file);
    if (sound) return;
    damaged_ = true;
    log(LogLevel::error, "journal.damaged", {{"detail", sound.error().message}});
  } catch (const SQLite::Exception& fault) {
    if (fault.getErrorCode() == SQLITE_INTERRUPT) return;
    damaged_ = fault.getErrorCode() == SQLITE_CORRUPT;
    log(LogLevel::error, "journal.not_checked", {{"detail", fault.what()}});
  }
}

}  // namespace plenary::server
