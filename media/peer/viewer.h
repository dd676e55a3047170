// The sending side of a peer: its slots, the order in which they get their turn, repair and reports.
#pragma once

#include <deque>
#include <vector>

#include "media/peer/viewer_slot.h"

namespace plenary::peer {

constexpr Duration kReportInterval = std::chrono::seconds(1);  // of sender reports; sooner after a switch
constexpr Duration kReportGrid = std::chrono::milliseconds(20);
constexpr std::size_t kMaxRepairsWaiting = 512;  // NACKed packets not answered yet

class Viewer {
 public:
  Viewer(const sdp::Negotiated& negotiated, const std::string& cname, RandomSource& random, Counters& counters);

  // False: no such slot, or a codec that was not negotiated.
  bool set_slot(std::size_t slot, forward::Track* track, Duration delay);
  void forget(const forward::Track* track);
  [[nodiscard]] bool uses(const forward::Track* track) const;

  void handle_rtcp(const rtp::RtcpCompound& compound, Instant now);
  // Everything due into the batch: repair first, then pictures (in trains), then sound, whose
  // packets are shorter and so end the same run. False when the batch is full before that.
  bool write(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout(Instant now) const;

 private:
  bool write_repairs(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
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
  std::vector<Repair> repairs_;
  std::size_t repairs_done_ = 0;
  Instant report_due_{};
  bool reports_started_ = false;
  ByteVector scratch_;
};

}  // namespace plenary::peer
