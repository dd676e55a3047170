// The tracks of a shard and what feeds them: frames of room processes, packets of speakers, slates.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "media/base/random.h"
#include "media/forward/track.h"
#include "media/io/shard.h"

namespace plenary::io {

struct PeerEntry;

constexpr std::size_t kMaxTracks = 1'024;  // ten rooms of 20 tracks, speakers, and as much again
// Of one room process: 50 of a room with 32 languages, and three for each of 16 speakers.
constexpr std::size_t kMaxFeedTracks = 128;
constexpr std::size_t kMaxEarlySlates = 8;  // slates that came before their track was named
constexpr std::size_t kMaxPendingEvents = 65'536;

struct TrackEntry {
  TrackId id{};
  std::unique_ptr<forward::Track> track;
  // Where it comes from: a room process, or a speaker.
  std::optional<FeedId> feed;
  std::uint16_t feed_track = 0;
  bool uplink = false;  // a speaker's, here or on another shard
  PeerEntry* speaker = nullptr;
  std::optional<std::size_t> speaker_layer;  // of the speaker's picture, where that comes in layers
  std::vector<TrackId> arriving;             // this is such a picture: the tracks of its layers now, the best first
  bool dependent = false;                    // and but for the lowest they need the dependency descriptor

  std::uint64_t bitrate = 0;        // bit/s that it is encoded with; 0: unknown
  TrackId layer_of = kNoTrack;      // the picture of which this is a lower layer
  std::vector<TrackEntry*> layers;  // lower ones of this picture, from the best to the least by bitrate
  std::vector<TrackEntry*> others;  // the same picture in other codecs, for who cannot decode this one

  TrackId slate{};
  std::shared_ptr<const rtp::Frame> own_slate;  // this track is a slate: what it shows
  std::vector<PeerEntry*> watchers;             // each once; also those who still leave it
  std::size_t wishes = 0;                       // slots that are to carry it
  bool leaving = false;                         // somebody among the watchers may have left
  std::uint64_t woken_head = 0;                 // the watchers know of what is before it
  bool told_live = false;
  bool told_watched = false;
};

class TrackTable {
 public:
  TrackTable(std::size_t shard, RandomSource& random, Counters& counters, std::deque<ShardEvent>& events,
             std::deque<RelayOutput>& relays)
      : shard_(shard), random_(random), counters_(counters), events_(events), relays_(relays) {}

  TrackEntry* find(TrackId id);
  // The track of a speaker; made, or made anew when the codec is another one (`replaced` is the old one then, which
  // every forwarder has to forget before it goes). Null `speaker`: one of another shard.
  struct Uplink {
    TrackEntry* entry = nullptr;
    std::unique_ptr<forward::Track> replaced;
    bool created = false;
    bool switched = false;  // another speaker had it before
  };
  Uplink uplink_track(TrackId id, Codec codec, PeerEntry* speaker, Instant now);
  // Speakers' tracks of other shards, from when they are named until they are removed.
  void add_relayed(TrackId id);
  [[nodiscard]] bool relayed(TrackId id) const { return relayed_.contains(id); }
  // Null when there are too many.
  TrackEntry* add_feed_track(const AddFeedTrack& command, Instant now);
  void set_source(const SetTrackSource& command, Instant now);
  void set_slate(const SetSlate& command, Instant now);
  // The entry is out of every table; forwarders have to forget it before it goes.
  std::unique_ptr<TrackEntry> remove(TrackId id);

  // The track that took the frame and now has something for its watchers, or null.
  TrackEntry* handle_frame(FeedId feed, const rtp::Frame& frame, Instant now);
  void feed_closed(FeedId feed, Instant now);
  void speaker_gone(const PeerEntry& speaker, Instant now);
  void relay_ended(TrackId id, Instant now);
  // Something was lost on the way from that shard: its pictures go on with their next key frames.
  void relay_gap(std::size_t home, Instant now);

  // Slates, and key frames that somebody waits for: the room process is asked by an event, another shard by a relayed
  // wish. Calls `wake(entry)` where packets came, `ask(entry)` where a
  // speaker is to be asked.
  template <class Ask>
  void handle_timeout(Instant now, Ask ask);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void tell(TrackEntry& entry);

  [[nodiscard]] std::size_t size() const { return tracks_.size(); }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [id, entry] : tracks_) visit(*entry);
  }

 private:
  struct Feed {
    std::unordered_map<std::uint16_t, TrackEntry*> tracks;
    std::vector<rtp::Frame> early_slates;
  };
  TrackEntry* add(TrackId id, const forward::Track::Config& config, Instant now);
  void connect(TrackEntry& entry, FeedId feed, std::uint16_t feed_track, Instant now);
  void disconnect(TrackEntry& entry);
  void collect_layers(TrackId picture);
  void show_slate(TrackEntry& slate, std::shared_ptr<const rtp::Frame> frame, Instant now);
  bool poll_key_frame(TrackEntry& entry, Instant now);

  std::size_t shard_;
  RandomSource& random_;
  Counters& counters_;
  std::deque<ShardEvent>& events_;
  std::deque<RelayOutput>& relays_;
  std::unordered_set<TrackId> relayed_;
  std::unordered_map<TrackId, std::unique_ptr<TrackEntry>> tracks_;
  std::unordered_map<FeedId, Feed> feeds_;
};

template <class Ask>
void TrackTable::handle_timeout(Instant now, Ask ask) {
  for (auto& [id, entry] : tracks_) {
    entry->track->handle_timeout(now);
    tell(*entry);
    if (entry->track->key_frame_requests().wanted() && poll_key_frame(*entry, now)) ask(*entry);
  }
}

}  // namespace plenary::io
