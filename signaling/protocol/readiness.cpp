#include "signaling/protocol/readiness.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 6> kProblemWords = {"telephone_band", "clipping", "noisy",
                                                           "too_quiet",      "loss",     "jitter"};

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json readiness_tree(const std::optional<Readiness>& readiness) {
  if (!readiness) return nullptr;
  Json problems = Json::array();
  for (const ReadinessProblem problem : readiness->problems) problems.push_back(to_text(problem));
  Json band = nullptr;
  if (readiness->band_hz) band = Json::array({readiness->band_hz->first, readiness->band_hz->second});
  return {{"fit", or_null(readiness->fit)},
          {"microphone", readiness->microphone},
          {"camera", readiness->camera},
          {"network", readiness->network ? Json(to_text(*readiness->network)) : Json(nullptr)},
          {"problems", std::move(problems)},
          {"band_hz", std::move(band)},
          {"level_db", or_null(readiness->level_db)},
          {"noise_db", or_null(readiness->noise_db)},
          {"loss_percent", or_null(readiness->loss_percent)},
          {"jitter_ms", or_null(readiness->jitter_ms)},
          {"round_trip_ms", or_null(readiness->round_trip_ms)}};
}

std::string_view to_text(ReadinessProblem problem) { return kProblemWords.at(static_cast<std::size_t>(problem)); }

std::string_view to_text(NetworkWord word) {
  static constexpr std::array<std::string_view, 3> kWords = {"good", "fair", "poor"};
  return kWords.at(static_cast<std::size_t>(word));
}

std::optional<ReadinessProblem> readiness_problem_from(std::string_view text) {
  const auto found = std::find(kProblemWords.begin(), kProblemWords.end(), text);
  if (found == kProblemWords.end()) return std::nullopt;
  return static_cast<ReadinessProblem>(found - kProblemWords.begin());
}

std::string readiness_json(const std::optional<Readiness>& readiness) { return readiness_tree(readiness).dump(); }

std::string readiness_params(RequestId request, const std::optional<Readiness>& readiness) {
  return Json{{"request", to_text(request)}, {"readiness", readiness_tree(readiness)}}.dump();
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
