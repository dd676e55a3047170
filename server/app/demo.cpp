#include "server/app/demo.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "media/crypto/certificate.h"
#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "server/app/app.h"
#include "server/app/media_plane.h"
#include "server/people/cast.h"
#include "server/people/job.h"
#include "server/room_link/room_program.h"

extern char** environ;

namespace plenary::server {
namespace {

constexpr std::chrono::hours kLinksLast{24};
constexpr std::chrono::hours kPeopleLast{24 * 365};  // nobody sees their tokens, and a demo may run for long
constexpr const char* kSelfRunningRoom = "room-b";   // the other one waits for somebody to moderate it

std::filesystem::path data_folder(const DemoCommand& command) {
  if (!command.data.empty()) return std::filesystem::absolute(command.data);
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return std::filesystem::path(cache) / "plenary-demo";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".cache/plenary-demo";
  }
  return std::filesystem::temp_directory_path() / "plenary-demo";
}

// Beside an installed program or in the source tree that it was built in.
std::filesystem::path pages_folder() {
  std::error_code error;
  const std::filesystem::path bin = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const std::filesystem::path& folder : {bin / "../../../web-client/dist", bin / "../share/plenary/pages"}) {
    if (std::filesystem::exists(folder / "index.html", error)) return std::filesystem::canonical(folder, error);
  }
  return "/usr/share/plenary/pages";
}

std::vector<std::string> lan_addresses() {
  std::vector<std::string> texts;
  for (const Address& address : host_candidates({}, Address::v4(0, 0, 0, 0, 0), {})) texts.push_back(address.ip_text());
  return texts;
}

bool write_private(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::trunc);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  stream << text;
  stream.close();
  return static_cast<bool>(stream);
}

std::string room_toml(std::string_view id, std::string_view title, unsigned return_port) {
  return fmt::format(R"(
[[rooms]]
id = "{0}"
title = "{1}"
languages = ["en", "fr", "es", "ar", "zh", "ru"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = {{ floor = 0, en = 1, fr = 2, es = 3, ar = 4, zh = 5, ru = 6 }}
  [[rooms.returns]]
  id = "wall"
  url = "udp://127.0.0.1:{2}"
)",
                     id, title, return_port);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

}  // namespace

Result<Config, std::vector<ConfigFault>> make_demo_config(const DemoCommand& command) {
  const std::filesystem::path data = data_folder(command);
  std::error_code error;
  std::filesystem::create_directories(data, error);
  Address http = command.http;
  std::string toml;
  if (command.lan && !command.http_given) http = Address::v4(0, 0, 0, 0, 8443);
  toml += fmt::format("[server]\nhttp = \"{}\"\nudp = \"[::]:{}\"\ndata = {}\npages = {}\n", http.text(),
                      command.lan ? 7000 : 0, quoted(data.string()), quoted(pages_folder().string()));
  if (command.lan) {
    // Browsers open microphones only in secure contexts; the visitor accepts this certificate once.
    const crypto::WebCertificate made = crypto::make_web_certificate({"localhost"}, lan_addresses());
    if (!write_private(data / "certificate.pem", made.certificate_pem) ||
        !write_private(data / "key.pem", made.key_pem)) {
      return std::vector<ConfigFault>{{.file = data.string(), .message = "cannot write the certificate there"}};
    }
    toml += fmt::format("tls_certificate = {}\ntls_key = {}\n", quoted((data / "certificate.pem").string()),
                        quoted((data / "key.pem").string()));
  }
  toml += room_toml("room-a", "Room A", 9710) + room_toml("room-b", "Room B", 9712);
  return parse_config(toml, "demo", plenary_environment(environ), command.flags);
}

