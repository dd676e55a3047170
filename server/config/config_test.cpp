#include "server/config/load_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "server/config/usable_cpus.h"

namespace plenary::server::config_test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::ResultOf;
using ::testing::StartsWith;

std::vector<std::string> faults_of(std::string_view toml, const Settings& environment = {},
                                   const Settings& flags = {}) {
  const auto config = parse_config(toml, "plenary.toml", environment, flags);
  std::vector<std::string> texts;
  for (const ConfigFault& fault : config ? config->warnings : config.error()) texts.push_back(fault.text());
  return texts;
}

constexpr std::string_view kRoom = R"(
[[rooms]]
id = "room-a"
title = "Room A"
languages = ["en", "fr", "pt-BR"]
mix = "desk"
  [[rooms.sources]]
  id = "main"
  url = "srt://0.0.0.0:9001?mode=listener&latency=200&passphrase=correct-horse"
  audio = { floor = 0, en = 1, fr = "2.L", pt-BR = "2.R", clean = 3 }
  delay = "40ms"
  [[rooms.sources]]
  id = "spare"
  url = "rtsp://user:hidden@camera-7.local/stream"
  backup_of = "main"
  [[rooms.sources]]
  id = "slides"
  url = "test:?picture=counter"
  kind = "slides"
  [[rooms.returns]]
  id = "wall"
  url = "srt://0.0.0.0:9101?mode=listener"
)";

TEST(Config, takes_every_key) {
  const auto config = parse_config(std::string(R"(
[server]
http = "127.0.0.1:8081"
udp = "[::]:7100"
tcp = "[::]:7101"
public_address = ["203.0.113.7", "2001:db8::7"]
shards = 2
data = "/srv/plenary"
pages = "/srv/pages"
metrics_token_file = ""
[auth]
secret_file = "/srv/secret"
anonymous = "none"
[turn]
urls = ["turns:turn.example.org:443?transport=tcp", "turn:[2001:db8::1]"]
secret_file = "/srv/turn"
[sources]
allow = ["10.1.0.0/16", "srt", "rtsp://"]
[floor]
speakers_max = 6
statement = "1m30s"
grace = "0ms"
ready_within = "0s"
needs_approval = true
overtime_max = "20s"
[log]
format = "json"
level = "debug"
)") + std::string(kRoom),
                                   "plenary.toml", {});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_EQ(config->server.http.text(), "127.0.0.1:8081");
  EXPECT_EQ(config->server.udp.text(), "[::]:7100");
  EXPECT_EQ(config->server.tcp->text(), "[::]:7101");
  ASSERT_EQ(config->server.public_addresses.size(), 2U);
  EXPECT_EQ(config->server.public_addresses[1].ip_text(), "2001:db8::7");
  EXPECT_EQ(config->server.shards, 2U);
  EXPECT_EQ(config->turn.urls.size(), 2U);
  EXPECT_EQ(config->turn.secret_file, "/srv/turn");
  EXPECT_EQ(config->server.data, "/srv/plenary");
  EXPECT_EQ(config->auth.secret_file, "/srv/secret");
  EXPECT_EQ(config->auth.anonymous, Anonymous::none);
  EXPECT_THAT(config->sources.allow_schemes, ElementsAre(UrlScheme::srt, UrlScheme::rtsp));
  ASSERT_EQ(config->sources.allow_networks.size(), 1U);
  EXPECT_TRUE(config->sources.allow_networks[0].contains(*Address::from_ip("10.1.255.9", 0)));
  EXPECT_FALSE(config->sources.allow_networks[0].contains(*Address::from_ip("10.2.0.1", 0)));
  EXPECT_EQ(config->floor.speakers_max, 6U);
  EXPECT_EQ(config->floor.statement, std::chrono::seconds(90));
  EXPECT_EQ(config->floor.grace, std::chrono::seconds(0));
  EXPECT_EQ(config->floor.ready_within, std::chrono::seconds(0));
  EXPECT_TRUE(config->floor.needs_approval);
  EXPECT_EQ(config->floor.overtime_max, std::chrono::seconds(20));
  EXPECT_EQ(config->log.format, LogFormat::json);
  EXPECT_EQ(config->log.level, LogLevel::debug);
  EXPECT_THAT(config->warnings, IsEmpty());

  const RoomConfig* room = config->room("room-a");
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(room->title, "Room A");
  EXPECT_THAT(room->languages, ElementsAre("en", "fr", "pt-BR"));
  EXPECT_EQ(room->mix, Mix::desk);
  ASSERT_EQ(room->sources.size(), 3U);
  const SourceConfig& main = room->sources[0];
  EXPECT_EQ(main.url.srt_mode, SrtMode::listener);
  EXPECT_EQ(main.url.srt_latency, std::chrono::milliseconds(200));
  EXPECT_EQ(main.delay, std::chrono::milliseconds(40));
  EXPECT_EQ(main.audio.at("fr"), (AudioTrack{2, StereoSide::left}));
  EXPECT_EQ(main.audio.at("fr").text(), "2.L");
  EXPECT_EQ(main.audio.at("clean").text(), "3");
  EXPECT_EQ(room->sources[1].audio, main.audio) << "a backup takes its primary's channels";
  EXPECT_EQ(room->sources[2].kind, SourceKind::slides);
  ASSERT_EQ(room->returns.size(), 1U);
  EXPECT_EQ(room->returns[0].url.port, 9101);
}

