#include "server/links/links.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/auth/token_signer.h"

namespace plenary::server {
namespace {

using nlohmann::json;
using signaling::StoredEvent;
using signaling::Ticket;

constexpr int kVersion = 1;
constexpr const char* kMade = "link_made";
constexpr const char* kRevoked = "link_revoked";

std::int64_t number(WallTime time) { return time.time_since_epoch().count(); }

StoredEvent event_of(const char* type, json payload) {
  payload["v"] = kVersion;
  return {.type = type, .payload = payload.dump(-1, ' ', false, json::error_handler_t::replace)};
}

// The meeting of a token is called a room too: it admits to the same.
json claims_json(const Claims& claims) {
  json payload = {{"id", claims.token_id},
                  {"sub", claims.subject},
                  {"room", claims.room.empty() ? claims.meeting : claims.room},
                  {"role", claims.role},
                  {"name", claims.name},
                  {"organisation", claims.organisation},
                  {"category", claims.category},
                  {"expires", claims.expires ? json(number(*claims.expires)) : json()}};
  // Few have them, and events of before have none.
  for (const auto& [member, text] : {std::pair{"title", &claims.title}, std::pair{"delegation", &claims.delegation},
                                     std::pair{"country", &claims.country}}) {
    if (!text->empty()) payload[member] = *text;
  }
  if (claims.rank != 0) payload["rank"] = claims.rank;
  return payload;
}

// Throws json::exception.
Claims claims_from(const json& payload) {
  Claims claims;
  claims.token_id = current_token_id(payload.at("id").get<std::string>());
  payload.at("sub").get_to(claims.subject);
  payload.at("room").get_to(claims.room);
  payload.at("role").get_to(claims.role);
  payload.at("name").get_to(claims.name);
  payload.at("organisation").get_to(claims.organisation);
  payload.at("category").get_to(claims.category);
  claims.title = payload.value("title", "");
  claims.delegation = payload.value("delegation", "");
  claims.country = payload.value("country", "");
  claims.rank = payload.value("rank", std::int64_t{0});
  const json& expires = payload.at("expires");
  if (!expires.is_null()) claims.expires = WallTime(std::chrono::milliseconds(expires.get<std::int64_t>()));
  return claims;
}

}  // namespace

Result<Links> Links::open(const std::vector<StoredEvent>& events) {
  Links links;
  for (const StoredEvent& event : events) {
    if (event.seq == links.seq_ + 1 && links.apply(event)) continue;
    return Error{"link_unreadable", "Event " + std::to_string(event.seq) +
                                        " of the links cannot be read; restore the journal from a copy, or run the "
                                        "version that wrote it."};
  }
  return links;
}

std::optional<std::string> Links::apply(const StoredEvent& event) {
  try {
    const json payload = json::parse(event.payload);
    if (payload.at("v").get<int>() > kVersion) return std::nullopt;
    std::string revoked;
    if (event.type == kMade) {
      Claims claims = claims_from(payload);
      const bool in_room = payload.value("in_room", false);
      links_[claims.token_id] = {claims, WallTime(std::chrono::milliseconds(event.wall_ms)), in_room, false};
      ++made_;
    } else if (event.type == kRevoked) {
      revoked = current_token_id(payload.at("id").get<std::string>());
      if (!links_.contains(revoked)) links_[revoked].claims = claims_from(payload);
      links_[revoked].revoked = true;
      seen_.erase(revoked);
      ++revoked_;
    } else {
      return std::nullopt;
    }
    seq_ = event.seq;
    return revoked;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

Result<Ticket> Links::make(const Claims& claims, bool in_room, WallTime now) {
  if (links_.size() + pending_.size() >= kMaxLinks) {
    return Error{"too_many_links", "There are 20,000 links; ask whoever runs the server to begin a new data folder."};
  }
  json payload = claims_json(claims);
  if (in_room) payload["in_room"] = true;
  return enqueue(event_of(kMade, std::move(payload)), now);
}

Result<Ticket> Links::revoke(const std::string& room, const std::string& id, WallTime now) {
  const Link* link = find(id);
  if (link == nullptr || !link->claims.admits_to_room(room)) {
    return Error{"no_link", "This room has no link of that id."};
  }
  return enqueue(event_of(kRevoked, claims_json(link->claims)), now);
}

Ticket Links::enqueue(StoredEvent event, WallTime now) {
  event.seq = seq_ + pending_.size() + 1;
  event.wall_ms = number(now);
  pending_.push_back({Ticket{next_ticket_++}, std::move(event), false});
  return pending_.back().ticket;
}

std::optional<signaling::Batch> Links::poll_append() {
  for (Pending& pending : pending_) {
    if (std::exchange(pending.handed_out, true)) continue;
    return signaling::Batch{pending.ticket, {pending.event}};
  }
  return std::nullopt;
}

std::optional<std::string> Links::handle_saved(Ticket ticket) {
  if (pending_.empty() || pending_.front().ticket != ticket) return std::nullopt;  // void since an earlier failure
  const std::optional<std::string> revoked = apply(pending_.front().event);
  pending_.pop_front();
  return revoked && !revoked->empty() ? revoked : std::nullopt;
}

void Links::handle_not_saved(Ticket ticket) {
  const auto first =
      std::find_if(pending_.begin(), pending_.end(), [&](const Pending& pending) { return pending.ticket == ticket; });
  pending_.erase(first, pending_.end());
}

void Links::see(const Claims& claims) {
  if (claims.token_id.empty() || find(claims.token_id) != nullptr) return;
  if (seen_order_.size() >= kMaxSeen) {
    forgotten_ += seen_.erase(seen_order_.front());
    seen_order_.pop_front();
  }
  seen_.emplace(claims.token_id, Link{.claims = claims});
  seen_order_.push_back(claims.token_id);
}

const Link* Links::find(std::string_view id) const {
  if (const auto found = links_.find(id); found != links_.end()) return &found->second;
  const auto found = seen_.find(id);
  return found == seen_.end() ? nullptr : &found->second;
}

bool Links::is_revoked(std::string_view token_id) const {
  const auto found = links_.find(token_id);
  return found != links_.end() && found->second.revoked;
}

std::vector<const Link*> Links::of_room(const std::string& room) const {
  std::vector<const Link*> found;
  for (const auto& known : {&seen_, &links_}) {
    for (const auto& [id, link] : *known) {
      if (link.claims.admits_to_room(room)) found.push_back(&link);
    }
  }
  std::ranges::stable_sort(found, {}, &Link::made_at);
  return found;
}

std::vector<std::pair<std::string, std::uint64_t>> Links::counters() const {
  return {{"made", made_}, {"revoked", revoked_}, {"seen_forgotten", forgotten_}};
}

}  // namespace plenary::server
