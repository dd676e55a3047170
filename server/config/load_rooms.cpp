#include "server/config/load_rooms.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>

#include "server/config/load_config.h"
#include "server/config/meeting_type.h"
#include "server/config/words.h"

namespace plenary::server {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kMostTracks = 32;  // audio tracks of one source; a transport stream with more is no room's
constexpr std::chrono::milliseconds kLongestDelay = std::chrono::seconds(10);
constexpr std::uint32_t kLeastHeight = 90;
constexpr std::uint32_t kMostHeight = 720;
constexpr std::uint32_t kHeightStep = 18;  // 16:9 in whole, even numbers
constexpr std::uint32_t kLeastRate = 5;    // slower, and the slate would come between two pictures
constexpr std::uint32_t kMostRate = 30;
constexpr std::uint32_t kLeastKbps = 50;
constexpr std::uint32_t kMostKbps =
    10'000;  // of the 14,000 that level 3.1 has, which is what browsers promise to decode
constexpr auto kMixes = std::to_array({"desk"sv, "server"sv});
constexpr auto kKinds = std::to_array({"room"sv, "slides"sv, "sign"sv, "booth"sv});

// They stand in URLs and in file names.
bool is_id(std::string_view id) {
  constexpr std::size_t kLongest = 40;
  return !id.empty() && id.size() <= kLongest && id.front() != '-' &&
         std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

class RoomLoader {
 public:
  RoomLoader(TableReader& reader, const std::filesystem::path& folder)
      : reader_(reader), faults_(reader.faults()), folder_(folder) {}

  RoomConfig load(std::set<std::string>& ids, std::set<std::string>& listeners);

 private:
  std::string load_id(TableReader& reader, std::set<std::string>& taken, std::string_view what);
  void load_languages();
  void load_agenda();
  void load_slate();
  void load_layers();
  std::optional<LayerConfig> load_layer(TableReader& reader);
  SourceConfig load_source(TableReader& reader, std::set<std::string>& taken, std::set<std::string>& listeners);
  std::optional<SourceUrl> load_url(TableReader& reader, UrlUse use, std::set<std::string>& listeners);
  void load_audio(TableReader& reader, SourceConfig& source);
  std::optional<AudioTrack> load_track(const toml::node& node, const std::string& path);
  void join_backups();
  void check_channels();

  TableReader& reader_;
  FaultList& faults_;
  const std::filesystem::path& folder_;
  RoomConfig room_;
  std::vector<const toml::table*> source_tables_;  // beside room_.sources
};

std::string RoomLoader::load_id(TableReader& reader, std::set<std::string>& taken, std::string_view what) {
  const auto id = reader.required_string("id", "give it a short name such as id = \"main\"");
  if (!id) return {};
  const toml::node* node = reader.table().get("id");
  if (!is_id(*id)) {
    faults_.error(node, reader.path_of("id"), in_quotes(*id) + " is no id",
                  "small letters, digits and hyphens, at most 40, not beginning with a hyphen");
  } else if (!taken.insert(*id).second) {
    faults_.error(node, reader.path_of("id"),
                  "another " + std::string(what) + " has the id " + in_quotes(*id) + " already", "give each its own");
  }
  return *id;
}

void RoomLoader::load_languages() {
  std::set<std::string> seen;
  for (const TableReader::Item& item : reader_.strings("languages")) {
    if (item.value == "floor" || item.value == "clean") {
      faults_.error(
          item.node, item.path, in_quotes(item.value) + " is no language",
          item.value == "floor" ? "leave it out: the floor always exists" : "map it in a source's audio only");
    } else if (!is_language(item.value)) {
      std::string lower = item.value;
      std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      faults_.error(item.node, item.path, in_quotes(item.value) + " is no language code",
                    is_language(lower) ? "write \"" + lower + "\"" : "write a BCP 47 code such as \"fr\" or \"pt-BR\"");
    } else if (!seen.insert(item.value).second) {
      faults_.error(item.node, item.path, in_quotes(item.value) + " is there twice", "leave one out");
    } else {
      room_.languages.push_back(item.value);
    }
  }
  if (room_.languages.size() > kMostLanguages) {
    faults_.error(reader_.table().get("languages"), reader_.path_of("languages"),
                  "there are " + std::to_string(room_.languages.size()) + " languages",
                  "at most " + std::to_string(kMostLanguages));
  }
}

void RoomLoader::load_agenda() {
  const auto characters = [](const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  };
  for (const TableReader::Item& item : reader_.strings("agenda")) {
    if (item.value.empty()) {
      faults_.error(item.node, item.path, "an item has no title", "such as agenda = [\"Opening\", \"Connectivity\"]");
    } else if (characters(item.value) > kLongestItem) {
      faults_.error(item.node, item.path, "this title is too long",
                    "at most " + std::to_string(kLongestItem) + " characters");
    } else {
      room_.agenda.push_back(item.value);
    }
  }
  if (room_.agenda.size() > kMostItems) {
    faults_.error(reader_.table().get("agenda"), reader_.path_of("agenda"),
                  "there are " + std::to_string(room_.agenda.size()) + " items",
                  "at most " + std::to_string(kMostItems));
  }
}

void RoomLoader::load_slate() {
  const auto slate = reader_.string("slate");
  if (!slate || slate->empty()) return;
  room_.slate = folder_ / *slate;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(room_.slate, failed)) {
    faults_.error(reader_.table().get("slate"), reader_.path_of("slate"), "there is no file " + room_.slate.string(),
                  "a PNG or JPEG of 1280×720; relative paths begin at the configuration file's folder");
  }
}

std::optional<LayerConfig> RoomLoader::load_layer(TableReader& reader) {
  for (const std::string_view key : {"height"sv, "fps"sv, "kbps"sv}) {
    if (reader.node(key) != nullptr) continue;
    faults_.error(&reader.table(), reader.path_of(key), "this layer has no " + std::string(key),
                  "such as { height = 360, fps = 30, kbps = 600 }");
  }
  const auto height = reader.number("height", kLeastHeight, kMostHeight);
  const auto fps = reader.number("fps", kLeastRate, kMostRate);
  const auto kbps = reader.number("kbps", kLeastKbps, kMostKbps);
  reader.finish();
  if (height && *height % kHeightStep != 0) {
    faults_.error(reader.table().get("height"), reader.path_of("height"),
                  "16:9 has no whole width at " + std::to_string(*height),
                  "a multiple of " + std::to_string(kHeightStep) + ", such as 720, 540, 360, 270 or 180");
  }
  if (!height || !fps || !kbps) return std::nullopt;
  return LayerConfig{.height = *height, .fps = *fps, .kbps = *kbps};
}

void RoomLoader::load_layers() {
  const toml::node* list = reader_.node("layers");
  if (list == nullptr) return;
  room_.layers.clear();
  std::vector<TableReader> readers = reader_.tables("layers", kMostLayers);
  if (list->is_array() && list->as_array()->empty()) {
    faults_.error(list, reader_.path_of("layers"), "a picture has one layer at least",
                  "leave it out for three: 720, 360 and 180 lines");
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const std::optional<LayerConfig> layer = load_layer(readers[i]);
    if (!layer) continue;
    const LayerConfig* better = room_.layers.empty() ? nullptr : &room_.layers.back();
    if (better != nullptr &&
        (layer->height > better->height || layer->fps > better->fps || layer->kbps >= better->kbps)) {
      faults_.error(&readers[i].table(), reader_.path_of("layers[" + std::to_string(i) + "]"),
                    "this layer is not below the one before it",
                    "from the best to the least: fewer kbps, and not more height or fps");
    }
    room_.layers.push_back(*layer);
  }
}

std::optional<SourceUrl> RoomLoader::load_url(TableReader& reader, UrlUse use, std::set<std::string>& listeners) {
  const auto text =
      reader.required_string("url", use == UrlUse::source ? "such as url = \"srt://0.0.0.0:9001?mode=listener\""
                                                          : "such as url = \"screen:\"");
  if (!text) return std::nullopt;
  const toml::node* node = reader.table().get("url");
  auto url = parse_source_url(*text, use);
  if (!url) {
    faults_.error(node, reader.path_of("url"), url.error().message, "see the sources in plenary.example.toml");
    return std::nullopt;
  }
  const bool listens = (url->scheme == UrlScheme::srt && url->srt_mode == SrtMode::listener) ||
                       (url->scheme == UrlScheme::udp && use == UrlUse::source);
  if (listens) {
    const std::string place = url->host + ":" + std::to_string(url->port);
    if (!listeners.insert(place).second) {
      faults_.error(node, reader.path_of("url"), "port " + std::to_string(url->port) + " is listened at already",
                    "give each source and return a port of its own");
    }
  }
  std::error_code failed;
  if (url->scheme == UrlScheme::file && !std::filesystem::is_regular_file(url->path, failed)) {
    faults_.error(node, reader.path_of("url"), "there is no file " + url->path, "write an absolute path");
  }
  return std::move(url).value();
}

std::optional<AudioTrack> RoomLoader::load_track(const toml::node& node, const std::string& path) {
  constexpr const char* kHint = "write the track's number, such as 2, or one side of it, such as \"2.L\"";
  AudioTrack track;
  if (const auto* number = node.as_integer()) {
    if (number->get() >= 0 && number->get() < std::int64_t{kMostTracks}) {
      track.track = static_cast<std::uint32_t>(number->get());
      return track;
    }
  } else if (const auto* text = node.as_string()) {
    std::string_view rest = text->get();
    if (rest.ends_with(".L") || rest.ends_with(".R")) {
      track.side = rest.back() == 'L' ? StereoSide::left : StereoSide::right;
      rest.remove_suffix(2);
    }
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), track.track);
    if (error == std::errc() && end == rest.data() + rest.size() && track.track < kMostTracks) return track;
  }
  faults_.error(&node, path, "this is no audio track", kHint);
  return std::nullopt;
}

