// The control thread's handle on the media shards: hands out numbers and posts commands. Today one shard; a room's
// packets would be copied once to each further shard that has viewers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "media/io/shard.h"

namespace plenary::server {

class MediaPlane {
 public:
  static constexpr std::size_t kMaxWaiting = 500'000;  // commands: every slot of every viewer, eight times

  MediaPlane(std::unique_ptr<io::Shard> shard, std::shared_ptr<const crypto::Certificate> certificate,
             std::vector<Address> candidates)
      : shard_(std::move(shard)), certificate_(std::move(certificate)), candidates_(std::move(candidates)) {}

  PeerId new_peer() { return PeerId{++last_peer_}; }
  TrackId new_track() { return TrackId{++last_track_}; }
  FeedId new_feed() { return FeedId{++last_feed_}; }

  // In order, and never lost: while the shard's queue is full (ten thousand viewers get other tracks at once), commands
  // wait here. A shard that stands still for long ends the process at kMaxWaiting, and the service manager starts it
  // again.
  void post(io::ShardCommand command);
  // Call in each turn while commands wait.
  void post_waiting();
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  [[nodiscard]] std::uint64_t delayed() const { return delayed_; }

  [[nodiscard]] io::Shard& shard() { return *shard_; }
  [[nodiscard]] const crypto::Fingerprint& fingerprint() const { return certificate_->fingerprint(); }
  [[nodiscard]] const std::vector<Address>& candidates() const { return candidates_; }

 private:
  std::unique_ptr<io::Shard> shard_;
  std::shared_ptr<const crypto::Certificate> certificate_;
  std::vector<Address> candidates_;
  std::deque<io::ShardCommand> waiting_;
  std::uint64_t delayed_ = 0;
  std::uint64_t last_peer_ = 0;
  std::uint64_t last_track_ = 0;
  std::uint64_t last_feed_ = 0;
};

// Host candidates: what the operator says, else the addresses of this host's interfaces. Loopback addresses are named
// only when HTTP is bound to loopback too, or when there is nothing else.
std::vector<Address> host_candidates(const std::vector<Address>& configured, const Address& http, std::uint16_t port);

}  // namespace plenary::server
