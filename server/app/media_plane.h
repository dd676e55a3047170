// The control thread's handle on the media shards: hands out numbers, says which shard a connection belongs to, posts
// commands to those that they are for and makes one stream of events of theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "media/io/shard.h"

namespace plenary::server {

// What several shards say of one room, as one: home says whether a track is live, and it is watched while anybody on
// any shard watches it.
class ShardEvents {
 public:
  // Nothing: not news.
  std::optional<io::ShardEvent> take(std::size_t shard, io::ShardEvent event);
  void forget(TrackId track) { watched_.erase(track); }

 private:
  std::map<TrackId, io::ShardSet> watched_;
};

// Where viewers go: to their room's shard while it has not many more connections than others, for each further shard
// costs a copy of the room's packets; else to the one with fewest. None goes to a shard that cannot keep up.
class Placement {
 public:
  static constexpr std::size_t kStayTogether = 100;

  explicit Placement(std::size_t shards) : connections_(shards), shed_(shards) {}
  // Nothing: no shard keeps up.
  [[nodiscard]] std::optional<std::size_t> choose(std::size_t home) const;
  void set_shed(std::size_t shard, io::Shed shed) { shed_[shard] = shed; }
  [[nodiscard]] io::Shed shed(std::size_t shard) const { return shed_[shard]; }
  [[nodiscard]] io::Shed worst_shed() const;
  void add(std::size_t shard) { ++connections_[shard]; }
  void remove(std::size_t shard) { --connections_[shard]; }
  [[nodiscard]] std::size_t connections(std::size_t shard) const { return connections_[shard]; }

 private:
  std::vector<std::size_t> connections_;
  std::vector<io::Shed> shed_;  // what each leaves out
};

class MediaPlane {
 public:
  // Commands to one shard: every slot of every viewer, eight times.
  static constexpr std::size_t kMaxWaiting = 500'000;

  struct Threads {
    std::size_t count = 1;
    std::vector<std::uint32_t> cpus;  // one a thread, in order and over again; empty: the system decides
  };
  // `shards` as configured; 0: one for each CPU that was named, else for each that this process may use (0: unknown).
  static Threads threads(std::size_t shards, const std::vector<std::uint32_t>& cpus, std::size_t usable);
  // Shards on the port of `udp`, and of `tcp` where it is served, and those that follow it.
  static Result<std::unique_ptr<MediaPlane>> start(const Address& udp, const std::optional<Address>& tcp,
                                                   const Threads& threads,
                                                   std::shared_ptr<const crypto::Certificate> certificate);

  // Host candidates of each shard: see host_candidates().
  void set_candidates(const std::vector<Address>& configured, const Address& http);

  // Rooms take turns.
  std::size_t new_home() { return rooms_++ % shards_.size(); }
  TrackId new_track(std::size_t home) { return io::id_at_home<TrackId>(home, ++last_track_); }
  FeedId new_feed(std::size_t home) { return io::id_at_home<FeedId>(home, ++last_feed_); }
  // On that shard; end_peer() when it is gone.
  PeerId new_peer(std::size_t shard);
  void end_peer(PeerId peer) { placement_.remove(io::home_of(peer)); }
  [[nodiscard]] const Placement& placement() const { return placement_; }

  // In order for each shard, and never lost: while a shard's queue is full (ten thousand viewers get other tracks at
  // once), commands wait here. A shard that stands still for long ends the process at kMaxWaiting, and the service
  // manager starts it again.
  void post(io::ShardCommand command);
  // Call in each turn while commands wait.
  void post_waiting();
  [[nodiscard]] bool has_waiting() const;
  [[nodiscard]] std::uint64_t delayed() const { return delayed_; }

  std::optional<io::ShardEvent> poll_event();
  // Readable when poll_event() may have something.
  [[nodiscard]] std::vector<int> event_descriptors() const;
  [[nodiscard]] std::size_t shards() const { return shards_.size(); }
  // All of them: the kernel is the same.
  [[nodiscard]] bool receives_rows() const { return shards_.front().shard->receives_rows(); }
  [[nodiscard]] bool sends_runs() const { return shards_.front().shard->sends_runs(); }
  [[nodiscard]] std::uint16_t port(std::size_t shard) const { return shards_[shard].shard->port(); }
  // Summed over the shards.
  [[nodiscard]] io::ShardCounters counters() const;

  [[nodiscard]] const crypto::Fingerprint& fingerprint() const { return certificate_->fingerprint(); }
  [[nodiscard]] const std::vector<Address>& candidates(std::size_t shard) const { return shards_[shard].candidates; }
  [[nodiscard]] const std::vector<Address>& tcp_candidates(std::size_t shard) const {
    return shards_[shard].tcp_candidates;
  }

 private:
  struct Entry {
    std::unique_ptr<io::Shard> shard;
    Address udp;  // where it is served; the port is the shard's
    Address tcp;
    std::vector<Address> candidates;
    std::vector<Address> tcp_candidates;
    std::deque<io::ShardCommand> waiting;
  };
  MediaPlane(std::vector<Entry> shards, std::shared_ptr<const crypto::Certificate> certificate);
  void post_to(Entry& entry, io::ShardCommand command);

  std::vector<Entry> shards_;
  std::shared_ptr<const crypto::Certificate> certificate_;
  Placement placement_;
  ShardEvents events_;
  std::uint64_t delayed_ = 0;
  std::size_t rooms_ = 0;
  std::uint64_t last_peer_ = 0;
  std::uint64_t last_track_ = 0;
  std::uint64_t last_feed_ = 0;
};

// Host candidates: what the operator says, else the addresses of this host's interfaces. Loopback addresses are named
// only when HTTP is bound to loopback too, or when there is nothing else.
// All of them with the port of `media`, and only such as can be reached there: media may be served on one address, or
// in one IP version.
std::vector<Address> host_candidates(const std::vector<Address>& configured, const Address& http, const Address& media);

}  // namespace plenary::server