TEST(Config, has_a_default_for_everything) {
  const auto config = parse_config("", "plenary.toml", {});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->server.http.text(), "0.0.0.0:8080");
  EXPECT_EQ(config->server.udp.text(), "[::]:7000");
  EXPECT_EQ(config->auth.secret_file, "/var/lib/plenary/secret");
  EXPECT_EQ(config->floor.speakers_max, 1U);
  EXPECT_EQ(config->floor.statement, std::chrono::minutes(3));
  EXPECT_EQ(config->floor.grace, std::chrono::seconds(15));
  EXPECT_EQ(config->floor.ready_within, std::chrono::seconds(30));
  EXPECT_FALSE(config->floor.needs_approval);
  EXPECT_EQ(config->floor.overtime_max, std::chrono::seconds(0));
}

TEST(Config, reports_all_faults_of_a_file_in_its_order_with_place_and_hint) {
  const auto faults = faults_of(R"([server]
htpp = "0.0.0.0:8080"
udp = 7000
[floor]
grace = "15"
[[rooms]]
id = "Room A"
languages = ["en", "floor", "EN", "klingon", "en"]
mix = "dsek"
  [[rooms.sources]]
  id = "main"
  url = "srt://0.0.0.0:9001"
  audio = { floor = 0, de = 1, en = "L" }
  [[rooms.sources]]
  id = "main"
  url = "http://camera/"
  backup_of = "mian"
  [[rooms.returns]]
  id = "wall"
)");
  EXPECT_THAT(faults,
              Contains("plenary.toml:2:8: error: server.htpp: there is no such key (hint: did you mean \"http\"?)"));
  EXPECT_THAT(
      faults,
      Contains("plenary.toml:3:7: error: server.udp: this is a number, a text is needed (hint: write it in quotes)"));
  EXPECT_THAT(faults, Contains(StartsWith("plenary.toml:5:9: error: floor.grace: \"15\" is no duration (hint: ")));
  EXPECT_THAT(faults, Contains(StartsWith("plenary.toml:7:6: error: rooms[0].id: \"Room A\" is no id")));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr(":8:20: error: rooms[0].languages[1]"), HasSubstr("always exists"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("languages[2]"), HasSubstr("write \"en\""))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("languages[3]"), HasSubstr("is no language code"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("languages[4]"), HasSubstr("twice"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("rooms[0].mix"), HasSubstr("did you mean \"desk\"?"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("rooms[0].sources[0].url"), HasSubstr("mode=listener"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[0].audio.de"), HasSubstr("add it to the room's languages"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[0].audio.en"), HasSubstr("no audio track"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[1].id"), HasSubstr("already"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[1].url"), HasSubstr("no scheme that is known"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[1].backup_of"), HasSubstr("did you mean \"main\"?"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("returns[0].url"), HasSubstr("missing"))));
}

TEST(Config, names_the_place_where_the_file_is_no_toml) {
  EXPECT_THAT(faults_of("[server]\nhttp = 0.0.0.0:8080\n"), ElementsAre(StartsWith("plenary.toml:2:")));
}

TEST(Config, warns_of_what_works_but_is_hardly_meant) {
  const auto faults = faults_of(R"(
[[rooms]]
id = "a"
languages = ["fr"]
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0 }
[[rooms]]
id = "b"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { clean = 0 }
)");
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("warning: rooms[0].mix"), HasSubstr("muted to them while on air"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("warning: rooms[0].languages"), HasSubstr("fr"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("warning: rooms[1].mix"), HasSubstr("clean"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("warning: rooms[1].sources"), HasSubstr("floor"))));
  EXPECT_THAT(faults, Not(Contains(HasSubstr("error"))));
}

TEST(Config, refuses_two_sources_for_one_channel_or_one_port) {
  const auto faults = faults_of(R"(
[[rooms]]
id = "a"
  [[rooms.sources]]
  id = "one"
  url = "srt://:9001"
  audio = { floor = 0 }
  [[rooms.sources]]
  id = "two"
  url = "srt://:9001?mode=listener"
  audio = { floor = 0 }
  [[rooms.sources]]
  id = "floor"
  url = "test:"
)");
  EXPECT_THAT(faults,
              Contains(AllOf(HasSubstr("sources[1].audio.floor"), HasSubstr("\"one\" gives this channel already"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[1].url"), HasSubstr("listened at already"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("sources[2].id"), HasSubstr("participants publish"))));
}

TEST(Config, wants_the_files_it_names) {
  const auto faults = faults_of(R"(
[server]
tls_certificate = "/nonexistent/cert.pem"
[[rooms]]
id = "a"
slate = "/nonexistent/slate.png"
  [[rooms.sources]]
  id = "main"
  url = "file:///nonexistent/loop.mp4"
)");
  EXPECT_THAT(faults, Contains(HasSubstr("server.tls_certificate: there is no file /nonexistent/cert.pem")));
  EXPECT_THAT(faults, Contains(HasSubstr("tls_key is missing beside it")));
  EXPECT_THAT(faults, Contains(HasSubstr("rooms[0].slate: there is no file")));
  EXPECT_THAT(faults, Contains(HasSubstr("rooms[0].sources[0].url: there is no file")));
}

TEST(Config, turn_needs_addresses_and_a_secret) {
  for (const char* url : {"stun:a", "turn:", "turn:a b", "turn:a?transport=sctp", "turns:a/b", "turn:a\"b"}) {
    const auto faults =
        faults_of("[turn]\nurls = ['" + std::string(url) + "']\nsecret_file = 's'\n" + std::string(kRoom));
    EXPECT_THAT(faults, Contains(HasSubstr("is no address of a TURN server"))) << url;
  }
  EXPECT_THAT(faults_of("[turn]\nurls = ['turn:a']\n" + std::string(kRoom)),
              Contains(HasSubstr("turn.urls: secret_file is missing beside it")));
  EXPECT_THAT(faults_of("[turn]\nsecret_file = 's'\n" + std::string(kRoom)),
              Contains(HasSubstr("turn.secret_file: urls is missing beside it")));
}

TEST(Config, an_agenda_is_a_list_of_titles) {
  const auto config =
      parse_config("[[rooms]]\nid = \"a\"\nagenda = [\"Opening\", \"Ouverture à tous\"]\n", "plenary.toml", {});
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->rooms.at(0).agenda, ElementsAre("Opening", "Ouverture à tous"));
  const std::string title(141, 'x');
  const auto faults = faults_of("[[rooms]]\nid = \"a\"\nagenda = [\"Opening\", \"\", \"" + title + "\", 4]\n");
  EXPECT_THAT(faults, Contains(HasSubstr("rooms[0].agenda[1]: an item has no title")));
  EXPECT_THAT(faults, Contains(HasSubstr("rooms[0].agenda[2]: this title is too long")));
  EXPECT_THAT(faults, Contains(HasSubstr("rooms[0].agenda[3]")));
  std::string many;
  for (int i = 0; i < 51; ++i) many += "\"Item\",";
  EXPECT_THAT(faults_of("[[rooms]]\nid = \"a\"\nagenda = [" + many + "]\n"), Contains(HasSubstr("there are 51 items")));
}

TEST(Config, a_picture_has_one_to_three_layers_from_the_best_to_the_least) {
  const auto with = [](const std::string& layers) {
    return faults_of("[[rooms]]\nid = \"a\"\nlayers = " + layers + "\n");
  };
  const auto config = parse_config(
      "[[rooms]]\nid = \"a\"\nlayers = [{ height = 540, fps = 25, kbps = 1200 }, { height = 270, fps = 25, kbps = 400 "
      "}]\n"
      "[[rooms]]\nid = \"b\"\n",
      "plenary.toml", {});
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->rooms.at(0).layers, ElementsAre(LayerConfig{540, 25, 1'200}, LayerConfig{270, 25, 400}));
  EXPECT_THAT(config->rooms.at(1).layers,
              ElementsAre(LayerConfig{720, 30, 1'800}, LayerConfig{360, 30, 600}, LayerConfig{180, 15, 150}));
  EXPECT_THAT(with("[]"), Contains(HasSubstr("rooms[0].layers: a picture has one layer at least")));
  EXPECT_THAT(with("720"), Contains(HasSubstr("rooms[0].layers: this is no list of sections")));
  EXPECT_THAT(with("[{ height = 720, kbps = 1800 }]"),
              Contains(HasSubstr("rooms[0].layers[0].fps: this layer has no fps")));
  EXPECT_THAT(with("[{ height = 480, fps = 30, kbps = 1800 }]"),
              Contains(HasSubstr("rooms[0].layers[0].height: 16:9 has no whole width at 480")));
  EXPECT_THAT(with("[{ height = 1080, fps = 30, kbps = 1800 }]"), Contains(HasSubstr("rooms[0].layers[0].height")));
  EXPECT_THAT(with("[{ height = 720, fps = 60, kbps = 1800 }]"), Contains(HasSubstr("rooms[0].layers[0].fps")));
  EXPECT_THAT(with("[{ height = 720, fps = 30, kbps = 20 }]"), Contains(HasSubstr("rooms[0].layers[0].kbps")));
  EXPECT_THAT(with("[{ height = 720, fps = 30, bitrate = 1800 }]"), Contains(HasSubstr("there is no such key")));
  const std::string best = "{ height = 360, fps = 25, kbps = 600 }";
  for (const char* lower : {"{ height = 720, fps = 25, kbps = 300 }", "{ height = 180, fps = 30, kbps = 300 }",
                            "{ height = 180, fps = 25, kbps = 600 }"}) {
    EXPECT_THAT(
        with("[" + best + ", " + lower + "]"),
        Contains(AllOf(HasSubstr("rooms[0].layers[1]"), HasSubstr("this layer is not below the one before it"))))
        << lower;
  }
  EXPECT_THAT(with("[" + best + ", " + best + ", " + best + ", " + best + "]"), Contains(HasSubstr("at most 3")));
}

TEST(Config, environment_goes_over_the_file_and_flags_over_both) {
  constexpr std::string_view kFile = "[server]\nhttp = \"0.0.0.0:1\"\ndata = \"/a\"\n[floor]\nspeakers_max = 2\n";
  const Settings environment = {{"PLENARY_SERVER_HTTP", "0.0.0.0:2"},
                                {"PLENARY_FLOOR_SPEAKERS_MAX", "3"},
                                {"PLENARY_FLOOR_NEEDS_APPROVAL", "true"},
                                {"PLENARY_SERVER_PUBLIC_ADDRESS", "203.0.113.7,2001:db8::7"},
                                {"PLENARY_LOG_FORMAT", "json"}};
  const auto config = parse_config(kFile, "plenary.toml", environment, {{"server.http", "0.0.0.0:3"}});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_EQ(config->server.http.port, 3);
  EXPECT_EQ(config->server.data, "/a");
  EXPECT_EQ(config->floor.speakers_max, 3U);
  EXPECT_TRUE(config->floor.needs_approval);
  EXPECT_EQ(config->server.public_addresses.size(), 2U);
  EXPECT_EQ(config->log.format, LogFormat::json);
}

TEST(Config, faults_of_environment_and_flags_name_where_they_come_from) {
  EXPECT_THAT(faults_of("", {{"PLENARY_FLOOR_GRACE", "15"}}),
              Contains(StartsWith("PLENARY_FLOOR_GRACE: error: floor.grace: \"15\" is no duration")));
  EXPECT_THAT(faults_of("", {{"PLENARY_FLOOR_SPEAKERS_MAX", "many"}}),
              Contains(StartsWith("PLENARY_FLOOR_SPEAKERS_MAX: error: ")));
  EXPECT_THAT(faults_of("", {{"PLENARY_FLOOR_NEEDS_APPROVAL", "yes"}}),
              Contains(AllOf(StartsWith("PLENARY_FLOOR_NEEDS_APPROVAL: error: "), HasSubstr("true or false"))));
  EXPECT_THAT(faults_of("", {{"PLENARY_SERVER_PUBLIC_ADDRESS", "here"}}),
              Contains(StartsWith("PLENARY_SERVER_PUBLIC_ADDRESS: error: ")));
  EXPECT_THAT(faults_of("", {}, {{"server.http", "nowhere"}}), Contains(StartsWith("--http: error: server.http")));
  EXPECT_THAT(faults_of("", {{"PLENARY_SERVER_HTPP", "x"}}),
              Contains(AllOf(HasSubstr("warning"), HasSubstr("did you mean PLENARY_SERVER_HTTP?"))));
}

TEST(Config, never_shows_a_secret) {
  const auto faults = faults_of(R"(
[[rooms]]
id = "a"
  [[rooms.sources]]
  id = "one"
  url = "srt://user:hunter2@0.0.0.0:9001?passphrase=hunter2&latency=xx"
  [[rooms.sources]]
  id = "two"
  url = "rtsp://user:hunter2@:99999/hunter2"
)");
  EXPECT_FALSE(faults.empty());
  for (const std::string& fault : faults) EXPECT_THAT(fault, Not(HasSubstr("hunter2")));
}

// Fault K8.
TEST(Config, a_fault_is_one_line_whatever_the_file_holds) {
  for (const std::string& fault : faults_of("[log]\nlevel = \"a\\nb\\u001b[31m\"\n\"\\n\" = 1\n")) {
    EXPECT_THAT(fault, Not(AnyOf(HasSubstr("\n"), HasSubstr("\x1b"))));
  }
}

TEST(Config, reads_a_file_and_takes_relative_paths_from_its_folder) {
  std::string folder = (std::filesystem::temp_directory_path() / "plenary-config-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::filesystem::path path = std::filesystem::path(folder) / "plenary.toml";
  std::ofstream(std::filesystem::path(folder) / "slate.png") << "png";
  std::ofstream(path) << "[server]\ndata = \"data\"\n[[rooms]]\nid = \"a\"\nslate = \"slate.png\"\n";
  const auto config = load_config(path, {});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_EQ(config->server.data, std::filesystem::path(folder) / "data");
  EXPECT_EQ(config->auth.secret_file, std::filesystem::path(folder) / "data/secret");
  EXPECT_EQ(config->rooms.at(0).slate, std::filesystem::path(folder) / "slate.png");
  std::filesystem::remove_all(folder);

  const auto missing = load_config("/nonexistent/plenary.toml", {});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().at(0).text(), HasSubstr("/nonexistent/plenary.toml: error: there is no such file"));
  EXPECT_FALSE(load_config("/", {}).ok());
}

// The commented lines are defaults: with them taken in, nothing but the rooms differs from an empty file.
TEST(Config, the_example_is_right_and_shows_every_default) {
  std::ifstream stream(std::filesystem::path(PLENARY_SOURCE_DIR) / "config/plenary.example.toml");
  ASSERT_TRUE(stream.is_open());
  std::string with_defaults;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t hash = line.find_first_not_of(' ');
    const std::size_t end = line.find_first_of(" =", hash == std::string::npos ? 0 : hash + 2);
    const bool setting = hash != std::string::npos && line.compare(hash, 2, "# ") == 0 && end != std::string::npos &&
                         line.compare(end, 3, " = ") == 0;
    // Those have no default: TLS, TCP and what only looks like a setting within a sentence.
    const bool example = line.find("tls_") != std::string::npos || line.find("# tcp") != std::string::npos ||
                         line.find("public_address") != std::string::npos || line.find("slate") != std::string::npos;
    with_defaults += (setting && !example ? line.substr(0, hash) + line.substr(hash + 2) : line) + "\n";
  }
  const auto config = parse_config(with_defaults, "example", {});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_THAT(config->warnings, IsEmpty());
  const Config defaults;
  EXPECT_EQ(config->server.http, defaults.server.http);
  EXPECT_EQ(config->server.udp, defaults.server.udp);
  EXPECT_EQ(config->server.data, defaults.server.data);
  EXPECT_EQ(config->server.pages, defaults.server.pages);
  EXPECT_EQ(config->server.shards, defaults.server.shards);
  EXPECT_EQ(config->server.cpus, defaults.server.cpus);
  EXPECT_EQ(config->auth.secret_file, defaults.server.data / "secret");
  EXPECT_EQ(config->auth.anonymous, defaults.auth.anonymous);
  EXPECT_EQ(config->floor.speakers_max, defaults.floor.speakers_max);
  EXPECT_EQ(config->floor.statement, defaults.floor.statement);
  EXPECT_EQ(config->floor.statement_by_category.size(), 5U);
  for (const auto& [category, limit] : config->floor.statement_by_category) {
    EXPECT_EQ(limit, defaults.floor.statement) << category;
  }
  EXPECT_EQ(config->floor.question, defaults.floor.question);
  EXPECT_EQ(config->floor.reply, defaults.floor.reply);
  EXPECT_EQ(config->floor.right_of_reply, defaults.floor.right_of_reply);
  EXPECT_EQ(config->floor.point_of_order, defaults.floor.point_of_order);
  EXPECT_EQ(config->floor.written, defaults.floor.written);
  EXPECT_EQ(config->floor.delegation_max, defaults.floor.delegation_max);
  EXPECT_EQ(config->floor.grace, defaults.floor.grace);
  EXPECT_EQ(config->floor.ready_within, defaults.floor.ready_within);
  EXPECT_EQ(config->floor.needs_approval, defaults.floor.needs_approval);
  EXPECT_EQ(config->floor.overtime_max, defaults.floor.overtime_max);
  EXPECT_EQ(config->log.format, defaults.log.format);
  EXPECT_EQ(config->log.level, defaults.log.level);
  EXPECT_EQ(config->rooms.at(0).mix, RoomConfig{}.mix);
  EXPECT_EQ(config->rooms.at(0).layers, RoomConfig{}.layers);
  EXPECT_EQ(config->rooms.at(0).sources.at(0).kind, SourceConfig{}.kind);
}

TEST(Config, media_threads_are_kept_on_cpus_that_this_process_may_use) {
  const std::vector<std::uint32_t> usable = usable_cpus();
  ASSERT_FALSE(usable.empty());
  const std::string first = std::to_string(usable.front());
  const std::string last = std::to_string(usable.back());
  const auto config = parse_config("[server]\ncpus = [" + last + ", " + first + ", " + last + "]", "plenary.toml", {});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_THAT(config->server.cpus, ElementsAre(usable.back(), usable.front(), usable.back()));

  const auto environment = parse_config("", "plenary.toml", {{"PLENARY_SERVER_CPUS", first + "," + last}});
  ASSERT_TRUE(environment.ok()) << environment.error().at(0).text();
  EXPECT_THAT(environment->server.cpus, ElementsAre(usable.front(), usable.back()));
  EXPECT_THAT(parse_config("", "plenary.toml", {{"PLENARY_SERVER_CPUS", ""}})->server.cpus, IsEmpty());
}

TEST(Config, a_cpu_that_this_process_may_not_use_is_a_fault) {
  const auto faults_with = [](const std::string& cpus) {
    return faults_of("[server]\ncpus = " + cpus + "\n" + std::string(kRoom));
  };
  const std::string unusable = std::to_string(usable_cpus().back() + 1);
  EXPECT_THAT(faults_with("[" + unusable + "]"),
              ElementsAre(AllOf(StartsWith("plenary.toml:2:9: error: server.cpus[0]"),
                                HasSubstr("CPU " + unusable + " is none that this process may use"),
                                HasSubstr("it may use " + cpu_list_text(usable_cpus())))));
  EXPECT_THAT(faults_of(kRoom, {{"PLENARY_SERVER_CPUS", unusable}}), ElementsAre(HasSubstr("PLENARY_SERVER_CPUS")));
  for (const char* cpus : {"0", "\"0\"", "[\"0\"]", "[-1]", "[4294967296]", "[0.5]", "[[0]]"}) {
    EXPECT_THAT(faults_with(cpus), ElementsAre(HasSubstr("server.cpus"))) << cpus;
  }
  EXPECT_THAT(faults_of(kRoom, {{"PLENARY_SERVER_CPUS", "0;1"}}), ElementsAre(HasSubstr("a whole number is needed")));
  std::string many = "0";
  for (int i = 0; i < 64; ++i) many += ", 0";
  EXPECT_THAT(faults_with("[" + many + "]"), ElementsAre(HasSubstr("there are 65 of them")));
}

}  // namespace
}  // namespace plenary::server::config_test
