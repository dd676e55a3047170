// What crosses between shards, on both sides.
#include <algorithm>
#include <utility>

#include "media/io/switchboard.h"

namespace plenary::io {

void Switchboard::relay(ShardSet to, Relayed what) {
  if (to != 0) relays_.push_back({.to = to, .what = std::make_shared<const Relayed>(std::move(what))});
}

std::optional<RelayOutput> Switchboard::poll_relay() {
  if (relays_.empty()) return std::nullopt;
  RelayOutput output = std::move(relays_.front());
  relays_.pop_front();
  counters_.add(Count::relayed_out);
  return output;
}

void Switchboard::handle_relayed(std::size_t from, const Relayed& relayed, Instant now) {
  counters_.add(Count::relayed_in);
  std::visit([&](const auto& what) { handle(what, from, now); }, relayed);
}

void Switchboard::handle(const RelayedFrame& relayed, std::size_t, Instant now) {
  if (TrackEntry* entry = tracks_.handle_frame(relayed.feed, relayed.frame, now)) wake(*entry);
}

void Switchboard::handle(const RelayedFeedEnd& relayed, std::size_t, Instant now) {
  tracks_.feed_closed(relayed.feed, now);
  wake_all();
}

void Switchboard::handle(const RelayedPacket& relayed, std::size_t, Instant now) {
  // Removed meanwhile, or not named yet: it must not come into being by itself.
  const std::optional<rtp::Packet> packet = rtp::parse_packet(relayed.bytes);
  if (!packet || !tracks_.relayed(relayed.track)) {
    counters_.add(Count::relayed_unknown_track);
    return;
  }
  bool switched = false;
  TrackEntry* into = uplink_track(relayed.track, relayed.codec, nullptr, switched, now);
  if (into == nullptr) return;
  forward::Track& track = *into->track;
  if (relayed.restarted) track.switch_source(now);
  if (!track.handle_packet(*packet, relayed.captured, relayed.audio_level, now, relayed.descriptor)) return;
  tracks_.tell(*into);
  wake(*into);
}

void Switchboard::handle(const RelayedLayers& relayed, std::size_t, Instant now) {
  const bool named = tracks_.relayed(relayed.picture) && std::ranges::all_of(relayed.layers, [this](const auto& layer) {
                       return tracks_.relayed(layer.track);
                     });
  if (named) return show_layers(relayed, nullptr, now);
  counters_.add(Count::relayed_unknown_track);
}

void Switchboard::handle(const RelayedTrackEnd& relayed, std::size_t, Instant now) {
  tracks_.relay_ended(relayed.track, now);
  refresh_layers(relayed.track);
  wake_all();
}

void Switchboard::handle(const RelayedKeyFrameWish& relayed, std::size_t, Instant now) {
  if (TrackEntry* entry = tracks_.find(relayed.track)) entry->track->key_frame_requests().want(now);
}

void Switchboard::handle(const RelayGap&, std::size_t from, Instant now) {
  counters_.add(Count::relay_gaps);
  tracks_.relay_gap(from, now);
}

}  // namespace plenary::io
