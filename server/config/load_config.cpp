#include "server/config/load_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <fstream>
#include <system_error>

#include "server/config/load_rooms.h"
#include "server/config/meeting_type.h"
#include "server/config/toml_reader.h"
#include "server/config/usable_cpus.h"
#include "server/config/words.h"

namespace plenary::server {
namespace {

using namespace std::string_view_literals;
namespace fs = std::filesystem;

enum class KeyType : std::uint8_t { text, number, flag, list, numbers };
struct Key {
  std::string_view section, name;
  KeyType type = KeyType::text;

  [[nodiscard]] std::string path() const { return std::string(section) + "." + std::string(name); }
  [[nodiscard]] std::string variable() const {
    std::string text = "PLENARY_" + std::string(section) + "_" + std::string(name);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
  }
};

// What environment and flags can set; rooms are for the file.
constexpr auto kKeys = std::to_array<Key>({
    {"server", "http"},
    {"server", "udp"},
    {"server", "tcp"},
    {"server", "public_address", KeyType::list},
    {"server", "shards", KeyType::number},
    {"server", "cpus", KeyType::numbers},
    {"server", "data"},
    {"server", "pages"},
    {"server", "tls_certificate"},
    {"server", "tls_key"},
    {"server", "metrics_token_file"},
    {"auth", "secret_file"},
    {"auth", "anonymous"},
    {"turn", "urls", KeyType::list},
    {"turn", "secret_file"},
    {"sources", "allow", KeyType::list},
    {"floor", "type"},
    {"floor", "order"},
    {"floor", "list"},
    {"floor", "speakers_max", KeyType::number},
    {"floor", "statement"},
    {"floor", "statement_government"},
    {"floor", "statement_private_sector"},
    {"floor", "statement_civil_society"},
    {"floor", "statement_academia"},
    {"floor", "statement_international_organization"},
    {"floor", "question"},
    {"floor", "reply"},
    {"floor", "right_of_reply"},
    {"floor", "point_of_order"},
    {"floor", "written"},
    {"floor", "delegation_max", KeyType::number},
    {"floor", "grace"},
    {"floor", "ready_within"},
    {"floor", "needs_approval", KeyType::flag},
    {"floor", "replies", KeyType::flag},
    {"floor", "rights_of_reply_at"},
    {"floor", "overtime_max"},
    {"log", "format"},
    {"log", "level"},
});
// Behind the "_" the stakeholder category.
constexpr auto kStatementsOf =
    std::to_array({"statement_government"sv, "statement_private_sector"sv, "statement_civil_society"sv,
                   "statement_academia"sv, "statement_international_organization"sv});
constexpr auto kSections = std::to_array({"server"sv, "auth"sv, "turn"sv, "sources"sv, "floor"sv, "log"sv});

constexpr auto kOrders = std::to_array({"asked"sv, "balance"sv, "protocol"sv});
constexpr auto kLists = std::to_array({"closed"sv, "open"sv});
constexpr auto kRights = std::to_array({"item"sv, "list"sv});
constexpr auto kAnonymous = std::to_array({"watch"sv, "none"sv});
constexpr auto kFormats = std::to_array({"text"sv, "json"sv});
constexpr auto kLevels = std::to_array({"debug"sv, "info"sv, "warning"sv, "error"sv});
constexpr std::uint32_t kMostShards = 64;
constexpr std::uintmax_t kMaxFile = 1024 * 1024;  // bytes; 32 rooms written out fully have 100 KB

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void put(toml::table& top, const Key& key, const std::string& value) {
  if (!top.contains(key.section)) top.insert(key.section, toml::table{});
  toml::table* section = top.get_as<toml::table>(key.section);
  if (section == nullptr) return;  // a fault of the file that is found when the section is read
  if (key.type == KeyType::number) {
    if (const auto number = whole_number(value)) {
      section->insert_or_assign(key.name, *number);
      return;
    }
  }
  if (key.type == KeyType::flag && (value == "true" || value == "false")) {
    section->insert_or_assign(key.name, value == "true");
    return;
  }
  if (key.type == KeyType::list || key.type == KeyType::numbers) {
    toml::array list;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view item = rest.substr(0, comma);
      const auto number = key.type == KeyType::numbers ? whole_number(item) : std::nullopt;
      number ? list.push_back(*number) : list.push_back(std::string(item));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    section->insert_or_assign(key.name, std::move(list));
    return;
  }
  section->insert_or_assign(key.name, value);
}

void lay_over(toml::table& top, const Settings& environment, const Settings& flags, FaultList& faults) {
  for (const Key& key : kKeys) {
    if (const auto set = environment.find(key.variable()); set != environment.end()) {
      put(top, key, set->second);
      faults.set_origin(key.path(), set->first);
    }
    if (const auto set = flags.find(key.path()); set != flags.end()) {
      put(top, key, set->second);
      faults.set_origin(key.path(), "--" + std::string(key.name));
    }
  }
  // A misspelt variable changes nothing, which nobody notices otherwise.
  std::vector<std::string> known;
  for (const Key& key : kKeys) known.push_back(key.variable());
  const std::vector<std::string_view> views(known.begin(), known.end());
  for (const auto& [name, value] : environment) {
    const bool of_section = std::ranges::any_of(kSections, [&](std::string_view section) {
      return name.starts_with(Key{section, ""}.variable());
    });
    if (!of_section || std::ranges::find(known, name) != known.end()) continue;
    const auto nearest = nearest_word(name, views);
    faults.warning(nullptr, "", "the environment variable " + name + " sets nothing",
                   nearest ? "did you mean " + std::string(*nearest) + "?" : "PLENARY_SECTION_KEY");
  }
}

void check_file(TableReader& reader, std::string_view key, const std::string& path) {
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return;
  reader.faults().error(reader.table().get(key), reader.path_of(key), "there is no file " + path,
                        "relative paths begin at the configuration file's folder");
}

void load_public_addresses(TableReader& reader, ServerSection& server) {
  std::vector<TableReader::Item> items;
  const toml::node* node = reader.table().get("public_address");
  if (node != nullptr && node->is_string()) {
    items.push_back({*reader.string("public_address"), node, reader.path_of("public_address")});
  } else {
    items = reader.strings("public_address");
  }
  for (const TableReader::Item& item : items) {
    const auto address = Address::from_ip(item.value, 0);
    if (address && !address->is_unspecified()) {
      server.public_addresses.push_back(*address);
    } else {
      reader.faults().error(item.node, item.path, in_quotes(item.value) + " is no IP address that others can reach",
                            "write it without port, such as \"203.0.113.7\", or a list with one for each IP version");
    }
  }
}

void load_cpus(TableReader& reader, ServerSection& server) {
  const std::vector<std::uint32_t> usable = usable_cpus();
  for (const TableReader::Number& item : reader.numbers("cpus", kMostShards)) {
    if (std::ranges::find(usable, item.value) != usable.end()) {
      server.cpus.push_back(item.value);
    } else {
      reader.faults().error(item.node, item.path,
                            "CPU " + std::to_string(item.value) + " is none that this process may use",
                            "it may use " + cpu_list_text(usable));
    }
  }
}

void load_server(TableReader reader, const fs::path& folder, ServerSection& server) {
  server.http = reader.address("http").value_or(server.http);
  server.udp = reader.address("udp").value_or(server.udp);
  server.tcp = reader.address("tcp");
  load_public_addresses(reader, server);
  server.shards = reader.number("shards", 0, kMostShards).value_or(server.shards);
  load_cpus(reader, server);
  if (const auto data = reader.string("data")) server.data = folder / *data;
  if (const auto pages = reader.string("pages")) server.pages = folder / *pages;
  for (const auto& [key, value] :
       {std::pair("tls_certificate"sv, &server.tls_certificate), std::pair("tls_key"sv, &server.tls_key)}) {
    const auto text = reader.string(key);
    if (!text || text->empty()) continue;
    *value = (folder / *text).string();
    check_file(reader, key, *value);
  }
  if (const auto file = reader.string("metrics_token_file"); file && !file->empty()) {
    server.metrics_token_file = folder / *file;
    check_file(reader, "metrics_token_file", server.metrics_token_file.string());
  }
  if (server.tls_certificate.empty() != server.tls_key.empty()) {
    const std::string_view there = server.tls_key.empty() ? "tls_certificate" : "tls_key";
    const std::string_view missing = server.tls_key.empty() ? "tls_key" : "tls_certificate";
    reader.faults().error(reader.table().get(there), reader.path_of(there),
                          std::string(missing) + " is missing beside it", "HTTPS needs both");
  }
  reader.finish();
}

void load_auth(TableReader reader, const fs::path& folder, AuthSection& auth) {
  if (const auto file = reader.string("secret_file"); file && !file->empty()) auth.secret_file = folder / *file;
  if (const auto anonymous = reader.word("anonymous", kAnonymous)) auth.anonymous = static_cast<Anonymous>(*anonymous);
  reader.finish();
}

// RFC 7065: scheme, host, perhaps a port, perhaps how to reach it.
bool is_turn_url(std::string_view url) {
  const std::string_view scheme = url.starts_with("turns:") ? "turns:" : "turn:";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const std::size_t query = url.find('?');
  if (query != std::string_view::npos) {
    const std::string_view transport = url.substr(query);
    if (transport != "?transport=udp" && transport != "?transport=tcp") return false;
    url = url.substr(0, query);
  }
  return !url.empty() && std::ranges::all_of(url, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view(".-:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

void load_turn(TableReader reader, const fs::path& folder, TurnSection& turn) {
  for (const TableReader::Item& item : reader.strings("urls")) {
    if (is_turn_url(item.value)) {
      turn.urls.push_back(item.value);
    } else {
      reader.faults().error(item.node, item.path, in_quotes(item.value) + " is no address of a TURN server",
                            "write \"turns:turn.example.org:443?transport=tcp\" or \"turn:192.0.2.1:3478\"");
    }
  }
  if (const auto file = reader.string("secret_file"); file && !file->empty()) turn.secret_file = folder / *file;
  if (turn.urls.empty() != turn.secret_file.empty()) {
    const std::string_view there = turn.urls.empty() ? "secret_file" : "urls";
    reader.faults().error(reader.table().get(there), reader.path_of(there),
                          std::string(turn.urls.empty() ? "urls" : "secret_file") + " is missing beside it",
                          "TURN needs both; the secret is coturn's static-auth-secret");
  }
  reader.finish();
}

void load_sources(TableReader reader, SourcesSection& sources) {
  for (const TableReader::Item& item : reader.strings("allow")) {
    std::string_view text = item.value;
    if (const auto network = Network::from_text(text)) {
      sources.allow_networks.push_back(*network);
      continue;
    }
    if (text.ends_with("://")) text.remove_suffix(2);
    if (text.ends_with(':')) text.remove_suffix(1);
    if (const auto scheme = scheme_from_name(text)) {
      sources.allow_schemes.push_back(*scheme);
      continue;
    }
    reader.faults().error(item.node, item.path, in_quotes(item.value) + " is neither a network nor a scheme",
                          "write \"10.1.0.0/16\", \"2001:db8::/32\" or \"srt\"");
  }
  reader.finish();
}

// `room`: what the room says that its meetings are; none: what [floor] says.
FloorSection load_floor(TableReader reader, MeetingType room) {
  constexpr std::chrono::milliseconds kLongestSpeech = std::chrono::hours(2);
  constexpr std::uint32_t kMostOfDelegation = 500;  // the list takes no more
  constexpr std::chrono::milliseconds kLongestGrace = std::chrono::minutes(5);
  constexpr std::chrono::milliseconds kLongestCall = std::chrono::minutes(10);
  constexpr std::chrono::milliseconds kLongestOvertime = std::chrono::hours(1);
  const auto type = reader.word("type", kMeetingTypes);
  const MeetingType common = type ? static_cast<MeetingType>(*type + 1) : MeetingType::none;
  FloorSection floor = floor_of(room == MeetingType::none ? common : room);
  if (const auto order = reader.word("order", kOrders)) floor.order = static_cast<FirstOrder>(*order);
  if (const auto list = reader.word("list", kLists)) floor.list_open = *list == 1;
  floor.speakers_max = reader.number("speakers_max", 1, kMostSpeakers).value_or(floor.speakers_max);
  const auto speech = [&](std::string_view key, std::chrono::milliseconds& limit) {
    limit = reader.duration(key, kLongestSpeech).value_or(limit);
  };
  speech("statement", floor.statement);
  speech("question", floor.question);
  speech("reply", floor.reply);
  speech("right_of_reply", floor.right_of_reply);
  speech("point_of_order", floor.point_of_order);
  speech("written", floor.written);
  for (const std::string_view key : kStatementsOf) {
    const auto limit = reader.duration(key, kLongestSpeech);
    if (limit) floor.statement_by_category.emplace(key.substr("statement_"sv.size()), *limit);
  }
  floor.delegation_max = reader.number("delegation_max", 0, kMostOfDelegation).value_or(floor.delegation_max);
  floor.grace = reader.duration("grace", kLongestGrace).value_or(floor.grace);
  floor.ready_within = reader.duration("ready_within", kLongestCall).value_or(floor.ready_within);
  floor.needs_approval = reader.flag("needs_approval").value_or(floor.needs_approval);
  floor.replies = reader.flag("replies").value_or(floor.replies);
  if (const auto end = reader.word("rights_of_reply_at", kRights)) floor.rights_at_list_end = *end == 1;
  floor.overtime_max = reader.duration("overtime_max", kLongestOvertime).value_or(floor.overtime_max);
  reader.finish();
  return floor;
}

// A room of another type begins with what that sets, and what [floor] names itself wins there, too. Its faults are
// known.
void load_room_floors(const toml::table& top, const std::string& file, Config& config) {
  FaultList known(file);
  TableReader reader(top, "", known);
  for (RoomConfig& room : config.rooms) {
    const MeetingType type = room.floor.type;
    const auto section = type == MeetingType::none ? std::nullopt : reader.table("floor");
    room.floor = type == MeetingType::none ? config.floor : section ? load_floor(*section, type) : floor_of(type);
  }
}

void load_log(TableReader reader, LogSection& log) {
  if (const auto format = reader.word("format", kFormats)) log.format = static_cast<LogFormat>(*format);
  if (const auto level = reader.word("level", kLevels)) log.level = static_cast<LogLevel>(*level);
  reader.finish();
}

Result<Config, std::vector<ConfigFault>> load(std::string_view text, const std::string& file, const fs::path& folder,
                                              const Settings& environment, const Settings& flags) {
  FaultList faults(file);
  toml::table top;
  try {
    top = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const auto place = error.source().begin;
    return std::vector{ConfigFault{.file = file,
                                   .line = place.line,
                                   .column = place.column,
                                   .message = std::string(error.description()),
                                   .hint = "the file is read up to here; https://toml.io shows the format"}};
  }
  lay_over(top, environment, flags, faults);
  TableReader reader(top, "", faults);
  Config config;
  if (auto section = reader.table("server")) load_server(*section, folder, config.server);
  if (auto section = reader.table("auth")) load_auth(*section, folder, config.auth);
  if (auto section = reader.table("turn")) load_turn(*section, folder, config.turn);
  if (auto section = reader.table("sources")) load_sources(*section, config.sources);
  if (auto section = reader.table("floor")) config.floor = load_floor(*section, MeetingType::none);
  if (auto section = reader.table("log")) load_log(*section, config.log);
  config.rooms = load_rooms(reader, folder);
  load_room_floors(top, file, config);
  reader.finish();
  if (config.auth.secret_file.empty()) config.auth.secret_file = config.server.data / "secret";
  const bool failed = faults.has_error();
  std::vector<ConfigFault> found = faults.take();
  if (failed) return found;
  config.warnings = std::move(found);
  return config;
}

}  // namespace

Settings plenary_environment(const char* const* environ_pointer) {
  Settings settings;
  for (; environ_pointer != nullptr && *environ_pointer != nullptr; ++environ_pointer) {
    const std::string_view entry(*environ_pointer);
    const std::size_t equals = entry.find('=');
    if (entry.starts_with("PLENARY_") && equals != std::string_view::npos) {
      settings.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  return settings;
}

Result<Config, std::vector<ConfigFault>> parse_config(std::string_view toml_text, std::string_view file_name,
                                                      const Settings& environment, const Settings& flags) {
  return load(toml_text, std::string(file_name), {}, environment, flags);
}

Result<Config, std::vector<ConfigFault>> load_config(const fs::path& path, const Settings& environment,
                                                     const Settings& flags) {
  const auto refuse = [&](std::string message, std::string hint) {
    return std::vector{ConfigFault{.file = path.string(), .message = std::move(message), .hint = std::move(hint)}};
  };
  std::error_code failed;
  if (!fs::exists(path, failed)) return refuse("there is no such file", "name it with --config FILE");
  if (!fs::is_regular_file(path, failed)) return refuse("this is no file", "name it with --config FILE");
  if (fs::file_size(path, failed) > kMaxFile) return refuse("it is larger than 1 MiB", "name another file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return refuse(std::string("it cannot be read: ") + std::strerror(errno), "check its owner and mode");
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  return load(text, path.string(), fs::absolute(path).parent_path(), environment, flags);
}

}  // namespace plenary::server
