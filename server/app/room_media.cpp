#include "server/app/room_media.h"

#include <algorithm>
#include <utility>

#include "media/base/log.h"
#include "media/crypto/base64.h"
#include "server/routing/slots.h"

namespace plenary::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxPicture = 48 * 1024;  // bytes of JPEG; 320×180 has about 10 KB
constexpr double kSilenceLevel = -100;          // dBFS shown where nothing was measured

json configure_command(const RoomConfig& room) {
  json sources = json::array();
  for (const SourceConfig& source : room.sources) {
    json audio = json::object();
    for (const auto& [channel, track] : source.audio) {
      if (track.side == StereoSide::both) {
        audio[channel] = track.track;
      } else {
        audio[channel] = track.text();
      }
    }
    json entry = {{"id", source.id}, {"url", source.url.text}, {"audio", audio}, {"delay_ms", source.delay.count()}};
    static constexpr const char* kKinds[] = {"room", "slides", "sign", "booth"};
    entry["kind"] = kKinds[static_cast<std::size_t>(source.kind)];
    if (!source.backup_of.empty()) entry["backup_of"] = source.backup_of;
    sources.push_back(std::move(entry));
  }
  json layers = json::array();
  for (const LayerConfig& layer : room.layers) {
    layers.push_back({{"height", layer.height}, {"fps", layer.fps}, {"kbps", layer.kbps}});
  }
  json returns = json::array();
  for (const ReturnConfig& back : room.returns) returns.push_back({{"id", back.id}, {"url", back.url.text}});
  return {{"command", "configure"},
          {"room", room.id},
          {"title", room.title},
          {"languages", room.languages},
          {"mix", room.mix == Mix::desk ? "desk" : "server"},
          {"slate", room.slate.empty() ? json() : json(room.slate.string())},
          {"layers", std::move(layers)},
          {"sources", std::move(sources)},
          {"returns", std::move(returns)}};
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void read_levels(const json& report, const char* key, std::map<std::string, double>& levels) {
  const auto found = report.find(key);
  if (found == report.end() || !found->is_object()) return;
  levels.clear();
  for (const auto& [name, level] : found->items()) {
    if (level.is_number()) levels[name] = level.get<double>();
  }
}

double level_in(const std::map<std::string, double>& levels, const std::string& name) {
  const auto found = levels.find(name);
  return found == levels.end() ? kSilenceLevel : found->second;
}

}  // namespace

void RoomMediaChange::add(RoomMediaChange other) {
  tracks |= other.tracks;
  channels |= other.channels;
  returns |= other.returns;
  status |= other.status;
  process_ended |= other.process_ended;
  std::move(other.checks.begin(), other.checks.end(), std::back_inserter(checks));
  std::move(other.decoding.begin(), other.decoding.end(), std::back_inserter(decoding));
  std::move(other.on_air.begin(), other.on_air.end(), std::back_inserter(on_air));
  std::move(other.not_decoding.begin(), other.not_decoding.end(), std::back_inserter(not_decoding));
  std::move(other.off_air.begin(), other.off_air.end(), std::back_inserter(off_air));
}

RoomMedia::RoomMedia(const RoomConfig& config, MediaPlane& plane, std::filesystem::path program)
    : config_(config),
      plane_(plane),
      home_(plane.new_home()),
      link_(std::move(program), config.id, configure_command(config).dump()),
      next_speaker_track_(kFirstSpeakerTrack) {
  for (const SourceConfig& source : config.sources) {
    sources_[source.id] = {{"id", source.id},
                           {"url", source.url.redacted()},
                           {"state", "connecting"},
                           {"detail", ""},
                           {"detail_code", ""}};
  }
  for (const ReturnConfig& back : config.returns) {
    returns_[back.id] = {
        {"id", back.id}, {"url", back.url.redacted()}, {"state", "waiting"}, {"detail", ""}, {"detail_code", ""}};
  }
}

