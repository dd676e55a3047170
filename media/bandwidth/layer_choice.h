// What of a viewer's programme fits its line. A thin line is shared in a fixed order: the chosen sound channel, the
// floor beneath it, captions, then pictures (each slot its lowest layer before any gets a higher one, lower slots
// first). A picture begins with the layer that fits; one that does not fit becomes a still now and then. The choice
// only wishes: a picture's layer changes at the next key frame of the other layer, which the forwarder asks for and
// reports back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr std::size_t kMaxLayers = 3;
constexpr std::size_t kMaxPictures = 4;  // a viewer's video slots
constexpr int kStill = -1;               // in place of a layer: single key frames of the lowest one

// A room's layers, lowest first: 180p15, 360p, 720p30; bit/s of the encoder's output.
constexpr std::array<std::uint64_t, kMaxLayers> kRoomLayers = {150'000, 600'000, 1'800'000};

constexpr std::uint64_t kPicturesLeast = 100'000;  // bit/s of target: below, sound only and stills
constexpr std::uint64_t kStillBits = 48'000;       // of a 180p key frame
constexpr Duration kStillInterval = std::chrono::seconds(5);
constexpr Duration kStillIntervalMost = std::chrono::seconds(30);  // where the sound leaves less, there is none
constexpr double kUpMargin = 1.1;      // the target must exceed what the higher layer needs; encoders overshoot
constexpr double kKeep = 0.9;          // of what is sent: targets rest a little below what a line carries
constexpr double kShortSevere = 0.75;  // of what is sent: a queue grows so fast that the layer goes at once
constexpr Duration kDownPatience = std::chrono::milliseconds(700);  // a smaller shortage may be a passing queue
constexpr Duration kUpPatience = std::chrono::milliseconds(500);    // a single report is no proof
constexpr Duration kUpInterval = std::chrono::seconds(1);           // from layer to layer
constexpr Duration kHoldAfterDown = std::chrono::seconds(11);       // no oscillation more than once in 10 s
constexpr Duration kHoldLongest = std::chrono::seconds(60);         // doubled each time a raise did not last
constexpr Duration kRaiseLasted = std::chrono::seconds(20);         // a raise that stood so long was right

struct Picture {
  bool shown = false;
  std::size_t layers = 0;                           // 0 to kMaxLayers
  std::array<std::uint64_t, kMaxLayers> bitrate{};  // bit/s on the wire, lowest first
};

// What the viewer would get on a wide line; bit/s on the wire, 0 for what they do not use.
struct Programme {
  std::uint64_t sound = 0;     // the chosen channel
  std::uint64_t floor = 0;     // beneath it
  std::uint64_t captions = 0;  // only where they go over this transport
  std::array<Picture, kMaxPictures> pictures{};
};

class LayerChoice {
 public:
  struct Choice {
    bool floor = true;  // the chosen channel goes out in any case
    bool captions = true;
    std::array<int, kMaxPictures> layers{};  // wished; kStill or an index
    std::optional<Duration> still_interval;  // for pictures at kStill; nothing: none
  };
  LayerChoice();

  // At least every 100 ms. `carries`: what the line does, bit/s.
  const Choice& update(std::uint64_t carries, const Programme& programme, Instant now);
  // The forwarder switched at a key frame.
  void handle_switched(std::size_t slot, int layer) { current_[slot] = layer; }
  // The wished layer is not what is sent: a key frame of it has to be asked for.
  [[nodiscard]] bool waits_for_key_frame(std::size_t slot) const { return current_[slot] != choice_.layers[slot]; }
  // True once for each still that is due: the next key frame of the lowest layer goes out, alone.
  bool take_still(std::size_t slot, Instant now);

  [[nodiscard]] const Choice& choice() const { return choice_; }
  // bit/s that the whole programme needs with its margin: nothing beyond is worth a probe.
  [[nodiscard]] static std::uint64_t need(const Programme& programme);
  [[nodiscard]] std::uint64_t raised() const { return raised_; }
  [[nodiscard]] std::uint64_t lowered() const { return lowered_; }

 private:
  struct Slot {
    bool begun = false;
    std::optional<Instant> short_since;
    std::optional<Instant> ample_since;
    std::optional<Instant> raised_at;
    Instant not_up_before{};
    int failed = 0;          // the layer that did not last
    Instant failed_until{};  // it is not tried before; lower ones are
    Duration hold = kHoldAfterDown;
    std::optional<Instant> still_at;
  };
  struct Fit {
    bool floor = false;
    bool captions = false;
    std::array<int, kMaxPictures> layers{};
    std::uint64_t used = 0;
  };
  [[nodiscard]] static Fit fit(std::uint64_t carries, const Programme& programme);
  [[nodiscard]] std::uint64_t in_use(const Programme& programme) const;
  void update_sound(const Fit& now_fits, const Fit& amply_fits, Instant now);
  void update_picture(std::size_t slot, int fits, int amply, bool severe, Instant now);
  void lower(std::size_t slot, int layer, Instant now);
  void raise(std::size_t slot, int layer, Instant now);

  Choice choice_;
  std::array<int, kMaxPictures> current_{};
  std::array<Slot, kMaxPictures> slots_{};
  Instant sound_back_at_{};
  std::uint64_t raised_ = 0;
  std::uint64_t lowered_ = 0;
};

}  // namespace plenary::bandwidth
