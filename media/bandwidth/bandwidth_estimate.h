// What one viewer's line carries, from what was sent and when it arrived (transport-cc): delay, loss, acknowledged
// throughput and probes together. Google Congestion Control is the reference (draft-ietf-rmcat-gcc-02); where it is
// left the part's own header says why. About 3 KiB, and what SendHistory keeps. Without any feedback the target stays
// at its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/bandwidth/delay_estimate.h"
#include "media/bandwidth/loss_estimate.h"
#include "media/bandwidth/one_way_delay.h"
#include "media/bandwidth/probe_controller.h"
#include "media/bandwidth/rate_control.h"
#include "media/bandwidth/send_history.h"
#include "media/bandwidth/windowed_rate.h"
#include "media/rtp/rtcp.h"

namespace plenary::bandwidth {

constexpr Duration kTickInterval = std::chrono::milliseconds(20);          // of on_tick; the shard's grid of reports
constexpr Duration kFeedbackSilence = std::chrono::milliseconds(1'000);    // ten messages; and three round trips
constexpr Duration kFeedbackSilenceStep = std::chrono::milliseconds(500);  // then the target is halved, so often
constexpr double kPace = 1.5;                                 // of the target: a key frame leaves in some frames' time
constexpr Duration kRoundTripMost = std::chrono::seconds(3);  // whatever a peer reports
constexpr Duration kRoundTripStart = std::chrono::milliseconds(200);

class BandwidthEstimate {
 public:
  explicit BandwidthEstimate(const RateLimits& limits = {}) : rate_(limits) {}

  // Each packet that carries a transport-wide sequence, media, repair and padding; returns that sequence. `bytes` on
  // the wire: with IP and UDP headers, as the layers' rates are counted.
  std::uint16_t on_sent(std::size_t bytes, Instant now);
  // As SendHistory's, of what on_sent() needs.
  void prefetch() const {
    history_.prefetch();
    plenary::prefetch(&sent_, sizeof sent_);
    plenary::prefetch(&probes_, sizeof probes_);
    plenary::prefetch(&unanswered_since_, sizeof unanswered_since_);
  }
  void prefetch_entry() const { history_.prefetch_entry(); }
  void on_feedback(const rtp::TransportFeedback& feedback, Instant now);
  // Every kTickInterval; returns the target in bit/s. `need`: what the viewer could use at most.
  std::uint64_t on_tick(std::uint64_t need, Instant now);
  // Padding to be sent now, in bytes on the wire; until nothing is due. In smaller pieces where that is not possible.
  [[nodiscard]] std::optional<std::size_t> poll_probe(Instant now) const { return probes_.poll(now); }
  // When poll_probe has something again. on_tick has its own rhythm.
  [[nodiscard]] std::optional<Instant> next_timeout() const { return probes_.next_timeout(); }

  [[nodiscard]] std::uint64_t target() const { return rate_.target(); }  // bit/s
  // bit/s by which layers are chosen: a cut that only empties a queue is over before another layer would come.
  [[nodiscard]] std::uint64_t carries() const { return rate_.carries(); }
  // bit/s of everything together, at which pictures leave.
  [[nodiscard]] std::uint64_t pace() const;
  [[nodiscard]] Duration queue() const { return delay_.queue(); }
  [[nodiscard]] Duration round_trip() const { return round_trip_; }
  [[nodiscard]] double inherent_loss() const { return loss_.inherent(); }
  [[nodiscard]] const ProbeController& probes() const { return probes_; }
  [[nodiscard]] const SendHistory& history() const { return history_; }

 private:
  Instant unwrap(Instant arrived);
  // A message that was lost is no throughput that was missing.
  void count_unreported(const SendHistory::Sent& next, Instant arrived);
  void end_silence();
  void conclude(Instant now);
  void judge(const LossEstimate::Verdict& verdict, Instant now);
  [[nodiscard]] std::optional<std::uint64_t> acknowledged(Duration window) const;
  [[nodiscard]] Duration silence_limit() const { return kFeedbackSilence + 3 * round_trip_; }

  SendHistory history_;
  WindowedRate acknowledged_;
  WindowedRate sent_;
  DelayEstimate trend_;
  OneWayDelay delay_;
  LossEstimate loss_;
  RateControl rate_;
  ProbeController probes_;

  Duration round_trip_ = kRoundTripStart;
  bool round_trip_known_ = false;
  Duration arrival_offset_{};
  std::optional<Instant> last_arrival_;
  std::optional<Instant> unanswered_since_;  // the first packet after the last feedback
  Instant halved_at_{};
  std::uint64_t before_silence_ = 0;  // the target; zero: feedback comes
  bool heard_ = false;
  std::uint64_t reported_below_ = 0;  // numbers from here on were in no message yet

  // A limit by loss holds until loss proves to be the path's own, and then what it cut is given back.
  bool limited_by_loss_ = false;
  Instant limited_at_{};
  std::uint64_t before_limit_ = 0;
};

}  // namespace plenary::bandwidth
