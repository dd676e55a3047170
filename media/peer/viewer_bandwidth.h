// What one viewer's line carries and what of their programme is sent over it: the estimate, the choice of layers and
// the pace of pictures. Only for viewers who watch a picture in layers and report arrivals (transport-cc). About 4 KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/bandwidth/bandwidth_estimate.h"
#include "media/bandwidth/layer_choice.h"

namespace plenary::peer {

// What of a datagram the kernel adds: IPv4 and UDP. Of IPv6 it is 20 bytes more, 2 % of a picture's packet.
constexpr std::size_t kDatagramOverhead = 28;
constexpr double kPictureOverhead = 1.06;           // headers and authentication of packets of 1,200 bytes
constexpr std::uint64_t kSoundGuess = 92'000;       // bit/s on the wire: Opus at 64 kbit/s in 50 packets a second
constexpr std::uint64_t kPictureGuess = 1'900'000;  // bit/s, of a picture whose rate nobody named, until it is measured
constexpr Duration kMeasureTime = std::chrono::seconds(1);
constexpr std::uint64_t kPaceLeast = 30'000;                    // bit/s: a still arrives at last
constexpr Duration kPaceBurst = std::chrono::milliseconds(10);  // of unused time that may be made up for
constexpr std::size_t kMaxPadding = 255;                        // bytes; the last one says how many (RFC 3550 §5.1)

// The layers that a picture has, lowest first; bit/s of the encoder, 0: unknown.
struct PictureLayers {
  std::size_t count = 0;
  std::array<std::uint64_t, bandwidth::kMaxLayers> bitrate{};
  friend bool operator==(const PictureLayers&, const PictureLayers&) = default;
};

class ViewerBandwidth {
 public:
  // The line is taken for wide enough until it shows otherwise: nobody on a good one begins with a poor picture.
  // `probes`: there is a repair stream, on which padding can go.
  ViewerBandwidth(std::uint64_t start, bool probes) : estimate_({.start = start}), probes_(probes) {}

  // `number` counts sound and pictures by themselves, in the order of the slots. Shown: a track is there.
  void set_sound(std::size_t number, bool heard);
  void set_picture(std::size_t number, const PictureLayers& layers, bool shown);
  // What went out of a slot, at a layer where it has some: rates that nobody named are measured by it.
  void on_sound(std::size_t number, std::size_t bytes);
  void on_picture(std::size_t number, int layer, std::size_t bytes);

  // Each datagram with a transport-wide sequence, which it returns. `size` without kDatagramOverhead.
  std::uint16_t on_sent(std::size_t size, bool picture, Instant now);
  void on_feedback(const rtp::TransportFeedback& feedback, Instant now) { estimate_.on_feedback(feedback, now); }

  // As SendHistory's, of what a turn of the viewer needs.
  void prefetch() const {
    estimate_.prefetch();
    plenary::prefetch(&choice_, sizeof *this - sizeof estimate_);
  }
  void prefetch_entry() const { estimate_.prefetch_entry(); }

  [[nodiscard]] bool tick_due(Instant now) const { return now >= tick_due_; }
  const bandwidth::LayerChoice::Choice& tick(Instant now);
  bool take_still(std::size_t number, Instant now) { return choice_.take_still(number, now); }

  // Whether a picture's packet may leave now; where the line carries all, always.
  [[nodiscard]] bool may_send_picture(Instant now);
  [[nodiscard]] Instant next_picture() const { return next_picture_; }
  // Bytes of padding that a probe asks for now.
  [[nodiscard]] std::optional<std::size_t> poll_probe(Instant now) const { return estimate_.poll_probe(now); }
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  [[nodiscard]] std::uint64_t target() const { return estimate_.target(); }  // bit/s
  [[nodiscard]] const bandwidth::LayerChoice& choice() const { return choice_; }
  [[nodiscard]] static std::uint64_t need_of(const PictureLayers& layers);

 private:
  struct Measured {
    std::uint64_t bytes = 0;
    std::uint64_t rate = 0;  // bit/s; 0: not measured yet
  };
  void measure(Instant now);
  void refill(Instant now);
  [[nodiscard]] std::uint64_t rate_of(std::size_t number, std::size_t layer) const;

  bandwidth::BandwidthEstimate estimate_;
  bandwidth::LayerChoice choice_;
  bandwidth::Programme programme_;
  std::array<PictureLayers, bandwidth::kMaxPictures> layers_{};
  std::array<Measured, bandwidth::kMaxPictures> pictures_{};  // of the layer without a name for its rate
  std::array<Measured, 2> sounds_{};
  std::array<bool, 2> heard_{};
  Instant measured_at_{};
  Instant tick_due_{};

  bool probes_;
  bool paced_ = false;
  std::uint64_t pace_ = 0;  // bit/s
  double allowance_ = 0;    // bits that may leave at once; below zero: those that left too soon
  Instant refilled_at_{};
  Instant next_picture_{};
};

}  // namespace plenary::peer
