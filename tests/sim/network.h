// Datagrams between addresses with loss, delay, jitter, reordering and repetition, all from one seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::sim {

// One direction of the way between a client and the server.
struct Link {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;  // share of datagrams that take kReorderDelay longer
  Duration delay = std::chrono::milliseconds(1);
  Duration jitter{};  // on top of the delay, evenly up to this; keeps the order
  bool down = false;
  std::uint64_t rate = 0;  // bit/s with headers, behind a queue of kLinkQueue; 0: as fast as it likes
};
constexpr Duration kLinkQueue = std::chrono::milliseconds(500);
constexpr std::size_t kLinkOverhead = 28;  // bytes of IPv4 and UDP
constexpr Duration kReorderDelay = std::chrono::milliseconds(15);

class Network {
 public:
  explicit Network(std::uint64_t seed) : random_(seed) {}

  // The way from and to this address; a client's, never the server's.
  Link& up(const Address& client) { return links_[client].first; }
  Link& down(const Address& client) { return links_[client].second; }

  struct Datagram {
    Address from;
    Address to;
    ByteVector bytes;
  };
  void send(const Address& from, const Address& to, Bytes bytes, Instant now);
  std::optional<Datagram> poll(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const {
    return in_flight_.empty() ? std::nullopt : std::optional(in_flight_.begin()->first.first);
  }
  // How long the queue of this way is.
  [[nodiscard]] Duration queue(const Link& way, Instant now) const {
    const auto busy = busy_until_.find(&way);
    return busy == busy_until_.end() ? Duration::zero() : std::max(busy->second - now, Duration::zero());
  }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  Link* link(const Address& from, const Address& to);
  bool chance(double share) { return share > 0 && std::uniform_real_distribution<double>()(random_) < share; }

  std::mt19937_64 random_;
  std::unordered_map<Address, std::pair<Link, Link>> links_;
  std::unordered_map<const Link*, Instant> busy_until_;
  std::unordered_map<Address, std::pair<Instant, Instant>> last_;  // arrivals, so that jitter keeps the order
  std::map<std::pair<Instant, std::uint64_t>, Datagram> in_flight_;
  std::uint64_t number_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace plenary::sim
