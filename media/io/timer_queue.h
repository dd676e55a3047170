// Who wants to be called when. Entries are not withdrawn: whoever is called too early looks and arms anew.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "media/base/media_types.h"
#include "media/base/time.h"

namespace plenary::io {

class TimerQueue {
 public:
  void arm(PeerId peer, Instant at) { queue_.push({at, peer}); }
  [[nodiscard]] std::optional<Instant> next() const {
    return queue_.empty() ? std::nullopt : std::optional(queue_.top().at);
  }
  // Somebody whose time has come.
  std::optional<PeerId> pop(Instant now) {
    if (queue_.empty() || queue_.top().at > now) return std::nullopt;
    const PeerId peer = queue_.top().peer;
    queue_.pop();
    return peer;
  }

 private:
  struct Entry {
    Instant at{};
    PeerId peer{};
    bool operator>(const Entry& other) const { return at > other.at; }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
};

}  // namespace plenary::io
