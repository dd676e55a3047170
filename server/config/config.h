// Everything an operator can set. config/plenary.example.toml explains each key; the defaults stand here.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/base/address.h"
#include "media/base/log.h"
#include "server/config/network.h"
#include "server/config/source_url.h"

namespace plenary::server {

struct ServerSection {
  Address http = Address::v4(0, 0, 0, 0, 8080);
  Address udp = {.ip = {}, .port = 7000};  // [::]:7000; further shards take the next ports
  std::optional<Address> tcp;              // ICE-TCP
  std::vector<Address> public_addresses;   // port 0; empty: the addresses of this host
  std::uint32_t shards = 0;                // 0: one for each core, or for each of `cpus`
  std::vector<std::uint32_t> cpus;         // one a shard, in order and over again; empty: the system decides
  std::filesystem::path data = "/var/lib/plenary";
  std::filesystem::path pages = "/usr/share/plenary/pages";  // the built web client
  std::string tls_certificate;                               // PEM files; both or none
  std::string tls_key;
  std::filesystem::path metrics_token_file;  // holds the bearer token of /metrics; empty: this machine only
};

enum class Anonymous : std::uint8_t { watch, none };

struct AuthSection {
  std::filesystem::path secret_file;  // load_config() fills in data/secret when it is not set
  Anonymous anonymous = Anonymous::watch;
};

// A TURN server beside this one, for networks that let only TLS out.
struct TurnSection {
  std::vector<std::string> urls;      // turn: and turns: (RFC 7065); empty: none
  std::filesystem::path secret_file;  // what coturn has as static-auth-secret
};

struct SourcesSection {
  std::vector<UrlScheme> allow_schemes;  // what sources and returns set at run time may reach
  std::vector<Network> allow_networks;
};

// What a meeting is, and so what its floor begins with (meeting_type.h).
enum class MeetingType : std::uint8_t {
  none,
  consultation,
  high_level,
  round_table,
  policy_dialogue,
  workshop,
  talk,
  ceremony
};
enum class FirstOrder : std::uint8_t { asked, balance, protocol };  // of the list; people choose another one meanwhile

struct FloorSection {
  MeetingType type = MeetingType::none;
  FirstOrder order = FirstOrder::asked;
  bool list_open = true;           // at the beginning
  std::uint32_t speakers_max = 1;  // 1 to kMostSpeakers
  // Time to speak, by kind of request; zero: no limit.
  std::chrono::milliseconds statement = std::chrono::minutes(3);
  std::chrono::milliseconds question = std::chrono::minutes(2);
  std::chrono::milliseconds reply = std::chrono::minutes(2);
  std::chrono::milliseconds right_of_reply = std::chrono::minutes(3);
  std::chrono::milliseconds point_of_order = std::chrono::minutes(1);
  std::chrono::milliseconds written = std::chrono::minutes(3);
  // By the word of the stakeholder category, such as "government"; who is not in it has `statement`.
  std::map<std::string, std::chrono::milliseconds> statement_by_category;
  std::uint32_t delegation_max = 0;  // open requests of one organisation; zero: no limit
  std::chrono::milliseconds grace = std::chrono::seconds(15);
  std::chrono::milliseconds ready_within = std::chrono::seconds(30);  // to answer the call; zero: the moderator decides
  bool replies = true;                                                // to the present speaker are taken
  bool rights_at_list_end = false;            // rights of reply: of the list, not of their agenda item
  bool needs_approval = false;                // a moderator approves each request before it is on the list
  std::chrono::milliseconds overtime_max{0};  // the microphone closes that long after the limit; zero: never
};

enum class LogFormat : std::uint8_t { text, json };

struct LogSection {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
};

enum class Mix : std::uint8_t { desk, server };
enum class SourceKind : std::uint8_t { room, slides, sign, booth };
enum class StereoSide : std::uint8_t { both, left, right };

struct AudioTrack {
  std::uint32_t track = 0;  // by order in the source
  StereoSide side = StereoSide::both;

  bool operator==(const AudioTrack&) const = default;
  [[nodiscard]] std::string text() const;  // "2", "2.L": what the room process reads
};

struct SourceConfig {
  std::string id;
  SourceUrl url;
  SourceKind kind = SourceKind::room;
  std::map<std::string, AudioTrack> audio;  // by channel: "floor", "clean" or a language; never empty for kind room,
                                            // unless it is a backup, which takes its primary's
  std::string backup_of;                    // empty: none
  std::chrono::milliseconds delay{0};
};

struct ReturnConfig {
  std::string id;
  SourceUrl url;
};

// One encoding of a room's picture, 16:9.
struct LayerConfig {
  std::uint32_t height = 0;  // pixels
  std::uint32_t fps = 0;     // pictures a second, at most
  std::uint32_t kbps = 0;    // kbit/s

  bool operator==(const LayerConfig&) const = default;
};

struct RoomConfig {
  std::string id;
  std::string title;                   // the id when not set
  std::vector<std::string> languages;  // without "floor", which always exists
  Mix mix = Mix::desk;
  std::vector<std::string> agenda;  // titles of the standing meeting's items
  FloorSection floor;               // [floor], with what this room's type of meeting sets beside it
  std::filesystem::path slate;      // empty: the built-in one
  std::vector<LayerConfig> layers = {{720, 30, 1'800}, {360, 30, 600}, {180, 15, 150}};  // the best first
  std::vector<SourceConfig> sources;
  std::vector<ReturnConfig> returns;  // screen: always exists and is not listed unless written

  [[nodiscard]] bool has_channel(std::string_view channel) const;  // "floor" or one of languages
};

struct ConfigFault {
  enum class Severity : std::uint8_t { error, warning };

  std::string file;                    // or the name of the environment variable or flag that holds the value
  std::uint32_t line = 0, column = 0;  // from 1; 0: none
  std::string key;                     // "rooms[0].sources[1].url"
  std::string message;
  std::string hint;  // may be empty
  Severity severity = Severity::error;

  // file:line:column: error: key: message (hint: …)
  [[nodiscard]] std::string text() const;
};

struct Config {
  ServerSection server;
  AuthSection auth;
  TurnSection turn;
  SourcesSection sources;
  FloorSection floor;
  LogSection log;
  std::vector<RoomConfig> rooms;
  std::vector<ConfigFault> warnings;

  [[nodiscard]] const RoomConfig* room(std::string_view id) const;
};

constexpr std::uint32_t kMostSpeakers = 6;  // a composite of more is unreadable
constexpr std::size_t kMostRooms = 32;
constexpr std::size_t kMostLanguages = 16;  // a room; each is one more Opus encoder
constexpr std::size_t kMostItems = 50;      // of an agenda; as many as a meeting takes
constexpr std::size_t kLongestItem = 140;   // characters of a title; longer ones are cut on pages
constexpr std::size_t kMostLayers = 3;      // of a picture; a viewer's line falls into few classes, each an encoder
constexpr std::size_t kMostSources = 16;    // a room
constexpr std::size_t kMostReturns = 8;     // a room; each is an encoder of its own

}  // namespace plenary::server
