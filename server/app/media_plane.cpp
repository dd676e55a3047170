#include "server/app/media_plane.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "media/base/check.h"

namespace plenary::server {
namespace {

std::optional<Address> from_sockaddr(const sockaddr* address, std::uint16_t port) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(address);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&four->sin_addr);
    return Address::v4(bytes[0], bytes[1], bytes[2], bytes[3], port);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
  if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) return std::nullopt;  // needs a scope that a browser cannot know
  Address result{.port = port};
  std::memcpy(result.ip.data(), &six->sin6_addr, result.ip.size());
  return result;
}

}  // namespace

void MediaPlane::post(io::ShardCommand command) {
  if (waiting_.empty() && shard_->post(std::move(command))) return;
  PLENARY_CHECK(waiting_.size() < kMaxWaiting);
  ++delayed_;
  waiting_.push_back(std::move(command));
}

void MediaPlane::post_waiting() {
  while (!waiting_.empty() && shard_->post(std::move(waiting_.front()))) waiting_.pop_front();
}

std::vector<Address> host_candidates(const std::vector<Address>& configured, const Address& http, std::uint16_t port) {
  std::vector<Address> candidates;
  for (Address address : configured) {
    address.port = port;
    candidates.push_back(address);
  }
  if (!candidates.empty()) return candidates;
  std::vector<Address> loopback;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
      if ((entry->ifa_flags & IFF_UP) == 0) continue;
      const std::optional<Address> address = from_sockaddr(entry->ifa_addr, port);
      if (address) (address->is_loopback() ? loopback : candidates).push_back(*address);
    }
    freeifaddrs(interfaces);
  }
  std::stable_partition(candidates.begin(), candidates.end(), [](const Address& a) { return a.is_v4(); });
  if (http.is_loopback()) {
    candidates.insert(candidates.begin(), loopback.begin(), loopback.end());
  } else if (candidates.empty()) {
    candidates = loopback;
  }
  return candidates;
}

}  // namespace plenary::server
