// The sending side of a peer: its slots, the order in which they get their turn, repair and reports.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "media/peer/viewer_slot.h"

namespace plenary::peer {

constexpr Duration kReportInterval = std::chrono::seconds(1);  // of sender reports; sooner after a switch
constexpr Duration kReportGrid = std::chrono::milliseconds(20);
constexpr std::size_t kMaxRepairsWaiting = 512;  // NACKed packets not answered yet

class Viewer {
 public:
  Viewer(const sdp::Negotiated& negotiated, const std::string& cname, RandomSource& random, Counters& counters);

  [[nodiscard]] bool decodes(std::size_t slot, Codec codec) const {
    return slot < slots_.size() && slots_[slot].decodes(codec);
  }
  // It negotiated the dependency descriptor, without which layers of AV1 are not understood.
  [[nodiscard]] bool reads_dependencies(std::size_t slot) const {
    return slot < slots_.size() && slots_[slot].reads_dependencies();
  }
  // What a slot is to carry, if the line allows: a track, or a picture in layers. Then poll_wish() says which layer.
  // Without transport-cc, or where no picture has more than one layer, everything goes out always.
  void set_content(std::size_t slot, const PictureLayers& layers, bool shown);
  struct Wish {
    std::size_t slot = 0;
    int layer = kNothing;  // lowest first
  };
  static constexpr int kNothing = -1;
  static constexpr int kHighest = bandwidth::kMaxLayers;
  // What the slot ought to carry now, when that has changed: the owner gives it that track.
  std::optional<Wish> poll_wish();
  // False: no such slot, or a codec that was not negotiated. `layer` of the picture that the track is.
  bool set_slot(std::size_t slot, forward::Track* track, Duration delay, int layer = kHighest);
  // The picture has layers now among which the one that the slot carries has another place.
  void set_layer(std::size_t slot, int layer) { contents_[slot].carried = layer; }
  // No picture goes beyond this layer, whatever the line carries; kNothing: there are no pictures, stills neither.
  // kHighest, as at first: no limit. A picture that has one layer only is left as it is until kNothing.
  // True: something that was sent is not any more.
  bool set_most(int layer);
  // `layer` within that limit.
  [[nodiscard]] int bounded(std::size_t slot, int layer) const;
  void forget(const forward::Track* track);
  [[nodiscard]] bool uses(const forward::Track* track) const;

  void handle_rtcp(const rtp::RtcpCompound& compound, Instant now);
  // Everything due into the batch: repair first, then pictures (in trains), then sound, whose
  // packets are shorter and so end the same run. False when the batch is full before that.
  bool write(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  // The sound that is due and nothing else, where all together may take too long.
  bool write_sound(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout(Instant now) const;
  // As Peer's.
  void prefetch_slots() const;
  void prefetch_tracks() const;
  // Null: nobody estimates.
  [[nodiscard]] const ViewerBandwidth* bandwidth() const { return bandwidth_.get(); }

 private:
  void begin_estimate();
  void tick(Instant now);
  [[nodiscard]] int wished_layer(std::size_t slot, const bandwidth::LayerChoice::Choice& choice, Instant now);
  bool write_slot(std::size_t slot, const ViewerSlot::Way& way, Instant now);
  bool write_repairs(const ViewerSlot::Way& way, Instant now);
  bool write_probe(const ViewerSlot::Way& way, Instant now);
  bool write_reports(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  ViewerSlot* find(std::uint32_t ssrc);
  void handle_nack(const rtp::Nack& nack);

  struct Repair {
    std::uint8_t slot = 0;
    std::uint16_t sequence = 0;
  };
  Counters& counters_;
  std::vector<ViewerSlot> slots_;
  std::vector<std::uint8_t> order_;  // pictures before sound
  struct Content {
    PictureLayers layers;
    bool shown = false;
    std::size_t number = 0;  // among the slots of its kind
    int carried = kHighest;
    int wished = kHighest;
    bool still = false;  // a single key frame is on its way
  };
  std::vector<Content> contents_;  // of each slot
  int most_ = kHighest;
  bool reports_arrivals_ = false;               // transport-cc was negotiated
  std::unique_ptr<ViewerBandwidth> bandwidth_;  // from the first picture in layers on
  std::vector<Repair> repairs_;
  std::size_t repairs_done_ = 0;
  Instant report_due_{};
  bool reports_started_ = false;
  ByteVector scratch_;
};

}  // namespace plenary::peer
