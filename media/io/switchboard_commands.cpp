#include <algorithm>
#include <utility>

#include "media/io/switchboard.h"

namespace plenary::io {

void Switchboard::handle_command(ShardCommand command, Instant now) {
  counters_.add(Count::commands);
  std::visit([&](auto& c) { handle(c, now); }, command);
  wake_all();
}

void Switchboard::handle(AddPeer& command, Instant now) {
  const PeerId id = command.peer;
  const PeerEntry* entry =
      peers_.add({.id = id,
                  .use = command.use == PeerUse::viewer ? peer::Peer::Use::viewer : peer::Peer::Use::speaker,
                  .local_ice = std::move(command.local_ice),
                  .negotiated = std::move(command.negotiated),
                  .cname = std::move(command.cname),
                  .certificate = certificate_},
                 random_, counters_, now);
  if (entry != nullptr) return;
  counters_.add(Count::too_many_peers);
  events_.push_back(PeerClosed{.peer = id, .reason = "refused"});
}

void Switchboard::handle(RemovePeer& command, Instant now) {
  PeerEntry* entry = peers_.find(command.peer);
  if (entry == nullptr || entry->leaving) return;  // it went by itself
  entry->leaving = true;
  entry->peer.close(now);
  take_events(*entry, now);
}

void Switchboard::handle(RestartIce& command, Instant) {
  PeerEntry* entry = peers_.find(command.peer);
  if (entry == nullptr || entry->leaving) {
    counters_.add(Count::commands_unknown_target);
    return;
  }
  entry->peer.transport().restart_ice(std::move(command.local), std::move(command.remote));
  peers_.update_ufrags(*entry);
}

void Switchboard::handle(AddFeed&, Instant) {}

void Switchboard::handle(RemoveFeed& command, Instant now) {
  tracks_.feed_closed(command.feed, now);
  relayed_feeds_.erase(command.feed);
}

void Switchboard::handle(RelayFeed& command, Instant) { relayed_feeds_[command.feed] = command.to & others_; }

void Switchboard::handle(AddFeedTrack& command, Instant now) {
  if (TrackEntry* created = tracks_.add_feed_track(command, now)) apply_wishes_for(*created);
  refresh_layers(command.layer_of == kNoTrack ? command.track : command.layer_of);
}

void Switchboard::handle(SetTrackSource& command, Instant now) { tracks_.set_source(command, now); }

void Switchboard::handle(AddRelayedTrack& command, Instant) { tracks_.add_relayed(command.track); }

void Switchboard::handle(SetSlate& command, Instant now) { tracks_.set_slate(command, now); }

void Switchboard::handle(RemoveTrack& command, Instant) {
  const std::unique_ptr<TrackEntry> removed = tracks_.remove(command.track);
  if (!removed) return;
  forget(removed->track.get());
  refresh_layers(removed->layer_of);
}

void Switchboard::forget(const forward::Track* track) {
  peers_.for_each([track](PeerEntry& entry) {
    if (entry.peer.viewer() != nullptr) entry.peer.viewer()->forget(track);
  });
}

void Switchboard::handle(SetSlot& command, Instant) {
  PeerEntry* entry = peers_.find(command.peer);
  if (entry == nullptr || entry->leaving || entry->peer.viewer() == nullptr || command.slot >= entry->wishes.size()) {
    counters_.add(Count::commands_unknown_target);
    return;
  }
  set_wish(*entry, command.slot, command.track, command.delay);
}

void Switchboard::set_wish(PeerEntry& entry, std::size_t slot, TrackId track, Duration delay) {
  PeerEntry::Wish& wish = entry.wishes[slot];
  if (wish.track == track && wish.delay == delay) return;
  wish.track = track;
  wish.delay = delay;
  if (entry.peer.viewer() == nullptr) return;
  show_content(entry, slot);
  const TrackEntry* picture = picture_for(entry, slot);
  carry(entry, slot, picture != nullptr ? picture->id : track, peer::Viewer::kHighest);
}

// The track that was wished for, or the same picture in a codec that the viewer can decode.
TrackEntry* Switchboard::picture_for(PeerEntry& entry, std::size_t slot) {
  TrackEntry* track = tracks_.find(entry.wishes[slot].track);
  if (track == nullptr || entry.peer.viewer()->decodes(slot, track->track->codec())) return track;
  const auto other = std::ranges::find_if(
      track->others, [&](const TrackEntry* one) { return entry.peer.viewer()->decodes(slot, one->track->codec()); });
  return other == track->others.end() ? track : *other;
}

// What there is to choose from.
void Switchboard::show_content(PeerEntry& entry, std::size_t slot) {
  const TrackEntry* track = picture_for(entry, slot);
  peer::PictureLayers layers;
  if (track != nullptr) {
    const std::size_t lower = std::min(track->layers.size(), bandwidth::kMaxLayers - 1);
    for (std::size_t i = lower; i-- > 0;) layers.bitrate[layers.count++] = track->layers[i]->bitrate;
    layers.bitrate[layers.count++] = track->bitrate;
  }
  entry.peer.viewer()->set_content(slot, layers, track != nullptr);
}

void Switchboard::let_go(TrackId carried) {
  TrackEntry* track = tracks_.find(carried);
  if (track == nullptr) return;
  --track->wishes;
  track->leaving = true;
}

void Switchboard::carry(PeerEntry& entry, std::size_t slot, TrackId carried, int layer) {
  const TrackId before = std::exchange(entry.wishes[slot].carried, carried);
  let_go(before);
  apply_wish(entry, slot, layer);
  if (TrackEntry* left = tracks_.find(before)) tracks_.tell(*left);
}

void Switchboard::apply_wish(PeerEntry& entry, std::size_t slot, int layer) {
  const PeerEntry::Wish& wish = entry.wishes[slot];
  TrackEntry* track = tracks_.find(wish.carried);
  if (track == nullptr) {
    entry.peer.viewer()->set_slot(slot, nullptr, {}, layer);
    return;
  }
  ++track->wishes;
  if (std::find(track->watchers.begin(), track->watchers.end(), &entry) == track->watchers.end()) {
    track->watchers.push_back(&entry);
  }
  entry.peer.viewer()->set_slot(slot, track->track.get(), wish.delay, layer);
  tracks_.tell(*track);
  write_later(entry);
}

// A track that slots have waited for, or that has another codec now.
void Switchboard::apply_wishes_for(TrackEntry& track) {
  track.wishes = 0;
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.viewer() == nullptr) return;
    for (std::size_t slot = 0; slot < entry.wishes.size(); ++slot) {
      if (entry.wishes[slot].carried != track.id) continue;
      show_content(entry, slot);
      apply_wish(entry, slot, peer::Viewer::kHighest);
    }
  });
}

