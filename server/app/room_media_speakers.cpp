// The remote speakers of a room: what the room process and the shard are told of each.
#include <algorithm>
#include <utility>

#include "server/app/room_media.h"

namespace plenary::server {

using nlohmann::json;

void RoomMedia::set_speakers(const std::vector<SpeakerMedia>& wanted) {
  std::erase_if(speakers_, [&](auto& entry) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const SpeakerMedia& media) {
      return media.request == entry.first && media.peer == entry.second.media.peer;
    });
    if (!stays) remove_speaker(entry.second);
    return !stays;
  });
  for (const SpeakerMedia& media : wanted) {
    const auto found = speakers_.find(media.request);
    if (found == speakers_.end()) {
      add_speaker(media);
      continue;
    }
    Speaker& speaker = found->second;
    const SpeakerMedia before = std::exchange(speaker.media, media);
    if (!ready_) continue;
    // Decoders stay as they are, so that a grant is heard and seen at once.
    if (before.video != media.video) {
      link_.send({{"command", "speaker.remove"}, {"speaker", media.request}});
      tell_speaker(speaker);
      continue;
    }
    if (before.muted != media.muted) tell_muted(media);
    if (before.open != media.open) tell_air(media);
  }
}

void RoomMedia::add_speaker(const SpeakerMedia& media) {
  Speaker speaker{.media = media};
  if (next_speaker_track_ > 60'000) next_speaker_track_ = kFirstSpeakerTrack;  // numbers of long ago are free again
  speaker.audio_track = next_speaker_track_++;
  speaker.video_track = next_speaker_track_++;
  speaker.audio = plane_.new_track(home_);
  speaker.video = plane_.new_track(home_);
  plane_.post(io::AddRelayedTrack{speaker.audio});
  plane_.post(io::AddRelayedTrack{speaker.video});
  for (TrackId& layer : speaker.layers) {
    layer = plane_.new_track(home_);
    plane_.post(io::AddRelayedTrack{layer});
  }
  const auto added = speakers_.emplace(media.request, std::move(speaker)).first;
  tell_speaker(added->second);
  route_uplink(added->second);
}

void RoomMedia::tell_speaker(const Speaker& speaker) {
  if (!ready_) return;
  const SpeakerMedia& media = speaker.media;
  json add = {{"command", "speaker.add"},
              {"speaker", media.request},
              {"name", media.name},
              {"audio_track", speaker.audio_track},
              {"video_track", speaker.video_track}};
  if (media.video) add["video_codec"] = codec_name(*media.video);
  link_.send(add);
  tell_muted(media);
  tell_air(media);
}

void RoomMedia::tell_muted(const SpeakerMedia& media) {
  link_.send({{"command", "speaker.mute"}, {"speaker", media.request}, {"muted", media.muted}});
}

void RoomMedia::tell_air(const SpeakerMedia& media) {
  link_.send({{"command", "speaker.air"}, {"speaker", media.request}, {"on", media.open}});
}

void RoomMedia::route_uplink(const Speaker& speaker) {
  plane_.post(io::SetUplink{.peer = speaker.media.peer,
                            .audio = speaker.audio,
                            .video = speaker.video,
                            .layers = speaker.layers,
                            .forward = true,
                            .feed = ready_ ? feed_ : std::nullopt,
                            .feed_audio = speaker.audio_track,
                            .feed_video = speaker.video_track,
                            .relay_to = relayed_to_});
}

void RoomMedia::relay_to(std::size_t shard) {
  const io::ShardSet bit = io::ShardSet{1} << shard;
  if (shard == home_ || (relayed_to_ & bit) != 0) return;
  relayed_to_ |= bit;
  if (feed_) plane_.post(io::RelayFeed{*feed_, relayed_to_});
  for (const auto& [request, speaker] : speakers_) route_uplink(speaker);
}

void RoomMedia::remove_speaker(const Speaker& speaker) {
  readiness_changes_.insert(speaker.media.request);
  link_.send({{"command", "speaker.remove"}, {"speaker", speaker.media.request}});
  plane_.post(io::SetUplink{.peer = speaker.media.peer});
  plane_.post(io::RemoveTrack{speaker.audio});
  plane_.post(io::RemoveTrack{speaker.video});
  for (const TrackId layer : speaker.layers) plane_.post(io::RemoveTrack{layer});
}

}  // namespace plenary::server