void RoomLoader::load_audio(TableReader& reader, SourceConfig& source) {
  auto audio = reader.table("audio");
  if (!audio) return;
  for (const auto& [key, node] : audio->table()) {
    const std::string channel(key.str());
    const std::string path = audio->path_of(channel);
    const auto track = load_track(node, path);
    if (channel != "clean" && !room_.has_channel(channel)) {
      std::vector<std::string_view> known = {"floor", "clean"};
      known.insert(known.end(), room_.languages.begin(), room_.languages.end());
      faults_.error(&node, path, "the room has no channel " + in_quotes(channel),
                    is_language(channel) ? "add it to the room's languages" : word_hint(channel, known));
      continue;
    }
    if (track) source.audio.emplace(channel, *track);
  }
}

SourceConfig RoomLoader::load_source(TableReader& reader, std::set<std::string>& taken,
                                     std::set<std::string>& listeners) {
  SourceConfig source;
  source.id = load_id(reader, taken, "source of this room");
  if (source.id == "floor") {
    faults_.error(reader.table().get("id"), reader.path_of("id"), "\"floor\" is where participants publish",
                  "choose another id");
  }
  if (auto url = load_url(reader, UrlUse::source, listeners)) source.url = std::move(*url);
  if (const auto kind = reader.word("kind", kKinds)) source.kind = static_cast<SourceKind>(*kind);
  load_audio(reader, source);
  source.backup_of = reader.string("backup_of").value_or("");
  source.delay = reader.duration("delay", kLongestDelay).value_or(source.delay);
  reader.finish();
  return source;
}