RoomMediaChange RoomMedia::start(Instant now) {
  Result<int> frames = link_.start(now);
  if (!frames) {
    log(LogLevel::error, "room.not_started", {{"room", config_.id}, {"reason", frames.error().message}});
    fault_ = json{{"code", frames.error().code}, {"text", frames.error().message}};
    return {.status = true};
  }
  fault_.reset();
  feed_ = plane_.new_feed(home_);
  plane_.post(io::AddFeed{*feed_, *frames});
  if (relayed_to_ != 0) plane_.post(io::RelayFeed{*feed_, relayed_to_});
  return {.status = true};
}

RoomMediaChange RoomMedia::handle_timeout(Instant now) {
  if (link_.start_is_due(now)) return start(now);
  if (!link_.handle_timeout(now)) return {};
  ready_ = false;
  if (feed_) plane_.post(io::RemoveFeed{*feed_});
  feed_.reset();
  for (io::ShardCommand& command : tracks_.end_process()) plane_.post(std::move(command));
  speaker_encoders_ = 0;
  pictures_.erase("room/still");
  for (auto& [id, source] : sources_) source["state"] = "stopped";
  for (auto& [id, back] : returns_) back["state"] = "waiting";
  RoomMediaChange change{.returns = true, .status = true, .process_ended = true};
  for (auto& [request, speaker] : speakers_) {
    speaker.state.clear();
    change.off_air.push_back(request);
    change.not_decoding.push_back(request);
  }
  return change;
}

RoomMediaChange RoomMedia::handle_readable(Instant now) {
  RoomMediaChange change;
  for (const json& report : link_.handle_readable(now)) change.add(handle_report(report));
  return change;
}

RoomMediaChange RoomMedia::handle_report(const json& report) {
  const std::string kind = text_of(report, "report");
  RoomMediaChange change{.status = true};
  if (kind == "ready" || kind == "tracks") {
    take_tracks(report.value("tracks", json::array()));
    if (kind == "ready") {
      ready_ = true;
      for (const auto& [name, track] : tracks_.by_name()) {
        if (track.watched) link_.send({{"command", "want"}, {"track", track.feed_track}, {"wanted", true}});
      }
      for (const auto& [request, speaker] : speakers_) {
        tell_speaker(speaker);
        route_uplink(speaker);
      }
    }
    change.tracks = true;
  } else if (kind == "source" || kind == "return") {
    std::map<std::string, json>& entries = kind == "source" ? sources_ : returns_;
    const auto entry = entries.find(text_of(report, "id"));
    if (entry == entries.end()) return change;
    for (const auto& [key, type] :
         {std::pair("state", json::value_t::string), std::pair("detail", json::value_t::string),
          std::pair("detail_code", json::value_t::string), std::pair("picture", json::value_t::object),
          std::pair("audio", json::value_t::array)}) {
      const auto field = report.find(key);
      if (field != report.end() && (field->type() == type || field->is_null())) entry->second[key] = *field;
    }
    change.returns = kind == "return";
  } else if (kind == "levels") {
    take_levels(report);
  } else if (kind == "channel") {
    const std::string channel = text_of(report, "channel");
    if (report.value("silent", json()) == true) {
      silent_channels_.insert(channel);
    } else {
      silent_channels_.erase(channel);
    }
    change.channels = true;
  } else if (kind == "speaker") {
    take_speaker(report, change);
  } else if (kind == "speaker_readiness") {
    take_readiness(report);
  } else if (kind == "check") {
    change.checks.push_back(report);
    change.status = false;
  } else if (kind == "speaker_key_frame") {
    const auto speaker = speakers_.find(text_of(report, "speaker"));
    if (speaker != speakers_.end()) plane_.post(io::RequestKeyFrame{speaker->second.video});
    change.status = false;
  } else if (kind == "picture") {
    take_picture(report);
    change.status = false;
  } else if (kind == "fault") {
    fault_ = json{{"code", text_of(report, "code")}, {"text", text_of(report, "message")}};
    log(LogLevel::warning, "room.fault", {{"room", config_.id}, {"message", text_of(report, "message")}});
  }
  return change;
}

