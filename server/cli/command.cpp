#include "server/cli/command.h"

#include <CLI/CLI.hpp>

#include <sstream>

namespace plenary::server {
namespace {

constexpr const char* kDefaultConfig = "/etc/plenary/plenary.toml";

struct Parsed {
  std::string config = kDefaultConfig;
  std::string http, data, pages, room, role, name, title, organisation, delegation, category, country, where,
      expires = "8h", url, token;
  std::string meeting, format = "csv", out;
  bool lan = false;
  bool aes_cm = false;
  std::uint32_t joins = 50;
  std::int64_t rank = 0;
  std::uint32_t viewers = 1;
  std::uint32_t speakers = 1;
  std::uint32_t seconds = 10;
  std::uint32_t people = DemoCommand{}.people;
  double pace = 1;
};

void add_config(CLI::App& app, Parsed& parsed) {
  app.add_option("--config", parsed.config, "Configuration file")->capture_default_str();
}

// Flags win over the file and the environment.
Settings server_flags(const Parsed& parsed) {
  Settings flags;
  if (!parsed.http.empty()) flags["server.http"] = parsed.http;
  if (!parsed.data.empty()) flags["server.data"] = parsed.data;
  if (!parsed.pages.empty()) flags["server.pages"] = parsed.pages;
  return flags;
}

std::string is_address(const std::string& text) {
  return Address::from_text(text) ? "" : "write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080";
}
std::string is_known_role(const std::string& text) { return is_role(text) ? "" : "one of " + role_names(); }
std::string is_known_category(const std::string& text) { return is_category(text) ? "" : "one of " + category_names(); }
std::string is_known_where(const std::string& text) { return is_where(text) ? "" : "one of " + where_names(); }
std::string is_claim(const std::string& text) {
  return text.size() <= kMaxClaim ? "" : "write at most " + std::to_string(kMaxClaim) + " bytes";
}
std::string is_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration && duration->count() > 0 ? "" : "write a time such as 8h or 90m";
}

struct BenchCommands {
  CLI::App* viewers;
  CLI::App* speakers;
};

BenchCommands add_bench(CLI::App& app, Parsed& parsed) {
  CLI::App* bench = app.add_subcommand("bench", "Load generators");
  bench->require_subcommand(1);
  CLI::App* viewers = bench->add_subcommand("viewers", "Real WebRTC viewers over WHEP; prints JSON");
  viewers->add_option("--url", parsed.url, "WHEP endpoint")->required();
  viewers->add_option("--viewers", parsed.viewers, "How many")->check(CLI::Range(1, 10'000))->required();
  viewers->add_option("--seconds", parsed.seconds, "For how long")->check(CLI::Range(1, 86'400))->required();
  viewers->add_option("--token", parsed.token, "Sent as Bearer");
  viewers->add_option("--joins", parsed.joins, "How many of them join a second (50)")->check(CLI::Range(1, 1'000));
  viewers->add_flag("--aes-cm", parsed.aes_cm, "Offer AES-CM with HMAC-SHA1 and no AES-GCM");
  CLI::App* speakers = bench->add_subcommand("speakers", "Real WebRTC speakers over WHIP; prints JSON");
  speakers->add_option("--url", parsed.url, "WHIP endpoint")->required();
  speakers->add_option("--speakers", parsed.speakers, "How many")->check(CLI::Range(1, 1'000))->required();
  speakers->add_option("--seconds", parsed.seconds, "For how long")->check(CLI::Range(1, 86'400))->required();
  speakers->add_option("--token", parsed.token, "Sent as Bearer");
  return {viewers, speakers};
}

CLI::App* add_token(CLI::App& app, Parsed& parsed) {
  CLI::App* token = app.add_subcommand("token", "Print a join token");
  add_config(*token, parsed);
  token->add_option("--room", parsed.room, "Room id, or * for all")->required();
  token->add_option("--role", parsed.role, role_names())->required()->check(is_known_role);
  token->add_option("--name", parsed.name, "The person's name")->required()->check(is_claim);
  token->add_option("--title", parsed.title, "The person's title, such as Minister")->check(is_claim);
  token->add_option("--organisation", parsed.organisation, "Organisation or delegation")->check(is_claim);
  token
      ->add_option("--delegation", parsed.delegation,
                   "Delegation, where it is not the organisation; shown instead of it")
      ->check(is_claim);
  token->add_option("--category", parsed.category, category_names())->check(is_known_category);
  token->add_option("--country", parsed.country, "The person's country")->check(is_claim);
  token
      ->add_option("--rank", parsed.rank,
                   "Protocol rank: in a list by protocol 1 speaks before 2, and who has none after all who have one")
      ->check(CLI::Range(std::int64_t{1}, kMaxRank));
  token->add_option("--where", parsed.where, "Where they are: " + where_names())->check(is_known_where);
  token->add_option("--expires", parsed.expires, "Valid for this long")->check(is_duration)->capture_default_str();
  return token;
}

Command token_command(const Parsed& parsed) {
  Claims claims{.subject = parsed.room + "/" + parsed.name,
                .name = parsed.name,
                .title = parsed.title,
                .role = parsed.role,
                .room = parsed.room,
                .organisation = parsed.organisation,
                .delegation = parsed.delegation,
                .category = parsed.category,
                .country = parsed.country,
                .where = parsed.where,
                .rank = parsed.rank};
  if (const std::string fault = is_claim(claims.subject); !fault.empty()) {
    return UsageAnswer{kExitUsage, "--room and --name together: " + fault + "\n"};
  }
  return TokenCommand{parsed.config, std::move(claims), *parse_duration(parsed.expires)};
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  CLI::App app("Plenary: remote participation and live streaming for conferences", "plenary");
  app.require_subcommand(1);
  Parsed parsed;

  CLI::App* serve = app.add_subcommand("serve", "Run the server");
  add_config(*serve, parsed);
  serve->add_option("--http", parsed.http, "HTTP and WebSocket address")->check(is_address);
  serve->add_option("--data", parsed.data, "Folder for the database and the secret");
  serve->add_option("--pages", parsed.pages, "Folder of the built web client");

  CLI::App* demo = app.add_subcommand("demo", "Two rooms with built-in pictures and tones; prints one URL per role");
  CLI::Option* demo_http = demo->add_option("--http", parsed.http, "HTTP address; 127.0.0.1:8080")->check(is_address);
  demo->add_option("--data", parsed.data, "Folder for the demo's database");
  demo->add_flag("--lan", parsed.lan, "HTTPS with an own certificate, addresses for other devices");
  demo->add_option("--people", parsed.people, "Simulated people who ask and speak, over both rooms; 0: none")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  demo->add_option("--pace", parsed.pace, "How many times faster than people usually do they do things")
      ->check(CLI::Range(0.25, 10.0))
      ->capture_default_str();

  CLI::App* check =
      app.add_subcommand("check-config", "Every fault of a configuration with file:line:column and a hint");
  add_config(*check, parsed);

  const CLI::App* token = add_token(app, parsed);

  CLI::App* record = app.add_subcommand("export", "The speakers' list with times, also beside a running server");
  add_config(*record, parsed);
  record->add_option("meeting", parsed.meeting, "Room id, or meeting id")->required();
  record->add_option("--format", parsed.format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  record->add_option("--out", parsed.out, "File; else stdout");
  record->add_option("--data", parsed.data, "Folder of the database; else the configuration's");

  const BenchCommands bench = add_bench(app, parsed);

  CLI::App* people = app.add_subcommand("people", "Simulated people; started by demo")->group("");
  CLI::App* version = app.add_subcommand("version", "Print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = app.exit(error, out, err);
    return status == 0 ? UsageAnswer{kExitSuccess, out.str()} : UsageAnswer{kExitUsage, err.str()};
  }
  if (*serve) return ServeCommand{parsed.config, server_flags(parsed)};
  if (*demo) {
    DemoCommand command{.data = parsed.data,
                        .lan = parsed.lan,
                        .http_given = demo_http->count() > 0,
                        .people = parsed.people,
                        .pace = parsed.pace};
    if (command.http_given) command.http = *Address::from_text(parsed.http);
    return command;
  }
  if (*check) return CheckConfigCommand{parsed.config};
  if (*token) return token_command(parsed);
  if (*record) return ExportCommand{parsed.config, parsed.data, parsed.meeting, parsed.format == "json", parsed.out};
  if (*bench.viewers)
    return BenchViewersCommand{parsed.url, parsed.token, parsed.viewers, parsed.seconds, parsed.joins, parsed.aes_cm};
  if (*bench.speakers) return BenchSpeakersCommand{parsed.url, parsed.token, parsed.speakers, parsed.seconds};
  if (*people) return PeopleCommand{};
  if (*version) return VersionCommand{};
  return UsageAnswer{kExitUsage, app.help()};
}

}  // namespace plenary::server
