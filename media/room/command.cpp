#include "media/room/command.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace plenary::room {
namespace {

using Json = nlohmann::json;

struct BadField {
  std::string message;
};

const Json& field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) throw BadField{std::string("the field \"") + name + "\" is missing"};
  return *found;
}

std::string text_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_string()) throw BadField{std::string("the field \"") + name + "\" must be a string"};
  return value.get<std::string>();
}

std::optional<std::string> optional_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return text_field(object, name);
}

bool flag_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_boolean()) throw BadField{std::string("the field \"") + name + "\" must be true or false"};
  return value.get<bool>();
}

std::int64_t number_field(const Json& object, const char* name, std::int64_t least, std::int64_t most) {
  const Json& value = field(object, name);
  if (!value.is_number_integer() || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
    throw BadField{std::string("the field \"") + name + "\" must be a whole number from " + std::to_string(least) +
                   " to " + std::to_string(most)};
  }
  return value.get<std::int64_t>();
}

std::uint16_t track_field(const Json& object, const char* name) {
  return static_cast<std::uint16_t>(number_field(object, name, 0, 0xffff));
}

std::optional<std::uint16_t> optional_track(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return track_field(object, name);
}

const Json& list_field(const Json& object, const char* name, std::size_t most) {
  static const Json kEmpty = Json::array();
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return kEmpty;
  if (!found->is_array() || found->size() > most) {
    throw BadField{std::string("the field \"") + name + "\" must be a list of at most " + std::to_string(most)};
  }
  return *found;
}

SoundPick sound_pick(const Json& value, const std::string& channel) {
  if (value.is_number_integer()) {
    const auto track = value.get<std::int64_t>();
    if (track >= 0 && track <= kMaxSoundTrack) return {static_cast<int>(track), Side::both};
  }
  if (value.is_string()) {
    if (const auto pick = parse_sound_pick(value.get_ref<const std::string&>())) return *pick;
  }
  throw BadField{"the audio track of channel \"" + channel + "\" must be a number or \"N.L\" or \"N.R\""};
}

SourceKind source_kind(const Json& object) {
  const std::string kind = optional_text(object, "kind").value_or("room");
  if (kind == "room") return SourceKind::room;
  if (kind == "slides") return SourceKind::slides;
  if (kind == "sign") return SourceKind::sign;
  if (kind == "booth") return SourceKind::booth;
  throw BadField{"the field \"kind\" must be room, slides, sign or booth"};
}

SourceConfig source_config(const Json& object) {
  SourceConfig source;
  source.id = text_field(object, "id");
  source.url = text_field(object, "url");
  source.kind = source_kind(object);
  source.backup_of = optional_text(object, "backup_of");
  if (object.contains("delay_ms")) {
    source.delay_ms = static_cast<int>(number_field(object, "delay_ms", 0, kMaxDelayMs));
  }
  if (const auto audio = object.find("audio"); audio != object.end() && !audio->is_null()) {
    if (!audio->is_object()) throw BadField{"the field \"audio\" must be an object"};
    for (const auto& [channel, value] : audio->items()) source.audio[channel] = sound_pick(value, channel);
  }
  return source;
}

VideoFormat layer(const Json& object) {
  if (!object.is_object()) throw BadField{"the field \"layers\" must hold objects"};
  VideoFormat format;
  format.height =
      static_cast<int>(number_field(object, "height", VideoFormat::kLeastHeight, static_cast<int>(kPictureHeight)));
  if (format.height % VideoFormat::kHeightStep != 0) {
    throw BadField{"the field \"height\" must be a multiple of " + std::to_string(VideoFormat::kHeightStep)};
  }
  format.frame_rate = static_cast<int>(number_field(object, "fps", VideoFormat::kLeastFrameRate, kMaxFrameRate));
  format.kbps = static_cast<int>(number_field(object, "kbps", VideoFormat::kLeastKbps, VideoFormat::kMostKbps));
  return format;
}

