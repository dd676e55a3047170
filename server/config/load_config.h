// Reads a TOML file, lays environment and flags over it and checks all of it: every fault is found in one run.
// Reads files, nothing else; any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/result.h"
#include "server/config/config.h"

namespace plenary::server {

// By name: PLENARY_SECTION_KEY in the environment, "section.key" as a flag. Lists are separated by commas.
using Settings = std::map<std::string, std::string>;

// The variables of this process that begin with PLENARY_.
Settings plenary_environment(const char* const* environ_pointer);

// Later ones win: default < file < environment < flags. Relative paths in the file are meant from its folder.
Result<Config, std::vector<ConfigFault>> load_config(const std::filesystem::path& path, const Settings& environment,
                                                     const Settings& flags = {});
// The same without a file: `plenary demo` and tests.
Result<Config, std::vector<ConfigFault>> parse_config(std::string_view toml_text, std::string_view file_name,
                                                      const Settings& environment, const Settings& flags = {});

// "3m", "15s", "1m30s", "250ms", "8h", "0ms"; nothing negative, no bare number.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// Shape of BCP 47 (RFC 5646): "en", "pt-BR", "zh-Hant"; the language itself must be one of ISO 639-1 or a well-known
// three-letter one.
bool is_language(std::string_view text);

}  // namespace plenary::server
