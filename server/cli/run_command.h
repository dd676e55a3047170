// The commands that need no server: each prints and returns the exit status.
#pragma once

#include <filesystem>
#include <optional>

#include "server/cli/command.h"

namespace plenary::server {

// The configuration, or std::nullopt after its faults went to stderr; warnings go there too.
std::optional<Config> load_config_or_explain(const std::filesystem::path& path, const Settings& flags);

int run_check_config(const CheckConfigCommand& command);
int run_token(const TokenCommand& command);  // prints the token on stdout
int run_export(const ExportCommand& command);
int run_version();

}  // namespace plenary::server