// A picture has got a layer or another codec, or lost one.
void Switchboard::refresh_layers(TrackId picture) {
  const TrackEntry* track = tracks_.find(picture);
  if (track == nullptr) return;
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.viewer() == nullptr) return;
    for (std::size_t slot = 0; slot < entry.wishes.size(); ++slot) {
      const PeerEntry::Wish& wish = entry.wishes[slot];
      if (wish.track != picture) continue;
      show_content(entry, slot);
      const TrackEntry* chosen = picture_for(entry, slot);
      const bool fits = wish.carried == kNoTrack || wish.carried == chosen->id ||
                        std::ranges::any_of(chosen->layers, [&](const auto* one) { return one->id == wish.carried; });
      if (!fits) carry(entry, slot, chosen->id, peer::Viewer::kHighest);
    }
  });
}

void Switchboard::choose_layers(PeerEntry& entry) {
  if (entry.peer.viewer() == nullptr || entry.leaving) return;
  while (const std::optional<peer::Viewer::Wish> wish = entry.peer.viewer()->poll_wish()) {
    const TrackEntry* picture = picture_for(entry, wish->slot);
    if (picture == nullptr) continue;
    TrackId chosen = picture->id;
    const std::size_t lower = std::min(picture->layers.size(), bandwidth::kMaxLayers - 1);
    if (wish->layer == peer::Viewer::kNothing) {
      chosen = kNoTrack;
    } else if (static_cast<std::size_t>(wish->layer) < lower) {
      chosen = picture->layers[lower - 1 - static_cast<std::size_t>(wish->layer)]->id;
    }
    if (chosen == entry.wishes[wish->slot].carried) continue;
    counters_.add(Count::layer_switches);
    carry(entry, wish->slot, chosen, wish->layer);
  }
}

void Switchboard::handle(SetUplink& command, Instant now) {
  PeerEntry* entry = peers_.find(command.peer);
  if (entry == nullptr || entry->leaving || entry->peer.speaker() == nullptr) {
    counters_.add(Count::commands_unknown_target);
    return;
  }
  const SetUplink before = entry->uplink;
  command.relay_to &= others_;
  if (before.forward && !command.forward) stop_forwarding(*entry, now);
  entry->uplink = command;
  // Whoever sees the picture from here on needs a key frame to begin with.
  const bool begins = (command.forward && !before.forward) || (command.feed && command.feed != before.feed);
  if (begins) entry->peer.speaker()->want_key_frame(now);
  write_later(*entry);
}

void Switchboard::handle(RequestKeyFrame& command, Instant now) {
  TrackEntry* track = tracks_.find(command.track);
  if (track != nullptr) track->track->key_frame_requests().want(now);
  if (track != nullptr && track->speaker == nullptr) return;
  // A speaker in standby has no track for viewers yet; the room process decodes them all the same.
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.speaker() == nullptr || entry.uplink.video != command.track) return;
    entry.peer.speaker()->want_key_frame(now);
    write_later(entry);
  });
}

void Switchboard::want_key_frame(FeedId feed, std::uint16_t feed_video, Instant now) {
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.speaker() == nullptr || entry.uplink.feed != feed || entry.uplink.feed_video != feed_video) return;
    entry.peer.speaker()->want_key_frame(now);
    write_later(entry);
  });
}

}  // namespace plenary::io
