// A viewer on a simulated line: sound, pictures, padding for probes, and transport-cc back as bytes on the wire.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "media/bandwidth/bandwidth_estimate.h"
#include "media/bandwidth/layer_choice.h"
#include "media/rtp/transport_feedback_builder.h"
#include "tests/sim/bandwidth/competing_flow.h"
#include "tests/sim/bandwidth/path.h"
#include "tests/sim/bandwidth/profiles.h"

namespace plenary::sim {

// `elastic`: pictures fill the target, so that the estimate itself is seen. `layers`: a room's three layers, as viewers
// get them.
enum class SourceKind : std::uint8_t { elastic, layers };

constexpr std::uint64_t kElasticNeed = 6'000'000;  // bit/s, above all lines

struct Sample {
  Instant at{};
  double link = 0;      // bit/s
  double estimate = 0;  // bit/s, mean of the interval, as are the rates
  double sent = 0;      // media and padding
  double received = 0;
  double padding = 0;
  double queue = 0;  // ms, the longest that a packet waited
  double lost = 0;   // share
  int layer = bandwidth::kStill;
  double competing = 0;  // bit/s received by the other flow
};
constexpr Duration kSampleInterval = std::chrono::milliseconds(100);

struct LayerChange {
  Instant at{};
  int from = bandwidth::kStill;
  int to = bandwidth::kStill;
};

struct Record {
  std::vector<Sample> samples;
  std::vector<float> waits;  // ms in the queue, of each packet of ours
  std::vector<LayerChange> changes;
  std::uint64_t stills = 0;
  std::uint64_t probes = 0;
  std::uint64_t probes_failed = 0;
  std::uint64_t probes_belied = 0;
};

class Session {
 public:
  Session(const Profile& profile, SourceKind source, std::uint64_t seed);
  Record run();

 private:
  void step();
  void make_sound();
  void make_frame();
  void make_elastic_frame();
  void make_layer_frame();
  void queue_frame(double bits);
  void choose();
  void pace();
  void send(std::size_t bytes, bool padding);
  void receive();
  void take_sample();

  Profile profile_;
  SourceKind source_;
  std::mt19937_64 random_;
  Path down_;
  Path up_;
  std::optional<CompetingFlow> competing_;
  std::uint64_t competing_before_ = 0;

  bandwidth::BandwidthEstimate estimate_;
  bandwidth::LayerChoice choice_;
  bandwidth::Programme programme_;
  rtp::TransportFeedbackBuilder feedback_;
  std::uint64_t target_ = 0;

  struct Flight {
    Instant at{};
    std::uint16_t sequence = 0;
    std::size_t bytes = 0;
  };
  struct Message {
    Instant at{};
    ByteVector bytes;
  };
  std::deque<Flight> flights_;
  std::deque<Message> messages_;
  std::deque<std::size_t> paced_;  // packets of pictures
  double pace_credit_ = 0;         // bytes
  int layer_ = bandwidth::kStill;  // what is sent
  std::optional<Instant> key_frame_at_;
  std::uint64_t frame_ = 0;
  std::uint64_t in_group_ = 0;  // frames since the last key frame
  Instant now_{};
  Record record_;
  Sample sample_;
  std::uint64_t sample_ticks_ = 0;
  std::uint64_t sample_packets_ = 0;
};

}  // namespace plenary::sim