void RoomMedia::take_tracks(const json& list) {
  if (!feed_) return;
  // A process that has just begun lists the tracks of its sources; those of its speakers follow.
  std::map<std::uint16_t, TrackId> pictures;
  for (const auto& [request, speaker] : speakers_) pictures[speaker.video_track] = speaker.video;
  const auto new_track = [this] { return plane_.new_track(home_); };
  for (io::ShardCommand& command : tracks_.take(list, *feed_, ready_, new_track, pictures)) {
    plane_.post(std::move(command));
  }
}

void RoomMedia::take_levels(const json& report) {
  read_levels(report, "channels", channel_levels_);
  read_levels(report, "sources", source_levels_);
  read_levels(report, "returns", return_levels_);
  read_levels(report, "speakers", speaker_levels_);
  const json encoders = report.value("speaker_encoders", json());
  if (encoders.is_number_unsigned()) speaker_encoders_ = encoders.get<std::uint64_t>();
  const json dropped = report.value("dropped", json::object());
  if (!dropped.is_object()) return;
  for (auto& [name, count] : dropped_) {
    const json said = dropped.value(name, json());
    if (said.is_number_unsigned()) count = said.get<std::uint64_t>();
  }
}

void RoomMedia::take_picture(const json& report) {
  std::optional<std::string> jpeg = crypto::decode_base64(text_of(report, "jpeg"));
  if (!jpeg || jpeg->empty() || jpeg->size() > kMaxPicture) return;
  const std::string kind = text_of(report, "kind");
  if (kind == "room") still_etag_ = '"' + std::to_string(std::hash<std::string>{}(*jpeg)) + '"';
  pictures_[kind + "/" + text_of(report, "id")] = *std::move(jpeg);
}

void RoomMedia::take_speaker(const json& report, RoomMediaChange& change) {
  const auto found = speakers_.find(text_of(report, "speaker"));
  if (found == speakers_.end()) return;
  const std::string state = text_of(report, "state");
  found->second.state = state == "off_air" ? "decoding" : state;
  if (state == "on_air") change.on_air.push_back(found->first);
  if (state == "off_air") change.off_air.push_back(found->first);
  if (state == "decoding") change.decoding.push_back(found->first);
}

bool RoomMedia::handle_key_frame_wanted(const io::KeyFrameWanted& wanted) {
  if (feed_ != wanted.feed) return false;
  link_.send({{"command", "key_frame"}, {"track", wanted.feed_track}});
  return true;
}

bool RoomMedia::handle_track_watched(const io::TrackWatched& watched) {
  RoomTracks::Track* track = tracks_.find(watched.track);
  if (track == nullptr) return false;
  track->watched = watched.watched;
  if (ready_) link_.send({{"command", "want"}, {"track", track->feed_track}, {"wanted", track->watched}});
  return true;
}

bool RoomMedia::handle_track_live(const io::TrackLive& live) {
  for (auto& [request, speaker] : speakers_) {
    if (live.track == speaker.audio) return true;
    const bool layer = std::ranges::find(speaker.layers, live.track) != speaker.layers.end();
    if (live.track != speaker.video && !layer) continue;
    if (live.live) {
      speaker.pictures.insert(live.track);
    } else {
      speaker.pictures.erase(live.track);
    }
    return true;
  }
  RoomTracks::Track* track = tracks_.find(live.track);
  if (track == nullptr) return false;
  track->live = live.live;
  if (live.track == this->track("video")) picture_live_ = live.live;
  return true;
}

RoomMediaChange RoomMedia::set_screen_return(bool open, bool sound) {
  const bool before = return_connected();
  screen_open_ = open;
  screen_sound_ = open && sound;
  return {.returns = before != return_connected(), .status = true};
}

