#include <algorithm>

#include "media/io/switchboard.h"

namespace plenary::io {

void Switchboard::handle_command(ShardCommand command, Instant now) {
  counters_.add(Count::commands);
  std::visit([&](auto& c) { handle(c, now); }, command);
  wake_all();
}

void Switchboard::handle(AddPeer& command, Instant now) {
  const PeerId id = command.peer;
  PeerEntry* entry =
      peers_.add({.id = id,
                  .use = command.use == PeerUse::viewer ? peer::Peer::Use::viewer : peer::Peer::Use::speaker,
                  .local_ice = std::move(command.local_ice),
                  .negotiated = std::move(command.negotiated),
                  .cname = std::move(command.cname),
                  .certificate = certificate_},
                 random_, counters_, now);
  if (entry != nullptr) {
    entry->keeps_pictures = command.keeps_pictures;
    limit_pictures(*entry);
    return;
  }
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
  entry->layers_untold = true;
  // Whoever sees the picture from here on needs a key frame to begin with.
  const bool begins = (command.forward && !before.forward) || (command.feed && command.feed != before.feed);
  if (begins) entry->peer.speaker()->want_key_frame(now);
  write_later(*entry);
}

void Switchboard::handle(RequestKeyFrame& command, Instant now) {
  TrackEntry* track = tracks_.find(command.track);
  if (track != nullptr && track->arriving.empty()) track->track->key_frame_requests().want(now);
  if (track != nullptr && track->speaker == nullptr) return;
  // A speaker in standby has no track for viewers yet; the room process decodes them all the same.
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.speaker() != nullptr && entry.uplink.video == command.track) want_feed_key_frame(entry, now);
  });
}

void Switchboard::want_key_frame(FeedId feed, std::uint16_t feed_video, Instant now) {
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.speaker() == nullptr || entry.uplink.feed != feed || entry.uplink.feed_video != feed_video) return;
    want_feed_key_frame(entry, now);
  });
}

}  // namespace plenary::io
