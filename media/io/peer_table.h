// The peers of a shard, found by number, by the user name of a check, by the path of a datagram.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "media/forward/layer_line.h"
#include "media/io/timer_queue.h"
#include "media/io/track_table.h"
#include "media/peer/peer.h"

namespace plenary::io {

// A shard's share of a machine that serves thousands; memory is what ends first.
constexpr std::size_t kMaxPeers = 16'384;

struct PeerEntry {
  peer::Peer peer;
  std::optional<Instant> armed;  // earliest entry in the timer queue
  bool waiting_to_write = false;
  bool leaving = false;             // writes what is left, then goes
  std::vector<std::string> ufrags;  // under which it is found
  std::vector<ice::Tuple> paths;    // that lead to it

  // Viewers: what each slot is to carry; a track may come later than the wish.
  struct Wish {
    TrackId track{};
    Duration delay{};
    TrackId carried{};  // the layer of it that the line allows, or nothing
  };
  bool keeps_pictures = false;
  std::array<Wish, sdp::kMaxViewerAudioSlots + sdp::kMaxViewerVideoSlots> wishes{};

  // Speakers: where their media goes.
  SetUplink uplink;
  std::array<std::optional<Codec>, 2> started;  // by kind: told by UplinkStarted
  forward::LayerLine feed_line;                 // of a picture in layers, to the room process
  bool layers_untold = true;                    // to viewers, since the uplink was set
  Instant layers_relayed_at{};
};

class PeerTable {
 public:
  // Null when there are too many or the number is taken.
  PeerEntry* add(const peer::Peer::Config& config, RandomSource& random, Counters& counters, Instant now);
  void remove(PeerEntry& entry);
  PeerEntry* find(PeerId id);
  PeerEntry* find_ufrag(std::string_view ufrag);
  PeerEntry* find_path(const ice::Tuple& path) {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : found->second;
  }
  // After each authentic check: the newest owner of a path has it.
  void update_paths(PeerEntry& entry);
  void update_ufrags(PeerEntry& entry);
  // No datagram finds it any more.
  void detach(PeerEntry& entry);

  void arm(PeerEntry& entry, Instant now);
  PeerEntry* pop_due(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const { return timers_.next(); }
  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [id, entry] : peers_) visit(*entry);
  }

 private:
  struct HashText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct HashPath {
    std::size_t operator()(const ice::Tuple& path) const {
      return std::hash<Address>()(path.remote) * 31 + std::hash<Address>()(path.local);
    }
  };
  std::unordered_map<PeerId, std::unique_ptr<PeerEntry>> peers_;
  std::unordered_map<std::string, PeerEntry*, HashText, std::equal_to<>> by_ufrag_;
  std::unordered_map<ice::Tuple, PeerEntry*, HashPath> by_path_;
  TimerQueue timers_;
};

}  // namespace plenary::io
