// What the command line asks for. Pure: nothing is opened, printed or ended here.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

#include "media/base/address.h"
#include "server/auth/claims.h"
#include "server/config/load_config.h"

namespace plenary::server {

constexpr int kExitSuccess = 0;
constexpr int kExitFault = 1;  // a line on stderr explains it
constexpr int kExitUsage = 2;

struct ServeCommand {
  std::filesystem::path config;
  Settings flags;  // for load_config()
};

struct DemoCommand {
  Address http = Address::v4(127, 0, 0, 1, 8080);
  std::filesystem::path data;  // empty: a folder of its own under the user's cache
  bool lan = false;            // own certificate, addresses for other devices
  bool http_given = false;     // --http was written
  std::uint32_t people = 12;   // simulated, over its rooms
  double pace = 1;             // of these people; more is faster
  Settings flags;
};

struct CheckConfigCommand {
  std::filesystem::path config;
};

struct TokenCommand {
  std::filesystem::path config;
  Claims claims;  // without exp
  std::chrono::milliseconds expires = std::chrono::hours(8);
};

struct ExportCommand {
  std::filesystem::path config;
  std::filesystem::path data;  // not empty: the folder of the journal, whatever the configuration says
  std::string meeting;         // a room without a programme has one with the room's id
  bool json = false;           // else CSV
  std::filesystem::path out;   // empty: stdout
};

struct BenchViewersCommand {
  std::string url;
  std::string token;  // sent as Bearer when not empty
  std::uint32_t viewers = 1;
  std::uint32_t seconds = 10;
  std::uint32_t joins = 50;  // a second
  bool aes_cm = false;       // offer no AES-GCM
};

struct BenchSpeakersCommand {
  std::string url;
  std::string token;  // sent as Bearer when not empty
  std::uint32_t speakers = 1;
  std::uint32_t seconds = 10;
};

// The simulated people of a demo, which starts this program so.
struct PeopleCommand {};

struct VersionCommand {};

// Nothing to run: help was asked for (status 0, text for stdout) or the usage is wrong (status 2, text for stderr).
struct UsageAnswer {
  int status = kExitUsage;
  std::string text;
};

using Command = std::variant<ServeCommand, DemoCommand, CheckConfigCommand, TokenCommand, ExportCommand,
                             BenchViewersCommand, BenchSpeakersCommand, PeopleCommand, VersionCommand, UsageAnswer>;

Command parse_command_line(int argc, const char* const* argv);

}  // namespace plenary::server
