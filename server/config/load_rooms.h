// The [[rooms]] of a configuration: each value by itself, and whether they fit together.
#pragma once

#include <filesystem>
#include <vector>

#include "server/config/config.h"
#include "server/config/toml_reader.h"

namespace plenary::server {

// `folder`: where relative paths begin.
std::vector<RoomConfig> load_rooms(TableReader& top, const std::filesystem::path& folder);

}  // namespace plenary::server
