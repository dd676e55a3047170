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
  const Encodings encodings = encodings_for(entry, slot);
  if (encodings.count == 0) return carry(entry, slot, track, peer::Viewer::kHighest);
  const int layer = entry.peer.viewer()->bounded(slot, peer::Viewer::kHighest);
  const bool nothing = layer == peer::Viewer::kNothing;
  carry(entry, slot, nothing ? kNoTrack : encodings.at(static_cast<std::size_t>(layer))->id, layer);
}

// Of the track that was wished for, or of the same picture in a codec that the viewer can decode.
Switchboard::Encodings Switchboard::encodings_for(PeerEntry& entry, std::size_t slot) {
  Encodings found;
  TrackEntry* track = tracks_.find(entry.wishes[slot].track);
  if (track == nullptr) return found;
  const auto decodes = [&](const TrackEntry* one) { return entry.peer.viewer()->decodes(slot, one->track->codec()); };
  if (!decodes(track)) {
    const auto other = std::ranges::find_if(track->others, decodes);
    if (other != track->others.end()) track = *other;
  }
  // Frames of several layers without their descriptors are a picture to nobody; those of the lowest are.
  const bool lowest_only = track->dependent && !entry.peer.viewer()->reads_dependencies(slot);
  for (const TrackId layer : track->arriving) {
    if (!lowest_only || layer == track->arriving.back()) found.add(tracks_.find(layer));
  }
  if (found.count > 0) return found;
  found.add(track);
  for (TrackEntry* layer : track->layers) found.add(layer);
  return found;
}

// What there is to choose from.
void Switchboard::show_content(PeerEntry& entry, std::size_t slot) {
  const Encodings encodings = encodings_for(entry, slot);
  peer::PictureLayers layers{.count = encodings.count};
  for (std::size_t i = 0; i < encodings.count; ++i) layers.bitrate[i] = encodings.at(i)->bitrate;
  entry.peer.viewer()->set_content(slot, layers, encodings.count > 0);
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

// A track that slots have waited for, or that has another codec now. Who cannot decode it gets it in another.
void Switchboard::apply_wishes_for(TrackEntry& track) {
  track.wishes = 0;
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.viewer() == nullptr) return;
    for (std::size_t slot = 0; slot < entry.wishes.size(); ++slot) {
      if (entry.wishes[slot].carried != track.id) continue;
      show_content(entry, slot);
      if (const TrackEntry* best = encodings_for(entry, slot).best()) entry.wishes[slot].carried = best->id;
      apply_wish(entry, slot, peer::Viewer::kHighest);
    }
  });
}

// A picture has got a layer or another codec, or lost one.
void Switchboard::refresh_layers(TrackId picture) {
  if (tracks_.find(picture) == nullptr) return;
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.viewer() == nullptr) return;
    for (std::size_t slot = 0; slot < entry.wishes.size(); ++slot) {
      if (entry.wishes[slot].track != picture) continue;
      show_content(entry, slot);
      stay_or_go(entry, slot);
    }
  });
}

void Switchboard::stay_or_go(PeerEntry& entry, std::size_t slot) {
  const TrackId carried = entry.wishes[slot].carried;
  if (carried == kNoTrack) return;
  const Encodings encodings = encodings_for(entry, slot);
  for (std::size_t layer = 0; layer < encodings.count; ++layer) {
    if (encodings.at(layer)->id != carried) continue;
    if (entry.peer.viewer()->bandwidth() == nullptr) break;  // nobody chooses: the best
    entry.peer.viewer()->set_layer(slot, static_cast<int>(layer));
    return;
  }
  if (encodings.best()->id != carried) carry(entry, slot, encodings.best()->id, peer::Viewer::kHighest);
}

void Switchboard::choose_layers(PeerEntry& entry) {
  if (entry.peer.viewer() == nullptr || entry.leaving) return;
  while (const std::optional<peer::Viewer::Wish> wish = entry.peer.viewer()->poll_wish()) {
    const Encodings encodings = encodings_for(entry, wish->slot);
    if (encodings.count == 0) continue;
    const bool nothing = wish->layer == peer::Viewer::kNothing;
    const TrackId chosen = nothing ? kNoTrack : encodings.at(static_cast<std::size_t>(wish->layer))->id;
    if (chosen == entry.wishes[wish->slot].carried) continue;
    counters_.add(Count::layer_switches);
    carry(entry, wish->slot, chosen, wish->layer);
  }
}

}  // namespace plenary::io
