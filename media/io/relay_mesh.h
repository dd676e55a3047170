// The queues between shards: one for each ordered pair, so that each has one thread at either end and none ever waits.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "media/base/bounded_queue.h"
#include "media/base/result.h"
#include "media/io/relay.h"

namespace plenary::io {

// Frames and packets from one shard to another that wait there: about a second of ten rooms.
constexpr std::size_t kMaxRelayed = 4'096;

class RelayMesh {
 public:
  // At most kMaxShards.
  static Result<std::shared_ptr<RelayMesh>> make(std::size_t shards);
  ~RelayMesh();
  RelayMesh(const RelayMesh&) = delete;
  RelayMesh& operator=(const RelayMesh&) = delete;

  [[nodiscard]] std::size_t shards() const { return shards_; }
  // Thread of shard `from`. To all shards in the set; those whose queue was full are returned: they get a RelayGap before
  // the next that they have room for.
  ShardSet push(std::size_t from, const RelayOutput& output);
  // Thread of shard `from`, after a row of pushes.
  void wake(std::size_t from);
  // Thread of shard `to`: what `from` sent, oldest first; null: no more.
  std::shared_ptr<const Relayed> pop(std::size_t from, std::size_t to);
  // Readable (an eventfd) when something waits for this shard.
  [[nodiscard]] int descriptor(std::size_t shard) const { return descriptors_[shard]; }

 private:
  explicit RelayMesh(std::size_t shards);
  BoundedQueue<std::shared_ptr<const Relayed>>& queue(std::size_t from, std::size_t to) { return *queues_[from * shards_ + to]; }

  std::size_t shards_;
  std::vector<std::unique_ptr<BoundedQueue<std::shared_ptr<const Relayed>>>> queues_;
  std::vector<int> descriptors_;
  struct alignas(64) Sender {  // of its own thread's only
    ShardSet gaps = 0;
    ShardSet to_wake = 0;
  };
  std::vector<Sender> senders_;
};

}  // namespace plenary::io
