// RTP timestamps as time: unwrapping, one continuous line out of many sources, and the mapping to the server's clock by
// sender reports that holds lip sync. Corrections slew; only what cannot be a clock's drift jumps.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "media/base/time.h"
#include "media/rtp/rtcp.h"

namespace plenary::rtp {

// 32 bits to 64, the nearest to the last one; first packet starts above 2^32.
class TimestampUnwrapper {
 public:
  std::int64_t unwrap(std::uint32_t timestamp);

 private:
  std::optional<std::int64_t> last_;
};

// RTP ticks of a duration and back, without drift: rounded once, never accumulated.
std::int64_t to_ticks(Duration duration, std::uint32_t clock_rate);
Duration from_ticks(std::int64_t ticks, std::uint32_t clock_rate);

// One outgoing line of timestamps over sources that come, go and jump: add `offset()` to what the source says.
class TimestampRebase {
 public:
  // A source's line is trusted while it stays this near to the passing time; beyond, it is a discontinuity.
  static constexpr Duration kMaxJump = std::chrono::seconds(1);

  TimestampRebase(std::uint32_t clock_rate, std::uint32_t first_out)
      : clock_rate_(clock_rate), next_first_(first_out) {}

  // Outgoing timestamp of a frame with the source's `timestamp`, captured at `captured`. Rebases by itself when source
  // time and captured time part by more than kMaxJump; the output goes on by the captured time that passed.
  std::uint32_t rebase(std::uint32_t timestamp, Instant captured);
  // The next frame comes from another source: its line starts where the captured time says.
  void switch_source() { switched_ = true; }
  [[nodiscard]] std::uint32_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t rebased() const { return rebased_; }

 private:
  std::uint32_t clock_rate_;  // Hz
  std::uint32_t next_first_;
  std::uint32_t offset_ = 0;
  bool switched_ = false;
  std::uint64_t rebased_ = 0;
  struct Last {
    std::uint32_t source = 0;
    std::uint32_t out = 0;
    Instant captured{};
  };
  std::optional<Last> last_;
};

// The clock of one remote machine (one CNAME), from its sender reports' NTP times and when they arrived: shared by its
// audio and video, so that both are off by the same amount and stay together.
class RemoteClock {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(10);       // of which the fastest report counts
  static constexpr Duration kMaxDeviation = std::chrono::seconds(1);  // beyond, the remote clock was set: jump
  static constexpr std::int64_t kSlewPerSecond = 5'000'000;           // ns: half a percent, nobody hears it
  static constexpr std::size_t kMaxReports = 64;

  void handle_report(std::uint64_t ntp, Instant arrived);
  [[nodiscard]] bool known() const { return known_; }
  // The server's time at the remote's NTP time, network delay (its smallest) included. Asks for known().
  [[nodiscard]] Instant to_local(std::uint64_t ntp) const;

 private:
  struct Report {
    std::int64_t offset = 0;  // ns: arrived minus remote
    Instant arrived{};
  };
  std::deque<Report> window_;
  bool known_ = false;
  std::int64_t offset_ = 0;  // ns, slewed
  unsigned late_in_a_row_ = 0;
  Instant slewed_at_{};
};

// When each frame of one stream was taken, on the server's clock. Until the first sender report the arrival of the
// first packet stands in; then it slews to what the reports say.
class SourceClock {
 public:
  static constexpr Duration kMaxDeviation = std::chrono::seconds(1);  // beyond, jump
  static constexpr std::int64_t kSlewPerSecond = 20'000'000;          // ns; closes a 40 ms lip error in 2 s

  explicit SourceClock(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}

  // For every frame (any packet of it will do).
  void handle_packet(std::uint32_t timestamp, Instant arrived);
  void handle_sender_report(const SenderReport& report, const RemoteClock& remote, Instant arrived);
  // Nothing before the first packet or report.
  [[nodiscard]] std::optional<Instant> captured(std::uint32_t timestamp) const;
  // The other way, for sender reports of our own.
  [[nodiscard]] std::optional<std::uint32_t> timestamp_at(Instant instant) const;
  // Sender reports say so, not arrival.
  [[nodiscard]] bool synchronised() const { return synchronised_; }

 private:
  struct Anchor {
    std::uint32_t timestamp = 0;
    Instant instant{};
  };
  std::uint32_t clock_rate_;  // Hz
  std::optional<Anchor> anchor_;
  Duration correction_{};  // not yet slewed
  Instant slewed_at_{};
  bool synchronised_ = false;
};

}  // namespace plenary::rtp
