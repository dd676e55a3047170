#include "tests/sim/network.h"

#include <algorithm>

namespace plenary::sim {

Link* Network::link(const Address& from, const Address& to) {
  if (const auto found = links_.find(from); found != links_.end()) return &found->second.first;
  if (const auto found = links_.find(to); found != links_.end()) return &found->second.second;
  return nullptr;
}

void Network::send(const Address& from, const Address& to, Bytes bytes, Instant now) {
  ++sent_;
  const bool upwards = links_.contains(from);
  const Link perfect;
  const Link* way = link(from, to);
  if (way == nullptr) way = &perfect;
  if (way->down || chance(way->loss)) {
    ++lost_;
    return;
  }
  Duration queue{};
  if (way->rate != 0) {
    if (this->queue(*way, now) > kLinkQueue) {
      ++lost_;
      return;
    }
    Instant& busy = busy_until_[way];
    const std::uint64_t bits = (bytes.size() + kLinkOverhead) * 8;
    busy = std::max(busy, now) + Duration(static_cast<std::int64_t>(bits * 1'000'000'000 / way->rate));
    queue = busy - now;
  }
  auto& [last_up, last_down] = last_[upwards ? from : to];
  Instant& last = upwards ? last_up : last_down;
  const int copies = chance(way->duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Instant at = now + way->delay + queue;
    if (way->jitter > Duration::zero()) {
      at += Duration(std::uniform_int_distribution<std::int64_t>(0, way->jitter.count())(random_));
    }
    at = std::max(at, last);
    if (chance(way->reorder)) {
      at += kReorderDelay;
    } else {
      last = at;
    }
    in_flight_[{at, number_++}] = {.from = from, .to = to, .bytes = ByteVector(bytes.begin(), bytes.end())};
  }
}

std::optional<Network::Datagram> Network::poll(Instant now) {
  if (in_flight_.empty() || in_flight_.begin()->first.first > now) return std::nullopt;
  Datagram datagram = std::move(in_flight_.begin()->second);
  in_flight_.erase(in_flight_.begin());
  return datagram;
}

}  // namespace plenary::sim