TrackId RoomMedia::track(const std::string& name) const {
  if (const RoomTracks::Track* found = tracks_.find(name)) return found->id;
  for (const auto& [request, speaker] : speakers_) {
    if (name == speaker_video_track(request)) return speaker.video;
    if (name == speaker_audio_track(request)) return speaker.audio;
  }
  return kNoTrack;
}

bool RoomMedia::return_connected() const {
  const bool wired = std::any_of(returns_.begin(), returns_.end(),
                                 [](const auto& back) { return text_of(back.second, "state") == "connected"; });
  return wired || screen_sound_;
}

bool RoomMedia::speaker_has_picture(const std::string& request) const {
  const auto found = speakers_.find(request);
  return found != speakers_.end() && !found->second.pictures.empty();
}

std::string RoomMedia::loudest_speaker() const {
  std::string loudest;
  double level = kSilenceLevel;
  for (const auto& [request, measured] : speaker_levels_) {
    if (measured > level) {
      level = measured;
      loudest = request;
    }
  }
  return loudest;
}

const std::string& RoomMedia::picture(const std::string& kind, const std::string& id) const {
  static const std::string kNone;
  const auto found = pictures_.find(kind + "/" + id);
  return found == pictures_.end() ? kNone : found->second;
}

json RoomMedia::status() const {
  json sources = json::array();
  for (const SourceConfig& source : config_.sources) {
    json entry = sources_.at(source.id);
    static constexpr const char* kKinds[] = {"room", "slides", "sign", "booth"};
    entry["kind"] = kKinds[static_cast<std::size_t>(source.kind)];
    entry["level_db"] = level_in(source_levels_, source.id);
    sources.push_back(std::move(entry));
  }
  json returns = json::array();
  for (const auto& [id, state] : returns_) {
    json entry = state;
    entry["level_db"] = level_in(return_levels_, id);
    returns.push_back(std::move(entry));
  }
  returns.push_back(
      {{"id", "screen"},
       {"url", "screen:"},
       {"state", screen_sound_ ? "connected" : "waiting"},
       {"detail", screen_open_ && !screen_sound_ ? "the page is open, its sound has not been started" : ""},
       {"detail_code", screen_open_ && !screen_sound_ ? "sound_not_started" : ""},
       {"level_db", level_in(return_levels_, "screen")}});
  json channels = json::array();
  for (const auto& [name, track] : tracks_.by_name()) {
    if (!name.starts_with("audio/")) continue;
    const std::string language = name.substr(6);
    channels.push_back({{"language", language},
                        {"level_db", level_in(channel_levels_, language)},
                        {"silent", silent_channels_.contains(language)}});
    if (language == "floor") std::rotate(channels.begin(), channels.end() - 1, channels.end());
  }
  json speakers = json::array();
  for (const auto& [request, speaker] : speakers_) {
    speakers.push_back({{"request", request},
                        {"name", speaker.media.name},
                        {"state", speaker.state.empty() ? "connecting" : speaker.state},
                        {"level_db", level_in(speaker_levels_, request)},
                        {"readiness", json::parse(signaling::readiness_json(readiness(request)))}});
  }
  json alarms = json::array();
  if (fault_) alarms.push_back(*fault_);
  if (screen_open_ && !screen_sound_) {
    alarms.push_back({{"code", "return_silent"},
                      {"text", config_.title + ": the return page is open but its sound has not been started"}});
  }
  if (!ready_)
    alarms.push_back({{"code", "room_restarting"}, {"text", config_.title + ": the room process is starting"}});
  return {{"room", config_.id},
          {"title", config_.title},
          {"process", ready_ ? "running" : "restarting"},
          {"return_connected", return_connected()},
          {"picture", picture_live_ ? "live" : "slate"},
          {"sources", std::move(sources)},
          {"returns", std::move(returns)},
          {"channels", std::move(channels)},
          {"speakers", std::move(speakers)},
          {"alarms", std::move(alarms)}};
}

}  // namespace plenary::server