// A backup takes its primary's place: its kind always, its channels unless it has its own.
void RoomLoader::join_backups() {
  std::vector<std::string_view> ids;
  for (const SourceConfig& source : room_.sources) ids.push_back(source.id);
  for (std::size_t i = 0; i < room_.sources.size(); ++i) {
    SourceConfig& source = room_.sources[i];
    if (source.backup_of.empty()) continue;
    const toml::node* node = source_tables_[i]->get("backup_of");
    const std::string path = reader_.path_of("sources[" + std::to_string(i) + "].backup_of");
    const auto primary = std::ranges::find(room_.sources, source.backup_of, &SourceConfig::id);
    if (source.backup_of == source.id) {
      faults_.error(node, path, "a source is no backup of itself", "name the source that it replaces");
    } else if (primary == room_.sources.end()) {
      faults_.error(node, path, "the room has no source " + in_quotes(source.backup_of),
                    word_hint(source.backup_of, ids));
    } else if (!primary->backup_of.empty()) {
      faults_.error(node, path, in_quotes(source.backup_of) + " is a backup itself",
                    "name the source that both replace");
    } else {
      if (source.audio.empty()) source.audio = primary->audio;
      source.kind = primary->kind;
    }
  }
}

void RoomLoader::check_channels() {
  std::map<std::string, std::string> givers;
  for (std::size_t i = 0; i < room_.sources.size(); ++i) {
    const SourceConfig& source = room_.sources[i];
    if (!source.backup_of.empty()) continue;
    for (const auto& [channel, track] : source.audio) {
      const auto [giver, first] = givers.emplace(channel, source.id);
      if (first) continue;
      faults_.error(source_tables_[i]->get("audio"),
                    reader_.path_of("sources[" + std::to_string(i) + "].audio." + channel),
                    "source " + in_quotes(giver->second) + " gives this channel already",
                    "map it once, or make one a backup_of the other");
    }
  }
  const toml::node* room = &reader_.table();
  if (room_.sources.empty()) {
    faults_.warning(room, reader_.path_of("sources"), "the room has no source and shows its slate",
                    "add a [[rooms.sources]]");
    return;
  }
  if (!givers.contains("floor")) {
    faults_.warning(room, reader_.path_of("sources"), "no source gives the channel floor; the room is silent",
                    "add audio = { floor = 0 } to the source that has the room's sound");
  }
  for (const std::string& language : room_.languages) {
    if (givers.contains(language)) continue;
    faults_.warning(reader_.table().get("languages"), reader_.path_of("languages"),
                    "no source gives the channel " + language + "; its listeners hear the floor",
                    "map it in a source's audio or leave the language out");
  }
  if (room_.mix == Mix::desk && !givers.contains("clean")) {
    faults_.warning(room, reader_.path_of("mix"),
                    "without the desk's mix-minus a remote speaker's own sound comes back, so floor and interpretation "
                    "are muted to them while on air",
                    "map the desk's N-1 as audio = { clean = N }");
  }
  if (room_.mix == Mix::server && givers.contains("clean")) {
    faults_.warning(room, reader_.path_of("mix"), "the channel clean is not used where the server mixes",
                    "leave it out, or set mix = \"desk\"");
  }
}

