#include "signaling/protocol/readiness.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plenary::signaling {
std::string readiness_json(const std::optional<Readiness>& readiness) { return readiness_tree(readiness).dump(); }

std::string readiness_params(RequestId request, const std::optional<Readiness>& readiness) {
  return nlohmann::json{{"request", to_text(request)}, {"readiness", readiness_tree(readiness)}}.dump();
}

void ReadinessBoard::set(RequestId request, std::optional<Readiness> readiness) {
  const auto found = entries_.find(request);
  if (found == entries_.end() && !readiness) return;
  entries_[request].measured = std::move(readiness);
}

std::vector<RequestId> ReadinessBoard::take_due(Instant now) {
  std::vector<RequestId> due;
  for (auto& [request, entry] : entries_) {
    const bool rested = !entry.told_at || now - *entry.told_at >= kReadinessInterval;
    if (entry.measured == entry.told || !rested) continue;
    entry.told = entry.measured;
    entry.told_at = now;
    due.push_back(request);
  }
  // Who is gone and was told so is forgotten once they could be told again.
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    return !entry.measured && !entry.told && (!entry.told_at || now - *entry.told_at >= kReadinessInterval);
  });
  return due;
}

std::optional<Instant> ReadinessBoard::next_timeout() const {
  std::optional<Instant> next;
  for (const auto& [request, entry] : entries_) {
    if (entry.measured == entry.told) continue;
    const Instant due = entry.told_at ? *entry.told_at + kReadinessInterval : Instant{};
    next = next ? std::min(*next, due) : due;
  }
  return next;
}

std::optional<Readiness> ReadinessBoard::find(RequestId request) const {
  const auto found = entries_.find(request);
  return found == entries_.end() ? std::nullopt : found->second.measured;
}

std::vector<RequestId> ReadinessBoard::requests() const {
  std::vector<RequestId> known;
  for (const auto& [request, entry] : entries_) {
    if (entry.measured) known.push_back(request);
  }
  return known;
}

}  // namespace plenary::signaling
