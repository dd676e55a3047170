// `plenary demo`: a forum of two rooms with built-in pictures and a tone per language, made of an ordinary
// configuration, and a link for every role.
#pragma once

#include <string>

#include "server/cli/command.h"
#include "server/config/config.h"

namespace plenary::server {

class App;

// The configuration as TOML, so that it passes the same checks as an operator's. With --lan a certificate for this
// host's addresses is made in the data folder.
Result<Config, std::vector<ConfigFault>> make_demo_config(const DemoCommand& command);

// The simulated people's job: a line for people::PeopleProcess, with their tokens.
std::string demo_people(const Config& config, const DemoCommand& command, App& app);

// What the demo prints: an address and a join link for each role.
std::string demo_links(const Config& config, const DemoCommand& command, App& app);

}  // namespace plenary::server
