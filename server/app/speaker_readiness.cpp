#include "server/app/speaker_readiness.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace plenary::server {
namespace {

using nlohmann::json;
using signaling::ReadinessProblem;

std::optional<int> whole(const json& value) {
  if (!value.is_number()) return std::nullopt;
  return static_cast<int>(std::lround(std::clamp(value.get<double>(), -1e6, 1e6)));
}

int milliseconds(Duration duration) {
  return static_cast<int>(std::chrono::round<std::chrono::milliseconds>(duration).count());
}

}  // namespace

void SpeakerReadiness::handle_sound(const json& report) {
  Sound sound;
  sound.level_db = whole(report.value("level_db", json()));
  sound.noise_db = whole(report.value("noise_db", json()));
  const json band = report.value("band_hz", json());
  if (band.is_array() && band.size() == 2) {
    const std::optional<int> low = whole(band[0]);
    const std::optional<int> high = whole(band[1]);
    if (low && high) sound.band_hz = std::pair(*low, *high);
  }
  const json problems = report.value("problems", json());
  for (const json& word : problems.is_array() ? problems : json::array()) {
    const auto problem = word.is_string() ? signaling::readiness_problem_from(word.get<std::string>()) : std::nullopt;
    if (problem) sound.problems.push_back(*problem);
  }
  sound_ = std::move(sound);
}

void SpeakerReadiness::handle_uplink(const io::UplinkQuality& quality) {
  microphone_ = true;  // only sound is counted
  seconds_.push_back({quality.packets_expected, quality.packets_lost});
  if (seconds_.size() > kLossWindow) seconds_.pop_front();
  jitter_ = quality.jitter;
  round_trip_ = quality.round_trip;
  const double loss = loss_percent();
  loses_ = loses_ ? loss >= kNoLossBelow : loss > kLossAbove;
  jitters_ = jitters_ ? jitter_ >= kNoJitterBelow : jitter_ > kJitterAbove;
}

double SpeakerReadiness::loss_percent() const {
  double expected = 0;
  double lost = 0;
  for (const Second& second : seconds_) {
    expected += second.expected;
    lost += second.lost;
  }
  return expected > 0 ? 100 * lost / expected : 0;
}

std::optional<signaling::NetworkWord> SpeakerReadiness::network() const {
  using signaling::NetworkWord;
  if (seconds_.empty()) return std::nullopt;
  if (loses_ || jitters_) return NetworkWord::poor;
  const bool far = round_trip_ && *round_trip_ > kFarAbove;
  return far || loss_percent() > kNoLossBelow || jitter_ > kNoJitterBelow ? NetworkWord::fair : NetworkWord::good;
}

std::optional<signaling::Readiness> SpeakerReadiness::verdict() const {
  if (!sound_ && !microphone_ && !camera_) return std::nullopt;
  signaling::Readiness readiness{.microphone = microphone_ || sound_, .camera = camera_, .network = network()};
  if (sound_) {
    readiness.problems = sound_->problems;
    readiness.band_hz = sound_->band_hz;
    readiness.level_db = sound_->level_db;
    readiness.noise_db = sound_->noise_db;
  }
  if (loses_) readiness.problems.push_back(ReadinessProblem::loss);
  if (jitters_) readiness.problems.push_back(ReadinessProblem::jitter);
  if (!seconds_.empty()) {
    readiness.loss_percent = std::round(loss_percent() * 10) / 10;
    readiness.jitter_ms = milliseconds(jitter_);
  }
  if (round_trip_) readiness.round_trip_ms = milliseconds(*round_trip_);
  if (!readiness.problems.empty())
    readiness.fit = false;
  else if (readiness.band_hz)
    readiness.fit = true;
  return readiness;
}

}  // namespace plenary::server
