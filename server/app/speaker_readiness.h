// Whether one speaker's sound is fit for interpretation: what the room process says of the sound and the shard of its
// way, in one verdict. Pure; control thread.
#pragma once

#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "media/io/shard.h"
#include "signaling/protocol/readiness.h"

namespace plenary::server {

// Seconds over which loss is counted: one packet of fifty would else be two percent.
constexpr std::size_t kLossWindow = 10;
// The first limit is where it is said, the second where it is taken back.
// Percent. Decoders hide about one packet in a hundred (ITU-T G.113 Appendix I); at two, syllables go.
constexpr double kLossAbove = 2;
constexpr double kNoLossBelow = 1;
// Mean deviation (RFC 3550). The jitter buffer holds 60 ms; the slowest packets are late by some two means.
constexpr Duration kJitterAbove = std::chrono::milliseconds(30);
constexpr Duration kNoJitterBelow = std::chrono::milliseconds(20);
// There and back. Beyond it people talk into each other (ITU-T G.114: 150 ms one way).
constexpr Duration kFarAbove = std::chrono::milliseconds(300);

class SpeakerReadiness {
 public:
  // A report `speaker_readiness` of the room process. What has another type than it should is as if it were not there.
  void handle_sound(const nlohmann::json& report);
  void handle_uplink(const io::UplinkQuality& quality);

  void handle_media(MediaKind kind) { (kind == MediaKind::audio ? microphone_ : camera_) = true; }

  // Nothing until something arrives. Open, whether fit, until they have spoken, unless their way is bad already.
  [[nodiscard]] std::optional<signaling::Readiness> verdict() const;

 private:
  struct Sound {
    std::vector<signaling::ReadinessProblem> problems;
    std::optional<std::pair<int, int>> band_hz;
    std::optional<int> level_db;
    std::optional<int> noise_db;
  };
  struct Second {
    std::uint32_t expected = 0;
    std::uint32_t lost = 0;
  };
  [[nodiscard]] double loss_percent() const;
  [[nodiscard]] std::optional<signaling::NetworkWord> network() const;

  std::optional<Sound> sound_;
  std::deque<Second> seconds_;
  Duration jitter_{};
  std::optional<Duration> round_trip_;
  bool microphone_ = false;
  bool camera_ = false;
  bool loses_ = false;
  bool jitters_ = false;
};

}  // namespace plenary::server
