// The control thread's handle on the media shards: hands out numbers and posts commands. Today one shard; a room's
// packets would be copied once to each further shard that has viewers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "media/io/shard.h"

namespace plenary::server {

class MediaPlane {
 public:
  MediaPlane(std::unique_ptr<io::Shard> shard, std::shared_ptr<const crypto::Certificate> certificate,
             std::vector<Address> candidates)
      : shard_(std::move(shard)), certificate_(std::move(certificate)), candidates_(std::move(candidates)) {}

  PeerId new_peer() { return PeerId{++last_peer_}; }
  TrackId new_track() { return TrackId{++last_track_}; }
  FeedId new_feed() { return FeedId{++last_feed_}; }

  // A full command queue means that the shard has stood still for seconds; commands would be lost, so this ends the
  // process and the service manager starts it again.
  void post(io::ShardCommand command);

  [[nodiscard]] io::Shard& shard() { return *shard_; }
  [[nodiscard]] const crypto::Fingerprint& fingerprint() const { return certificate_->fingerprint(); }
  [[nodiscard]] const std::vector<Address>& candidates() const { return candidates_; }

 private:
  std::unique_ptr<io::Shard> shard_;
  std::shared_ptr<const crypto::Certificate> certificate_;
  std::vector<Address> candidates_;
  std::uint64_t last_peer_ = 0;
  std::uint64_t last_track_ = 0;
  std::uint64_t last_feed_ = 0;
};

// Host candidates: what the operator says, else the addresses of this host's interfaces. Loopback addresses are named
// only when HTTP is bound to loopback too, or when there is nothing else.
std::vector<Address> host_candidates(const std::vector<Address>& configured, const Address& http, std::uint16_t port);

}  // namespace plenary::server
