// Whether somebody's sound is fit for interpretation, as it was measured on the real path.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace plenary::signaling {

enum class ReadinessProblem : std::uint8_t { telephone_band, clipping, noisy, too_quiet, loss, jitter };
std::string_view to_text(ReadinessProblem problem);
std::optional<ReadinessProblem> readiness_problem_from(std::string_view text);

enum class NetworkWord : std::uint8_t { good, fair, poor };
std::string_view to_text(NetworkWord word);
std::optional<NetworkWord> network_word_from(std::string_view text);

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

// One form for pages and journal.
nlohmann::json readiness_tree(const std::optional<Readiness>& readiness);
// Nothing: null, a member is missing, or one is not what the tree has there.
std::optional<Readiness> readiness_from(const nlohmann::json& tree);

}  // namespace plenary::signaling
