#include "media/io/relay_mesh.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "media/base/check.h"

namespace plenary::io {

RelayMesh::RelayMesh(std::size_t shards) : shards_(shards), senders_(shards) {
  PLENARY_CHECK(shards <= kMaxShards);
  for (std::size_t i = 0; i < shards * shards; ++i) {
    const bool crosses = i / shards != i % shards;
    queues_.push_back(crosses ? std::make_unique<BoundedQueue<std::shared_ptr<const Relayed>>>(kMaxRelayed) : nullptr);
  }
}

RelayMesh::~RelayMesh() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

Result<std::shared_ptr<RelayMesh>> RelayMesh::make(std::size_t shards) {
  std::shared_ptr<RelayMesh> mesh(new RelayMesh(shards));
  for (std::size_t i = 0; i < shards; ++i) {
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
      return Error{"shard", std::string("The media threads cannot reach each other: ") + std::strerror(errno)};
    }
    mesh->descriptors_.push_back(descriptor);
  }
  return mesh;
}

ShardSet RelayMesh::push(std::size_t from, const RelayOutput& output) {
  static const auto kGap = std::make_shared<const Relayed>(RelayGap{});
  Sender& sender = senders_[from];
  ShardSet refused = 0;
  for (std::size_t to = 0; to < shards_; ++to) {
    const ShardSet bit = ShardSet{1} << to;
    if ((output.to & bit) == 0 || to == from) continue;
    sender.to_wake |= bit;
    if ((sender.gaps & bit) != 0 && queue(from, to).push(std::shared_ptr(kGap))) sender.gaps &= ~bit;
    if ((sender.gaps & bit) == 0 && queue(from, to).push(std::shared_ptr(output.what))) continue;
    sender.gaps |= bit;
    refused |= bit;
  }
  return refused;
}

void RelayMesh::wake(std::size_t from) {
  const ShardSet to_wake = std::exchange(senders_[from].to_wake, 0);
  if (to_wake == 0) return;
  for (std::size_t to = 0; to < shards_; ++to) {
    if ((to_wake >> to & 1) == 0) continue;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(descriptors_[to], &one, sizeof one);
  }
}

std::shared_ptr<const Relayed> RelayMesh::pop(std::size_t from, std::size_t to) {
  return queue(from, to).pop().value_or(nullptr);
}

}  // namespace plenary::io
