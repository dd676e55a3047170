#include "media/io/track_table.h"

#include <algorithm>
#include <utility>

namespace plenary::io {

TrackEntry* TrackTable::find(TrackId id) {
  const auto found = tracks_.find(id);
  return found == tracks_.end() ? nullptr : found->second.get();
}

TrackEntry* TrackTable::add(TrackId id, const forward::Track::Config& config, Instant now) {
  if (id == kNoTrack || tracks_.size() >= kMaxTracks) return nullptr;
  auto entry = std::make_unique<TrackEntry>();
  entry->id = id;
  entry->track = std::make_unique<forward::Track>(config, counters_, now);
  return (tracks_[id] = std::move(entry)).get();
}

TrackTable::Uplink TrackTable::uplink_track(TrackId id, Codec codec, PeerEntry* speaker, Instant now) {
  // A browser's picture pauses for a moment now and then; only a camera that is off is silent for so long.
  const auto config = [&] {
    return forward::Track::Config{.codec = codec,
                                  .first_timestamp = random_.u32(),
                                  .key_frame_interval = forward::kKeyFrameIntervalBrowser,
                                  .silent_after = kUplinkSilence};
  };
  Uplink result{.entry = find(id), .replaced = nullptr};
  if (result.entry == nullptr) {
    result.entry = add(id, config(), now);
    if (result.entry == nullptr) return result;
    result.entry->uplink = true;
    result.entry->speaker = speaker;
    result.created = true;
  } else if (result.entry->track->codec() != codec) {
    result.replaced = std::move(result.entry->track);
    result.entry->track = std::make_unique<forward::Track>(config(), counters_, now);
  }
  if (result.created || result.replaced) collect_layers(id);
  if (result.entry->speaker != speaker) {
    result.entry->speaker = speaker;
    result.entry->speaker_layer.reset();
    result.entry->arriving.clear();
    result.entry->bitrate = 0;
    result.entry->track->switch_source(now);
    result.switched = true;
  }
  return result;
}

TrackEntry* TrackTable::add_feed_track(const AddFeedTrack& command, Instant now) {
  TrackEntry* entry = find(command.track);
  const bool created = entry == nullptr;
  if (created) entry = add(command.track, {.codec = command.codec, .first_timestamp = random_.u32()}, now);
  if (entry == nullptr) return nullptr;
  connect(*entry, command.feed, command.feed_track, now);
  entry->bitrate = command.bitrate;
  const TrackId before = std::exchange(entry->layer_of, command.layer_of);
  if (before != entry->layer_of) collect_layers(before);
  collect_layers(entry->layer_of);
  if (created) collect_layers(entry->id);  // lower ones may have come first
  return created ? entry : nullptr;
}

void TrackTable::collect_layers(TrackId picture) {
  TrackEntry* whole = find(picture);
  if (whole == nullptr) return;
  whole->layers.clear();
  whole->others.clear();
  for (const auto& [id, entry] : tracks_) {
    if (entry->layer_of != picture) continue;
    const bool same = entry->track->codec() == whole->track->codec();
    // What the room process makes of a speaker's picture was meant for who could not decode it: no layer of it when
    // they change over to that codec.
    if (same && whole->uplink) continue;
    (same ? whole->layers : whole->others).push_back(entry.get());
  }
  std::sort(whole->layers.begin(), whole->layers.end(), [](const TrackEntry* a, const TrackEntry* b) {
    return a->bitrate != b->bitrate ? a->bitrate > b->bitrate : a->id < b->id;
  });
  std::ranges::sort(whole->others, {}, &TrackEntry::id);  // as they were named, so that all viewers share the first
}

void TrackTable::set_source(const SetTrackSource& command, Instant now) {
  TrackEntry* entry = find(command.track);
  if (entry == nullptr) {
    counters_.add(Count::commands_unknown_target);
    return;
  }
  if (entry->feed == command.feed && entry->feed_track == command.feed_track) return;
  disconnect(*entry);
  entry->track->switch_source(now);
  connect(*entry, command.feed, command.feed_track, now);
}

void TrackTable::connect(TrackEntry& entry, FeedId feed_id, std::uint16_t feed_track, Instant now) {
  Feed& feed = feeds_[feed_id];
  if (feed.tracks.size() >= kMaxFeedTracks && !feed.tracks.contains(feed_track)) return;
  TrackEntry*& place = feed.tracks[feed_track];
  if (place != nullptr && place != &entry) place->feed.reset();
  place = &entry;
  entry.feed = feed_id;
  entry.feed_track = feed_track;
  const auto early = std::find_if(feed.early_slates.begin(), feed.early_slates.end(),
                                  [feed_track](const rtp::Frame& frame) { return frame.track == feed_track; });
  if (early == feed.early_slates.end()) return;
  auto frame = std::make_shared<const rtp::Frame>(std::move(*early));
  feed.early_slates.erase(early);
  show_slate(entry, std::move(frame), now);
}

void TrackTable::disconnect(TrackEntry& entry) {
  if (!entry.feed) return;
  const auto feed = feeds_.find(*entry.feed);
  if (feed != feeds_.end()) feed->second.tracks.erase(entry.feed_track);
  entry.feed.reset();
}

void TrackTable::set_slate(const SetSlate& command, Instant now) {
  TrackEntry* entry = find(command.track);
  if (entry == nullptr) {
    counters_.add(Count::commands_unknown_target);
    return;
  }
  entry->slate = command.slate;
  const TrackEntry* slate = find(command.slate);
  std::shared_ptr<const rtp::Frame> frame = slate != nullptr ? slate->own_slate : nullptr;
  if (frame && frame->codec != entry->track->codec()) frame = nullptr;
  entry->track->set_slate(std::move(frame), now);
}

// A slate is shown on every track that names it, and on its own to whoever looks at it.
void TrackTable::show_slate(TrackEntry& slate, std::shared_ptr<const rtp::Frame> frame, Instant now) {
  slate.own_slate = frame;
  slate.track->set_slate(frame, now);
  for (auto& [id, entry] : tracks_) {
    if (entry->slate == slate.id && entry->track->codec() == frame->codec) entry->track->set_slate(frame, now);
  }
}

std::unique_ptr<TrackEntry> TrackTable::remove(TrackId id) {
  relayed_.erase(id);
  const auto found = tracks_.find(id);
  if (found == tracks_.end()) return nullptr;
  std::unique_ptr<TrackEntry> entry = std::move(found->second);
  disconnect(*entry);
  tracks_.erase(found);
  collect_layers(entry->layer_of);
  entry->layers.clear();
  entry->others.clear();
  return entry;
}

TrackEntry* TrackTable::handle_frame(FeedId feed_id, const rtp::Frame& frame, Instant now) {
  counters_.add(Count::frames_in);
  Feed& feed = feeds_[feed_id];
  const auto found = feed.tracks.find(frame.track);
  if (found == feed.tracks.end()) {
    if (frame.slate && feed.early_slates.size() < kMaxEarlySlates) {
      feed.early_slates.push_back(frame);
    } else {
      counters_.add(Count::frames_unknown_track);
    }
    return nullptr;
  }
  TrackEntry& entry = *found->second;
  if (frame.codec != entry.track->codec()) {
    counters_.add(Count::frames_unknown_track);
    return nullptr;
  }
  if (frame.slate) {
    show_slate(entry, std::make_shared<const rtp::Frame>(frame), now);
    return nullptr;
  }
  if (!entry.track->handle_frame(frame, now)) return nullptr;
  tell(entry);
  return &entry;
}

void TrackTable::feed_closed(FeedId feed_id, Instant now) {
  const auto feed = feeds_.find(feed_id);
  if (feed == feeds_.end()) return;
  for (auto& [number, entry] : feed->second.tracks) {
    entry->feed.reset();
    entry->track->source_gone(now);
    tell(*entry);
  }
  feeds_.erase(feed);
}

void TrackTable::speaker_gone(const PeerEntry& speaker, Instant now) {
  for (auto& [id, entry] : tracks_) {
    if (entry->speaker != &speaker) continue;
    entry->speaker = nullptr;
    entry->speaker_layer.reset();
    entry->arriving.clear();
    entry->track->source_gone(now);
    tell(*entry);
  }
}

void TrackTable::add_relayed(TrackId id) {
  if (relayed_.size() < kMaxTracks) relayed_.insert(id);
}

void TrackTable::relay_ended(TrackId id, Instant now) {
  TrackEntry* entry = find(id);
  if (entry == nullptr) return;
  entry->arriving.clear();
  entry->track->source_gone(now);
  tell(*entry);
}

void TrackTable::relay_gap(std::size_t home, Instant now) {
  for (auto& [id, entry] : tracks_) {
    if (home_of(id) == home) entry->track->switch_source(now);
  }
}

bool TrackTable::poll_key_frame(TrackEntry& entry, Instant now) {
  if (!entry.track->key_frame_requests().poll(now)) return false;
  if (home_of(entry.id) != shard_) {
    relays_.push_back({.to = ShardSet{1} << home_of(entry.id),
                       .what = std::make_shared<const Relayed>(RelayedKeyFrameWish{entry.id})});
    return false;
  }
  if (entry.speaker != nullptr) return true;
  if (entry.feed) {
    events_.push_back(KeyFrameWanted{.track = entry.id, .feed = *entry.feed, .feed_track = entry.feed_track});
  }
  return false;
}

void TrackTable::tell(TrackEntry& entry) {
  if (entry.track->live() != entry.told_live) {
    entry.told_live = entry.track->live();
    events_.push_back(TrackLive{.track = entry.id, .live = entry.told_live});
  }
  if ((entry.wishes > 0) != entry.told_watched) {
    entry.told_watched = entry.wishes > 0;
    events_.push_back(TrackWatched{.track = entry.id, .watched = entry.told_watched});
  }
}

std::optional<Instant> TrackTable::next_timeout() const {
  std::optional<Instant> next;
  for (const auto& [id, entry] : tracks_) {
    const std::optional<Instant> at = entry->track->next_timeout();
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

}  // namespace plenary::io
