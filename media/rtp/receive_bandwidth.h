// For senders without transport-cc: what bit rate to tell them by REMB. Deliberately plain: it follows what arrives and
// falls back on loss; senders that can do better negotiate transport-cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/time.h"
#include "media/rtp/rtcp.h"

namespace plenary::rtp {

constexpr std::uint64_t kRembStart = 1'000'000;  // bit/s, before anything is known
constexpr std::uint64_t kRembMin = 100'000;      // bit/s; below, a picture is not worth sending
constexpr Duration kRembInterval = std::chrono::seconds(1);
constexpr Duration kRembUrgent = std::chrono::milliseconds(200);  // earliest repetition when it fell by 3 % or more

class ReceiveBandwidth {
 public:
  explicit ReceiveBandwidth(std::uint64_t max_bitrate)
      : max_(max_bitrate), estimate_(std::min(kRembStart, max_bitrate)) {}

  void handle_packet(std::size_t size, Instant now);
  // Of the last report interval, of 256, as in ReportBlock.
  void handle_loss(std::uint8_t fraction_lost);
  // The message when it is due.
  std::optional<Remb> poll_remb(std::uint32_t sender_ssrc, const std::vector<std::uint32_t>& ssrcs, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  [[nodiscard]] std::uint64_t estimate() const { return estimate_; }  // bit/s

 private:
  void close_window(Instant now);

  std::uint64_t max_;
  std::uint64_t estimate_;
  std::uint64_t received_ = 0;  // bit/s, of the last full window
  std::uint64_t window_bytes_ = 0;
  std::optional<Instant> window_start_;
  std::optional<Instant> sent_at_;
  std::uint64_t sent_ = 0;
};

}  // namespace plenary::rtp
