#include "signaling/meeting/readiness.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 6> kProblemWords = {"telephone_band", "clipping", "noisy",
                                                           "too_quiet",      "loss",     "jitter"};
constexpr std::array<std::string_view, 3> kNetworkWords = {"good", "fair", "poor"};

template <class Enum>
std::optional<Enum> value_of(std::span<const std::string_view> words, std::string_view text) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <class Value>
void read(const Json& json, std::optional<Value>& value) {
  if (!json.is_null()) value = json.get<Value>();
}

}  // namespace

std::string_view to_text(ReadinessProblem problem) { return kProblemWords.at(static_cast<std::size_t>(problem)); }
std::string_view to_text(NetworkWord word) { return kNetworkWords.at(static_cast<std::size_t>(word)); }

std::optional<ReadinessProblem> readiness_problem_from(std::string_view text) {
  return value_of<ReadinessProblem>(kProblemWords, text);
}
std::optional<NetworkWord> network_word_from(std::string_view text) {
  return value_of<NetworkWord>(kNetworkWords, text);
}

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

std::optional<Readiness> readiness_from(const Json& tree) {
  try {
    Readiness readiness;
    read(tree.at("fit"), readiness.fit);
    readiness.microphone = tree.at("microphone").get<bool>();
    readiness.camera = tree.at("camera").get<bool>();
    if (const Json& network = tree.at("network"); !network.is_null()) {
      readiness.network = network_word_from(network.get<std::string>());
      if (!readiness.network) return std::nullopt;
    }
    for (const Json& word : tree.at("problems")) {
      const std::optional<ReadinessProblem> problem = readiness_problem_from(word.get<std::string>());
      if (!problem) return std::nullopt;
      readiness.problems.push_back(*problem);
    }
    if (const Json& band = tree.at("band_hz"); !band.is_null()) {
      readiness.band_hz = {band.at(0).get<int>(), band.at(1).get<int>()};
    }
    read(tree.at("level_db"), readiness.level_db);
    read(tree.at("noise_db"), readiness.noise_db);
    read(tree.at("loss_percent"), readiness.loss_percent);
    read(tree.at("jitter_ms"), readiness.jitter_ms);
    read(tree.at("round_trip_ms"), readiness.round_trip_ms);
    return readiness;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace plenary::signaling