RoomConfig RoomLoader::load(std::set<std::string>& ids, std::set<std::string>& listeners) {
  room_.id = load_id(reader_, ids, "room");
  room_.title = reader_.string("title").value_or(room_.id);
  load_languages();
  if (const auto type = reader_.word("type", kMeetingTypes)) room_.floor.type = static_cast<MeetingType>(*type + 1);
  if (const auto mix = reader_.word("mix", kMixes)) room_.mix = static_cast<Mix>(*mix);
  load_agenda();
  load_slate();
  load_layers();
  std::set<std::string> source_ids;
  for (TableReader& reader : reader_.tables("sources", kMostSources)) {
    room_.sources.push_back(load_source(reader, source_ids, listeners));
    source_tables_.push_back(&reader.table());
  }
  std::set<std::string> return_ids;
  for (TableReader& reader : reader_.tables("returns", kMostReturns)) {
    ReturnConfig back;
    back.id = load_id(reader, return_ids, "return of this room");
    if (auto url = load_url(reader, UrlUse::return_path, listeners)) back.url = std::move(*url);
    reader.finish();
    room_.returns.push_back(std::move(back));
  }
  reader_.finish();
  join_backups();
  check_channels();
  return std::move(room_);
}

}  // namespace

std::vector<RoomConfig> load_rooms(TableReader& top, const std::filesystem::path& folder) {
  std::vector<RoomConfig> rooms;
  std::set<std::string> ids;
  std::set<std::string> listeners;
  for (TableReader& reader : top.tables("rooms", kMostRooms)) {
    rooms.push_back(RoomLoader(reader, folder).load(ids, listeners));
  }
  if (rooms.empty()) {
    top.faults().warning(nullptr, "rooms", "there is no room", "add a [[rooms]]; plenary.example.toml shows one");
  }
  return rooms;
}

}  // namespace plenary::server
