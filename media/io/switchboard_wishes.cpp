// What viewers' slots are to carry, and which layer or codec of it they get.
#include <algorithm>
#include <utility>

#include "media/io/switchboard.h"

namespace plenary::io {

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

}  // namespace plenary::io
