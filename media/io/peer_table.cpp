#include "media/io/peer_table.h"

#include <algorithm>

namespace plenary::io {

PeerEntry* PeerTable::add(const peer::Peer::Config& config, RandomSource& random, Counters& counters, Instant now) {
  if (peers_.size() >= kMaxPeers || peers_.contains(config.id) || by_ufrag_.contains(config.local_ice.ufrag)) {
    return nullptr;
  }
  auto entry = std::unique_ptr<PeerEntry>(new PeerEntry{.peer = peer::Peer(config, random, counters, now),
                                                        .armed = {},
                                                        .ufrags = {},
                                                        .paths = {},
                                                        .wishes = {},
                                                        .uplink = {},
                                                        .started = {}});
  PeerEntry& added = *(peers_[config.id] = std::move(entry));
  update_ufrags(added);
  arm(added, now);
  return &added;
}

void PeerTable::remove(PeerEntry& entry) {
  detach(entry);
  peers_.erase(entry.peer.id());
}

PeerEntry* PeerTable::find(PeerId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : found->second.get();
}

PeerEntry* PeerTable::find_ufrag(std::string_view ufrag) {
  const auto found = by_ufrag_.find(ufrag);
  return found == by_ufrag_.end() ? nullptr : found->second;
}

void PeerTable::update_paths(PeerEntry& entry) {
  std::erase_if(entry.paths, [&](const ice::Tuple& path) {
    if (entry.peer.transport().validated(path)) return false;
    const auto found = by_path_.find(path);
    if (found != by_path_.end() && found->second == &entry) by_path_.erase(found);
    return true;
  });
  for (const ice::Tuple& path : entry.peer.transport().ice().tuples()) {
    by_path_[path] = &entry;
    if (std::find(entry.paths.begin(), entry.paths.end(), path) == entry.paths.end()) entry.paths.push_back(path);
  }
}

void PeerTable::update_ufrags(PeerEntry& entry) {
  std::vector<std::string> ufrags = entry.peer.transport().ice().local_ufrags();
  for (const std::string& old : entry.ufrags) {
    if (std::find(ufrags.begin(), ufrags.end(), old) == ufrags.end()) by_ufrag_.erase(old);
  }
  for (const std::string& ufrag : ufrags) by_ufrag_.emplace(ufrag, &entry);
  entry.ufrags = std::move(ufrags);
}

void PeerTable::detach(PeerEntry& entry) {
  for (const ice::Tuple& path : entry.paths) {
    const auto found = by_path_.find(path);
    if (found != by_path_.end() && found->second == &entry) by_path_.erase(found);
  }
  entry.paths.clear();
  for (const std::string& ufrag : entry.ufrags) {
    const auto found = by_ufrag_.find(ufrag);
    if (found != by_ufrag_.end() && found->second == &entry) by_ufrag_.erase(found);
  }
  entry.ufrags.clear();
}

void PeerTable::arm(PeerEntry& entry, Instant now) {
  const std::optional<Instant> next = entry.peer.next_timeout(now);
  if (!next || (entry.armed && *entry.armed <= *next)) return;
  entry.armed = next;
  timers_.arm(entry.peer.id(), *next);
}

PeerEntry* PeerTable::pop_due(Instant now) {
  while (const std::optional<PeerId> id = timers_.pop(now)) {
    PeerEntry* entry = find(*id);
    if (entry == nullptr) continue;
    // A later entry of a peer that was armed for sooner meanwhile is left over.
    if (!entry->armed || *entry->armed > now) continue;
    entry->armed.reset();
    return entry;
  }
  return nullptr;
}

}  // namespace plenary::io
