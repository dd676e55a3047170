// What the room process says of a speaker's sound and the shard of its way, kept with the speaker.
#include <algorithm>

#include "server/app/room_media.h"

namespace plenary::server {

void RoomMedia::take_readiness(const nlohmann::json& report) {
  const auto request = report.find("speaker");
  if (request == report.end() || !request->is_string()) return;
  const auto found = speakers_.find(request->get<std::string>());
  if (found == speakers_.end()) return;
  found->second.readiness.handle_sound(report);
  readiness_changes_.insert(found->first);
}

bool RoomMedia::handle_uplink_quality(const io::UplinkQuality& quality) {
  const auto found = std::find_if(speakers_.begin(), speakers_.end(),
                                  [&](const auto& entry) { return entry.second.media.peer == quality.peer; });
  if (found == speakers_.end()) return false;
  found->second.readiness.handle_uplink(quality);
  readiness_changes_.insert(found->first);
  return true;
}

std::optional<signaling::Readiness> RoomMedia::readiness(const std::string& request) const {
  const auto found = speakers_.find(request);
  if (found == speakers_.end()) return std::nullopt;
  SpeakerReadiness readiness = found->second.readiness;
  if (found->second.media.video) readiness.handle_media(MediaKind::video);
  return readiness.verdict();
}

}  // namespace plenary::server
