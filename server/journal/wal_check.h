// Whether the log of the journal's database (FILE-wal) still has all that was promised from it. SQLite reads a log that
// was cut short, or is damaged within, up to there and says nothing, as it has to after a crash in the middle of a
// write. Its index (FILE-shm) tells the two apart: it counts what was committed, and counts it only after the flush.
#pragma once

#include <filesystem>

#include "media/base/result.h"

namespace plenary::server {

// Before SQLite opens the file, which rewrites the index from the log. Without an index, or with one of another log
// (a copy was brought back, the machine went down before it was written), nothing more is known than what the log says.
Status check_log(const std::filesystem::path& file);

}  // namespace plenary::server
