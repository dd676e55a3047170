// Commands from the server, read from JSON. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "media/base/media_types.h"
#include "media/base/result.h"
#include "media/room/video_format.h"

namespace plenary::room {

enum class Mix : std::uint8_t { desk, server };
enum class SourceKind : std::uint8_t { room, slides, sign, booth };
enum class Side : std::uint8_t { both, left, right };

// Which sound of a source a channel carries: a track by its order, whole or one side of it on both.
struct SoundPick {
  int track = 0;
  Side side = Side::both;
};
// "2", "2.L", "2.R"; nothing for anything else.
std::optional<SoundPick> parse_sound_pick(std::string_view text);

struct SourceConfig {
  std::string id;
  std::string url;
  SourceKind kind = SourceKind::room;
  std::map<std::string, SoundPick> audio;  // by channel
  std::optional<std::string> backup_of;
  int delay_ms = 0;
};

struct ReturnConfig {
  std::string id;
  std::string url;
};

struct Configure {
  std::string room;
  std::string title;
  std::vector<std::string> languages;  // without floor
  Mix mix = Mix::desk;
  std::optional<std::string> slate;                                         // path of a PNG or JPEG
  std::vector<VideoFormat> layers{kRoomLayers.begin(), kRoomLayers.end()};  // of the picture, the best first; 1 to 3
  std::vector<SourceConfig> sources;
  std::vector<ReturnConfig> returns;
};
struct KeyFrame {
  std::uint16_t track = 0;
};
struct Want {
  std::uint16_t track = 0;
  bool wanted = false;
};
struct SpeakerAdd {
  std::string speaker;
  std::optional<std::uint16_t> audio_track;
  std::optional<std::uint16_t> video_track;
  Codec video_codec = Codec::h264;
  bool video_codec_known = false;  // false: no picture has come yet
  std::string name;                // for a caption; may be empty
};
struct SpeakerAir {
  std::string speaker;
  bool on = false;
};
struct SpeakerMute {
  std::string speaker;
  bool muted = false;
};
struct SpeakerRemove {
  std::string speaker;
};
// Somebody's device check: decoded and measured, heard by nobody.
struct CheckAdd {
  std::string check;
  std::uint16_t audio_track = 0;
};
struct CheckRemove {
  std::string check;
};
struct Stop {};

using Command = std::variant<Configure, KeyFrame, Want, SpeakerAdd, SpeakerAir, SpeakerMute, SpeakerRemove, CheckAdd,
                             CheckRemove, Stop>;

constexpr std::size_t kMaxMessage = 64 * 1024;  // bytes, either direction
constexpr int kMaxDelayMs = 10'000;
constexpr std::size_t kMaxSources = 16;  // a room; each costs a decoder
constexpr std::size_t kMaxReturns = 8;
constexpr std::size_t kMaxLanguages = 32;
constexpr int kMaxSoundTrack = 31;  // a transport stream with more audio tracks has not been seen

// Errors: `json` (not an object), `unknown_command`, `bad_field` (names the field).
Result<Command> parse_command(std::string_view message);

}  // namespace plenary::room