std::string demo_people(const Config& config, const DemoCommand& command, App& app) {
  crypto::SystemRandom random;
  const WallTime now = io::read_clocks().wall;
  const bool secure = !config.server.tls_certificate.empty();
  const Address& bind = config.server.http;
  const std::string host = bind.is_unspecified() ? "127.0.0.1"
                           : bind.is_v4()        ? bind.ip_text()
                                                 : "[" + bind.ip_text() + "]";
  people::Job job{.site = fmt::format("{}://{}:{}", secure ? "https" : "http", host, app.http_port()),
                  .authority = config.server.tls_certificate,
                  .room_program = room_program().string(),
                  .seed = random.u64(),
                  .pace = command.pace};
  for (const RoomConfig& room : config.rooms) {
    const bool runs_itself = room.id == kSelfRunningRoom;
    Claims claims{.subject = room.id + "/front desk",
                  .name = runs_itself ? "Demo moderator" : "Front desk",
                  .role = "moderator",
                  .room = room.id,
                  .expires = now + kPeopleLast};
    const std::string name = claims.name;
    job.rooms.push_back({room.id, name, app.signer().sign(std::move(claims), now, random), runs_itself});
  }
  for (std::uint32_t number = 0; number < command.people; ++number) {
    const people::Character character = people::make_character(number);
    const std::string room = config.rooms[number % config.rooms.size()].id;
    std::string token;
    if (character.place == people::Place::remote) {
      token = app.signer().sign({.subject = fmt::format("{}/person-{}", room, number),
                                 .name = character.name,
                                 .title = character.title,
                                 .role = "participant",
                                 .room = room,
                                 .organisation = character.organisation,
                                 .category = character.category,
                                 .country = character.country,
                                 .expires = now + kPeopleLast},
                                now, random);
    }
    job.people.push_back({number, room, std::move(token)});
  }
  return people::write_job(job);
}

std::string demo_links(const Config& config, const DemoCommand& command, App& app) {
  crypto::SystemRandom random;
  const WallTime now = io::read_clocks().wall;
  const std::string scheme = config.server.tls_certificate.empty() ? "http" : "https";
  std::vector<std::string> hosts;
  if (command.lan) {
    hosts = lan_addresses();
    if (hosts.empty()) hosts = {"127.0.0.1"};
  } else {
    hosts = {config.server.http.is_unspecified() ? "127.0.0.1" : config.server.http.ip_text()};
  }
  const auto site = [&](const std::string& host) {
    const std::string address = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return fmt::format("{}://{}:{}", scheme, address, app.http_port());
  };
  const auto link = [&](const std::string& host, const std::string& room, const std::string& page,
                        const std::string& role, const std::string& name, const std::string& category) {
    Claims claims{.subject = room + "/" + name,
                  .name = name,
                  .role = role,
                  .room = role == "technician" || role == "organiser" ? "*" : room,
                  .organisation = category.empty() ? "Secretariat" : "Demo delegation",
                  .category = category,
                  .expires = now + kLinksLast};
    return fmt::format("{}{}#token={}", site(host), page, app.signer().sign(std::move(claims), now, random));
  };
  std::string text = "\nPlenary demo is running. Open these pages in a browser:\n";
  for (const std::string& host : hosts) {
    text += fmt::format("\n  All rooms      {}/\n", site(host));
    for (const RoomConfig& room : config.rooms) {
      const std::string base = "/room/" + room.id;
      text += fmt::format("\n  {}\n", room.title);
      text += "    participant  " + link(host, room.id, base, "participant", "Amina Diallo", "government") + "\n";
      text += "    participant  " + link(host, room.id, base, "participant", "Li Wei", "private_sector") + "\n";
      text += "    moderator    " + link(host, room.id, base + "/moderator", "moderator", "Moderator", "") + "\n";
      text += "    chair        " + link(host, room.id, base + "/chair", "chair", "Chair", "") + "\n";
      text += fmt::format("    stage        {}{}/stage\n", site(host), base);
      text += "    return       " + link(host, room.id, base + "/return", "technician", "Return screen", "") + "\n";
    }
    text += "\n  technician     " + link(host, "*", "/technician", "technician", "Technician", "") + "\n";
    text += "  organiser      " + link(host, "*", "/organiser", "organiser", "Organiser", "") + "\n";
  }
  text +=
      "\nEach room's return also goes to udp://127.0.0.1:9710 and :9712 (MPEG-TS); try: ffplay udp://127.0.0.1:9710\n";
  if (command.lan) text += "The certificate is the demo's own: a browser warns once, go on from there.\n";
  if (command.people > 0) {
    text += fmt::format(
        "\n{} simulated people ask and speak. Room B runs by itself; in Room A they wait for your grants:\n"
        "open its moderator link. Without them: --people 0\n",
        command.people);
  }
  return text + "\nCtrl-C ends the demo.\n";
}

}  // namespace plenary::server
