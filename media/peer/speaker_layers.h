// The layers of a speaker's picture (simulcast, RFC 8853, or the spatial ones of VP9 and AV1): which of them arrive,
// from the best to the least, and how many bits each takes. A camera's layers come and go with its line: a browser
// stops the highest one first, and begins with the lowest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/media_types.h"
#include "media/base/time.h"
#include "media/forward/spatial_layers.h"
#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"
#include "media/sdp/negotiate.h"

namespace plenary::peer {

// A layer has stopped when another one went on for so many frames, and so long, without it. Fewer, and a frame that an
// encoder leaves out would send its viewers to and fro; more, and they look at a picture that stands.
constexpr std::uint32_t kLayerStoppedFrames = 6;
constexpr Duration kLayerStoppedAfter = std::chrono::milliseconds(200);
constexpr Duration kLayerBackAfter = std::chrono::seconds(1);  // without a stop, before one that had stopped counts
constexpr Duration kLayerRateTime = std::chrono::seconds(1);
constexpr std::uint64_t kLayerRateStep = 8;  // a rate that changed by an eighth is told
// bit/s of a layer whose rate was not measured yet, by its lines: what browsers send at most.
constexpr std::uint64_t kLayerGuessLow = 150'000;     // up to 240 lines
constexpr std::uint64_t kLayerGuessMiddle = 500'000;  // up to 480
constexpr std::uint64_t kLayerGuessHigh = 1'500'000;

class SpeakerLayers {
 public:
  // As many as were negotiated, numbered in the answer's order, which says nothing of which is the best.
  explicit SpeakerLayers(std::size_t count) : count_(count) {}

  struct Layer {
    std::size_t number = 0;
    std::uint64_t bitrate = 0;  // bit/s of payload; each less than that of the better one
    friend bool operator==(const Layer&, const Layer&) = default;
  };

  // Each packet as it came, not the ones that RTX restored. `number` is below count().
  void handle_packet(std::size_t number, Codec codec, const rtp::Packet& packet, Instant now);
  // The same of a picture in spatial layers that come as one stream: what a layer takes is all that its viewers get.
  // `key_frame` says the sizes where a key frame begins, null elsewhere; zeros: unknown.
  using Sizes = std::array<rtp::PictureSize, sdp::kMaxSpeakerLayers>;
  void handle_spatial(const forward::SpatialPlace& place, const Sizes* key_frame, const rtp::Packet& packet,
                      Instant now);
  // The best first, none before its first key frame; never empty again once there was one.
  [[nodiscard]] const std::vector<Layer>& arriving() const { return arriving_; }
  // It came, and does no more: there is nobody to ask for a key frame.
  [[nodiscard]] bool stopped(std::size_t number) const { return layers_[number].stopped && !layers_[number].since; }
  // True once after arriving() has changed.
  bool take_changed();
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  struct State {
    std::optional<Instant> since;  // it comes without a stop
    bool stopped = false;          // it did before
    bool begun = false;            // a key frame came
    std::uint64_t pixels = 0;      // 0: unknown
    std::uint32_t timestamp = 0;   // of the newest frame
    std::uint32_t frames = 0;
    Instant last{};
    std::array<std::uint32_t, sdp::kMaxSpeakerLayers> others{};  // frames of the others when it came last

    Instant measured_since{};
    std::uint64_t bytes = 0;
    std::uint64_t rate = 0;  // bit/s; 0: unknown
    bool guessed = false;
    std::uint64_t told = 0;
  };
  void arrive(State& state, std::uint32_t timestamp, Instant now);
  static void learn_size(State& state, const rtp::PictureSize& size);
  void measure(State& state, std::size_t bytes, Instant now);
  void find_stopped(std::size_t came, Instant now);
  [[nodiscard]] static bool comes(const State& state);
  void put_in_order(Instant now);

  std::size_t count_;
  std::array<State, sdp::kMaxSpeakerLayers> layers_;
  std::vector<Layer> arriving_;
  bool changed_ = false;
};

}  // namespace plenary::peer
