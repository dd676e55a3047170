// Whether somebody's sound is fit for interpretation: a fact of this moment that the shell measures on the real path,
// never saved. It goes to who acts on it, not to every page, and not as a meter.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/time.h"
#include "signaling/meeting/words.h"

namespace plenary::signaling {

enum class ReadinessProblem : std::uint8_t { telephone_band, clipping, noisy, too_quiet, loss, jitter };
std::string_view to_text(ReadinessProblem problem);
std::optional<ReadinessProblem> readiness_problem_from(std::string_view text);

enum class NetworkWord : std::uint8_t { good, fair, poor };
std::string_view to_text(NetworkWord word);

// Rounded as it is shown, so that nothing is told again that looks the same.
struct Readiness {
  std::optional<bool> fit;  // for interpretation; nothing: they have not spoken yet, and nothing is wrong so far
  bool microphone = false;  // its sound arrives
  bool camera = false;      // its picture arrives
  std::optional<NetworkWord> network;
  std::vector<ReadinessProblem> problems;
  std::optional<std::pair<int, int>> band_hz;  // nothing: they have not spoken yet
  std::optional<int> level_db;                 // dBFS, of the speech
  std::optional<int> noise_db;                 // dBFS, between the words
  std::optional<double> loss_percent;
  std::optional<int> jitter_ms;
  std::optional<int> round_trip_ms;
  bool operator==(const Readiness&) const = default;
};

std::string readiness_json(const std::optional<Readiness>& readiness);
nlohmann::json readiness_tree(const std::optional<Readiness>& readiness);
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