Configure configure(const Json& object) {
  Configure command;
  command.room = text_field(object, "room");
  command.title = optional_text(object, "title").value_or(command.room);
  for (const Json& language : list_field(object, "languages", kMaxLanguages)) {
    if (!language.is_string()) throw BadField{"the field \"languages\" must hold strings"};
    command.languages.push_back(language.get<std::string>());
  }
  const std::string mix = optional_text(object, "mix").value_or("desk");
  if (mix != "desk" && mix != "server") throw BadField{"the field \"mix\" must be desk or server"};
  command.mix = mix == "server" ? Mix::server : Mix::desk;
  command.slate = optional_text(object, "slate");
  if (const Json& layers = list_field(object, "layers", kMaxLayers); !layers.empty()) {
    command.layers.clear();
    for (const Json& entry : layers) command.layers.push_back(layer(entry));
  }
  for (const Json& source : list_field(object, "sources", kMaxSources)) {
    if (!source.is_object()) throw BadField{"the field \"sources\" must hold objects"};
    command.sources.push_back(source_config(source));
  }
  for (const Json& entry : list_field(object, "returns", kMaxReturns)) {
    if (!entry.is_object()) throw BadField{"the field \"returns\" must hold objects"};
    command.returns.push_back({text_field(entry, "id"), text_field(entry, "url")});
  }
  return command;
}

SpeakerAdd speaker_add(const Json& object) {
  SpeakerAdd command;
  command.speaker = text_field(object, "speaker");
  command.audio_track = optional_track(object, "audio_track");
  command.video_track = optional_track(object, "video_track");
  command.name = optional_text(object, "name").value_or("");
  command.video_codec_known = optional_text(object, "video_codec").has_value();
  const std::string codec = optional_text(object, "video_codec").value_or("h264");
  const std::optional<Codec> named = codec_named(codec);
  if (!named || kind_of(*named) != MediaKind::video) {
    throw BadField{"the field \"video_codec\" must be h264, vp8, vp9 or av1"};
  }
  command.video_codec = *named;
  return command;
}

Result<Command> read(const std::string& name, const Json& object) {
  if (name == "configure") return Command(configure(object));
  if (name == "key_frame") return Command(KeyFrame{track_field(object, "track")});
  if (name == "want") return Command(Want{track_field(object, "track"), flag_field(object, "wanted")});
  if (name == "speaker.add") return Command(speaker_add(object));
  if (name == "speaker.air") return Command(SpeakerAir{text_field(object, "speaker"), flag_field(object, "on")});
  if (name == "speaker.mute") return Command(SpeakerMute{text_field(object, "speaker"), flag_field(object, "muted")});
  if (name == "speaker.remove") return Command(SpeakerRemove{text_field(object, "speaker")});
  if (name == "check.add") return Command(CheckAdd{text_field(object, "check"), track_field(object, "audio_track")});
  if (name == "check.remove") return Command(CheckRemove{text_field(object, "check")});
  if (name == "stop") return Command(Stop{});
  return Error{"unknown_command", "there is no command \"" + name + "\""};
}

}  // namespace

std::optional<SoundPick> parse_sound_pick(std::string_view text) {
  SoundPick pick;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), pick.track);
  if (fault != std::errc{} || pick.track < 0 || pick.track > kMaxSoundTrack) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest == ".L") pick.side = Side::left;
  if (rest == ".R") pick.side = Side::right;
  if (!rest.empty() && pick.side == Side::both) return std::nullopt;
  return pick;
}

Result<Command> parse_command(std::string_view message) {
  if (message.size() > kMaxMessage) return Error{"json", "the message is longer than 64 KiB"};
  const Json object = Json::parse(message, nullptr, false);
  if (!object.is_object()) return Error{"json", "the message is not a JSON object"};
  try {
    return read(text_field(object, "command"), object);
  } catch (const BadField& fault) {
    return Error{"bad_field", fault.message};
  }
}

}  // namespace plenary::room
