#include "server/config/config.h"

#include <algorithm>

namespace plenary::server {

std::string AudioTrack::text() const {
  return std::to_string(track) + (side == StereoSide::left ? ".L" : side == StereoSide::right ? ".R" : "");
}

bool RoomConfig::has_channel(std::string_view channel) const {
  return channel == "floor" || std::ranges::find(languages, channel) != languages.end();
}

const RoomConfig* Config::room(std::string_view id) const {
  const auto found = std::ranges::find(rooms, id, &RoomConfig::id);
  return found == rooms.end() ? nullptr : &*found;
}

std::string ConfigFault::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  out += severity == Severity::error ? ": error: " : ": warning: ";
  if (!key.empty()) out += key + ": ";
  out += message;
  if (!hint.empty()) out += " (hint: " + hint + ")";
  // A value of the file may be quoted in it; a fault is one line all the same.
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

}  // namespace plenary::server
