// What is told of somebody's readiness while they wait: a fact of this moment that the shell measures on the real path,
// never saved. It goes to who acts on it, not to every page, and not as a meter.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/base/time.h"
#include "signaling/meeting/readiness.h"
#include "signaling/meeting/words.h"

namespace plenary::signaling {

std::string readiness_json(const std::optional<Readiness>& readiness);
// Parameters of floor.readiness.
std::string readiness_params(RequestId request, const std::optional<Readiness>& readiness);

constexpr Duration kReadinessInterval = std::chrono::seconds(2);  // a request's is told at most this often

// What was measured, what was told, and when the difference may be told.
class ReadinessBoard {
 public:
  void set(RequestId request, std::optional<Readiness> readiness);
  // Requests to tell now, counted as told.
  std::vector<RequestId> take_due(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  [[nodiscard]] std::optional<Readiness> find(RequestId request) const;
  // All that is known.
  [[nodiscard]] std::vector<RequestId> requests() const;

 private:
  struct Entry {
    std::optional<Readiness> measured;
    std::optional<Readiness> told;
    std::optional<Instant> told_at;
  };
  std::map<RequestId, Entry> entries_;
};

}  // namespace plenary::signaling
