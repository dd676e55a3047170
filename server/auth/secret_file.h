// The file with the secret that signs join tokens. Reads and writes that file, nothing else.
#pragma once

#include <filesystem>
#include <string>

#include "media/base/random.h"
#include "media/base/result.h"

namespace plenary::server {

// The bytes of the file without a line end behind them. Refused: fewer than kMinSecret bytes, more than 4096, readable
// by others than owner and group. Error.code: missing, unreadable, too_short, too_long, too_open.
Result<std::string> read_secret_file(const std::filesystem::path& path);

// Reads it; makes it with mode 0600 and 48 random characters if it does not exist (of two processes that start at once,
// both get the same one).
Result<std::string> read_or_make_secret_file(const std::filesystem::path& path, RandomSource& random);

}  // namespace plenary::server
