// The tracks that a room process lists, under the numbers by which the shards know them. They outlive the process: the
// next one's tracks of the same names go on with the same numbers. Pure: what the shards are to be told is returned.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "media/io/shard.h"

namespace plenary::server {

class RoomTracks {
 public:
  struct Track {
    TrackId id{};
    Codec codec = Codec::opus;
    std::string profile_level_id;
    std::uint16_t feed_track = 0;
    TrackId layer_of = kNoTrack;  // the picture of which this is a lower layer, or which it is in another codec
    std::uint64_t bitrate = 0;    // bit/s that it is encoded with; 0: unknown
    bool watched = false;
    bool live = false;
  };

  // `list` as in the reports `ready` and `tracks` (media/room/README.md); what in it makes no sense is left out.
  // `whole`: tracks that are not listed are gone. `speakers`: pictures that go into the process, by number; a track may
  // be one of them in another codec.
  std::vector<io::ShardCommand> take(const nlohmann::json& list, FeedId feed, bool whole,
                                     const std::function<TrackId()>& new_track,
                                     const std::map<std::uint16_t, TrackId>& speakers = {});
  // The process is gone: speakers' pictures in other codecs go with it, since the next one may list others, under
  // numbers of its own.
  std::vector<io::ShardCommand> end_process();

  // Null when it does not exist.
  [[nodiscard]] const Track* find(const std::string& name) const;
  Track* find(TrackId id);
  [[nodiscard]] const std::map<std::string, Track>& by_name() const { return tracks_; }
  // What a viewer's decoder has to take: the room's picture in each of its layers.
  [[nodiscard]] std::string h264_profile_level_id() const;

 private:
  std::map<std::string, Track> tracks_;
};

}  // namespace plenary::server
