#include "server/app/media_plane.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "media/base/check.h"
#include "media/base/log.h"

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

std::optional<io::ShardEvent> ShardEvents::take(std::size_t shard, io::ShardEvent event) {
  if (const auto* live = std::get_if<io::TrackLive>(&event)) {
    if (io::home_of(live->track) != shard) return std::nullopt;
  } else if (auto* watched = std::get_if<io::TrackWatched>(&event)) {
    io::ShardSet& by = watched_[watched->track];
    const bool before = by != 0;
    const io::ShardSet bit = io::ShardSet{1} << shard;
    by = watched->watched ? by | bit : by & ~bit;
    watched->watched = by != 0;
    if (by == 0) watched_.erase(watched->track);
    if (watched->watched == before) return std::nullopt;
  }
  return event;
}

std::optional<std::size_t> Placement::choose(std::size_t home) const {
  std::optional<std::size_t> fewest;
  for (std::size_t shard = 0; shard < connections_.size(); ++shard) {
    if (shed_[shard] != io::Shed::nothing) continue;
    if (!fewest || connections_[shard] < connections_[*fewest]) fewest = shard;
  }
  if (!fewest || shed_[home] != io::Shed::nothing) return fewest;
  return connections_[home] < connections_[*fewest] + kStayTogether ? home : *fewest;
}

io::Shed Placement::worst_shed() const { return *std::max_element(shed_.begin(), shed_.end()); }

MediaPlane::MediaPlane(std::vector<Entry> shards, std::shared_ptr<const crypto::Certificate> certificate)
    : shards_(std::move(shards)), certificate_(std::move(certificate)), placement_(shards_.size()) {}

MediaPlane::Threads MediaPlane::threads(std::size_t shards, const std::vector<std::uint32_t>& cpus,
                                        std::size_t usable) {
  const std::size_t cores = cpus.empty() ? usable : cpus.size();
  return {.count = std::clamp<std::size_t>(shards != 0 ? shards : cores, 1, io::kMaxShards), .cpus = cpus};
}

Result<std::unique_ptr<MediaPlane>> MediaPlane::start(const Address& udp, const std::optional<Address>& tcp,
                                                      const Threads& threads,
                                                      std::shared_ptr<const crypto::Certificate> certificate) {
  std::shared_ptr<io::RelayMesh> mesh;
  if (threads.count > 1) {
    auto made = io::RelayMesh::make(threads.count);
    if (!made) return made.error();
    mesh = std::move(made).value();
  }
  const std::vector<std::uint32_t>& cpus = threads.cpus;
  std::vector<Entry> shards(threads.count);
  for (std::size_t i = 0; i < threads.count; ++i) {
    const auto own = [i](Address address) {
      if (address.port != 0) address.port = static_cast<std::uint16_t>(address.port + i);
      return address;
    };
    auto shard = io::Shard::start({.bind = own(udp),
                                   .certificate = certificate,
                                   .tcp = tcp ? std::optional(own(*tcp)) : std::nullopt,
                                   .index = i,
                                   .mesh = mesh,
                                   .cpu = cpus.empty() ? std::nullopt : std::optional(cpus[i % cpus.size()])});
    if (!shard) return shard.error();
    Entry& entry = shards[i];
    entry.shard = std::move(shard).value();
    entry.udp = {.ip = udp.ip, .port = entry.shard->port()};
    if (tcp) entry.tcp = {.ip = tcp->ip, .port = entry.shard->tcp_port().value_or(0)};
  }
  return std::unique_ptr<MediaPlane>(new MediaPlane(std::move(shards), std::move(certificate)));
}

void MediaPlane::set_candidates(const std::vector<Address>& configured, const Address& http) {
  for (Entry& entry : shards_) {
    entry.candidates = host_candidates(configured, http, entry.udp);
    if (entry.shard->tcp_port()) entry.tcp_candidates = host_candidates(configured, http, entry.tcp);
  }
}

PeerId MediaPlane::new_peer(std::size_t shard) {
  placement_.add(shard);
  return io::id_at_home<PeerId>(shard, ++last_peer_);
}

void MediaPlane::post(io::ShardCommand command) {
  if (const auto* removed = std::get_if<io::RemoveTrack>(&command)) events_.forget(removed->track);
  const io::ShardSet all = shards_.size() < io::kMaxShards ? (io::ShardSet{1} << shards_.size()) - 1 : ~io::ShardSet{0};
  io::ShardSet to = io::addressees(command, all);
  for (Entry& entry : shards_) {
    const bool meant = (to & 1) != 0;
    to >>= 1;
    if (meant && to == 0) return post_to(entry, std::move(command));
    if (meant) post_to(entry, command);
  }
}

void MediaPlane::post_to(Entry& entry, io::ShardCommand command) {
  if (entry.waiting.empty() && entry.shard->post(std::move(command))) return;
  PLENARY_CHECK(entry.waiting.size() < kMaxWaiting);
  ++delayed_;
  entry.waiting.push_back(std::move(command));
}

void MediaPlane::post_waiting() {
  for (Entry& entry : shards_) {
    while (!entry.waiting.empty() && entry.shard->post(std::move(entry.waiting.front()))) entry.waiting.pop_front();
  }
}

bool MediaPlane::has_waiting() const {
  return std::any_of(shards_.begin(), shards_.end(), [](const Entry& entry) { return !entry.waiting.empty(); });
}

std::optional<io::ShardEvent> MediaPlane::poll_event() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    while (std::optional<io::ShardEvent> event = shards_[i].shard->poll_event()) {
      if (const auto* load = std::get_if<io::LoadShed>(&*event)) {
        const bool less = load->shed > placement_.shed(i);
        placement_.set_shed(i, load->shed);
        log(less ? LogLevel::warning : LogLevel::info, less ? "shard.overloaded" : "shard.recovers",
            {{"shard", std::to_string(i)}, {"leaves_out", std::string(io::shed_name(load->shed))}});
      }
      if (std::optional<io::ShardEvent> news = events_.take(i, std::move(*event))) return news;
    }
  }
  return std::nullopt;
}

std::vector<int> MediaPlane::event_descriptors() const {
  std::vector<int> descriptors;
  for (const Entry& entry : shards_) descriptors.push_back(entry.shard->event_descriptor());
  return descriptors;
}

io::ShardCounters MediaPlane::counters() const {
  io::ShardCounters sum = shards_.front().shard->counters();
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    const io::ShardCounters more = shards_[i].shard->counters();
    for (std::size_t n = 0; n < sum.values.size(); ++n) sum.values[n].second += more.values[n].second;
    sum.peers += more.peers;
    sum.tracks += more.tracks;
    for (std::size_t of = 0; of < io::kDelayKinds; ++of) {
      auto& delays = sum.delays[of];
      for (std::size_t n = 0; n < delays.counts.size(); ++n) delays.counts[n] += more.delays[of].counts[n];
      delays.sum += more.delays[of].sum;
    }
  }
  return sum;
}

std::vector<Address> host_candidates(const std::vector<Address>& configured, const Address& http,
                                     const Address& media) {
  std::vector<Address> candidates;
  for (Address address : configured) {
    address.port = media.port;
    candidates.push_back(address);
  }
  if (!candidates.empty()) return candidates;
  if (!media.is_unspecified()) return {media};
  std::vector<Address> loopback;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
      if ((entry->ifa_flags & IFF_UP) == 0) continue;
      const std::optional<Address> address = from_sockaddr(entry->ifa_addr, media.port);
      const bool served = address && (address->is_v4() || !media.is_v4());
      if (served) (address->is_loopback() ? loopback : candidates).push_back(*address);
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
