#include "server/app/room_tracks.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "media/sdp/h264_profile.h"

namespace plenary::server {
namespace {

using nlohmann::json;

constexpr const char* kAnyProfile = "42e01f";  // until a room process has said what it sends

struct Listed {
  std::string name;
  Codec codec = Codec::opus;
  std::string profile_level_id;
  std::uint16_t number = 0;
  std::optional<std::uint16_t> layer_of;
  std::uint64_t bitrate = 0;
};

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::uint64_t> number_in(const json& object, const char* key, std::uint64_t most) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > most) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<Listed> read(const json& entry) {
  constexpr std::uint64_t kMostNumber = std::numeric_limits<std::uint16_t>::max();
  if (!entry.is_object()) return std::nullopt;
  const std::optional<Codec> codec = codec_named(text_in(entry, "codec"));
  const std::optional<std::uint64_t> number = number_in(entry, "track", kMostNumber);
  Listed listed{.name = text_in(entry, "name"), .profile_level_id = text_in(entry, "profile_level_id")};
  if (listed.name.empty() || !codec || !number) return std::nullopt;
  listed.codec = *codec;
  listed.number = static_cast<std::uint16_t>(*number);
  listed.layer_of = number_in(entry, "layer_of", kMostNumber);
  listed.bitrate = number_in(entry, "bitrate", std::numeric_limits<std::uint64_t>::max()).value_or(0);
  return listed;
}

io::AddFeedTrack add_command(const RoomTracks::Track& track, FeedId feed) {
  return {.track = track.id,
          .codec = track.codec,
          .h264_profile_level_id = track.profile_level_id,
          .feed = feed,
          .feed_track = track.feed_track,
          .layer_of = track.layer_of,
          .bitrate = track.bitrate};
}

const char* slate_of(Codec codec) {
  if (codec == Codec::opus) return "slate/audio";
  return codec == Codec::vp8 ? "slate/video/vp8" : "slate/video";
}

// The programme is the room's picture with somebody laid in, in the same layers: what stands in for one does for the
// other.
std::string own_slate_of(const std::string& name) {
  constexpr std::string_view kProgramme = "programme/";
  return "slate/" + (name.starts_with(kProgramme) ? name.substr(kProgramme.size()) : name);
}

bool is_slate(const std::string& name) { return name.starts_with("slate/"); }
bool is_speakers(const std::string& name) { return name.starts_with("speaker/"); }

}  // namespace

std::vector<io::ShardCommand> RoomTracks::take(const json& list, FeedId feed, bool whole,
                                               const std::function<TrackId()>& new_track,
                                               const std::map<std::uint16_t, TrackId>& speakers) {
  std::vector<io::ShardCommand> commands;
  if (!list.is_array()) return commands;
  std::vector<Listed> listed;
  std::map<std::uint16_t, TrackId> numbers = speakers;  // and of this list: a layer names its picture by them
  std::set<std::string> names;
  std::set<std::string> added;
  for (const json& entry : list) {
    std::optional<Listed> item = read(entry);
    if (!item || !names.insert(item->name).second) continue;
    Track& track = tracks_[item->name];
    if (track.id != kNoTrack && track.codec != item->codec) {  // another track of the same name
      commands.emplace_back(io::RemoveTrack{track.id});
      track = Track();
    }
    if (track.id == kNoTrack) {
      track.id = new_track();
      track.codec = item->codec;
      added.insert(item->name);
    }
    numbers[item->number] = track.id;
    listed.push_back(*std::move(item));
  }
  for (const Listed& item : listed) {
    Track& track = tracks_[item.name];
    track.feed_track = item.number;
    track.profile_level_id = item.profile_level_id;
    const auto picture = item.layer_of ? numbers.find(*item.layer_of) : numbers.end();
    const TrackId layer_of = picture == numbers.end() || picture->second == track.id ? kNoTrack : picture->second;
    const bool moved = std::exchange(track.layer_of, layer_of) != layer_of;
    const bool changed = std::exchange(track.bitrate, item.bitrate) != item.bitrate || moved;
    const bool is_new = added.contains(item.name);
    if (!is_new) commands.emplace_back(io::SetTrackSource{track.id, feed, track.feed_track});
    if (is_new || changed) commands.emplace_back(add_command(track, feed));
  }
  for (const std::string& name : added) {
    if (is_slate(name) || is_speakers(name)) continue;  // nothing stands in for a speaker
    const Track& track = tracks_[name];
    const Track* slate = find(own_slate_of(name));
    if (slate == nullptr || slate->codec != track.codec) slate = find(slate_of(track.codec));
    if (slate != nullptr) commands.emplace_back(io::SetSlate{track.id, slate->id});
  }
  if (!whole) return commands;
  std::erase_if(tracks_, [&](const auto& entry) {
    const bool gone = !names.contains(entry.first);
    if (gone) commands.emplace_back(io::RemoveTrack{entry.second.id});
    return gone;
  });
  return commands;
}

std::vector<io::ShardCommand> RoomTracks::end_process() {
  std::vector<io::ShardCommand> commands;
  std::erase_if(tracks_, [&](const auto& entry) {
    const bool gone = is_speakers(entry.first);
    if (gone) commands.emplace_back(io::RemoveTrack{entry.second.id});
    return gone;
  });
  return commands;
}

const RoomTracks::Track* RoomTracks::find(const std::string& name) const {
  const auto found = tracks_.find(name);
  return found == tracks_.end() ? nullptr : &found->second;
}

RoomTracks::Track* RoomTracks::find(TrackId id) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& t) { return t.second.id == id; });
  return found == tracks_.end() ? nullptr : &found->second;
}

std::string RoomTracks::h264_profile_level_id() const {
  const Track* picture = find("video");
  if (picture == nullptr) return kAnyProfile;
  std::optional<sdp::H264ProfileLevel> needed = sdp::parse_profile_level_id(picture->profile_level_id);
  if (!needed) return kAnyProfile;
  for (const auto& [name, track] : tracks_) {
    if (track.layer_of != picture->id) continue;
    const auto layer = sdp::parse_profile_level_id(track.profile_level_id);
    if (layer) needed->level_idc = std::max(needed->level_idc, layer->level_idc);
  }
  return needed->text();
}

}  // namespace plenary::server
