// Finds out whether the line carries more than is sent: a short cluster of packets, media and padding (or repeats by
// RTX) together, at about twice the target. What arrives is measured. A cluster lasts kProbeLength, so on a line that
// carries just the target it adds no more queue than that, and it is sent only where none stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/bandwidth/send_history.h"

namespace plenary::bandwidth {

constexpr double kProbeFactor = 2;                                // of the target
constexpr double kProbeBeyondNeed = 1.25;                         // no cluster is faster than that
constexpr Duration kProbeLength = std::chrono::milliseconds(60);  // longer measures better, shorter queues less
constexpr std::uint32_t kProbePackets = 5;                        // that must arrive
constexpr double kProbeArrived = 0.8;                             // share of those that the path itself does not lose
constexpr double kProbeSaturated = 0.9;                           // slower than that share of what was sent: the limit
constexpr double kProbeLimitUsed = 0.9;                           // of such a limit; others share the line
constexpr double kProbeWorthwhile = 1.1;         // of the target, else another one soon tells nothing new
constexpr std::size_t kProbePacketMost = 1'200;  // bytes of padding asked for at a time
constexpr std::size_t kProbePacketLeast = 200;
constexpr Duration kProbeDisturbs = std::chrono::milliseconds(400);  // after its report: the trend's memory
constexpr Duration kProbeQueueMost = kProbeLength + std::chrono::milliseconds(40);  // more is not the cluster's
constexpr Duration kProbeInterval = std::chrono::seconds(3);         // after a failure, growing by half each time
constexpr Duration kProbeIntervalLongest = std::chrono::seconds(8);  // a line that got faster is found within 15 s
constexpr Duration kProbeAgain = std::chrono::milliseconds(500);     // after a success: on with the climb
constexpr Duration kProbeBelied = std::chrono::seconds(5);           // a fall so soon after: it was a burst's luck
constexpr Duration kProbeBeliedWait =
    std::chrono::seconds(10);  // then; doubling where loss is the cause, as with a policer
constexpr Duration kProbeBeliedLongest = std::chrono::seconds(60);

class ProbeController {
 public:
  struct State {
    std::uint64_t target = 0;  // bit/s
    std::uint64_t need = 0;    // bit/s that the viewer could use; nothing is probed above
    bool calm = false;         // no queue stands or grows, feedback comes
    Duration round_trip{};
  };
  // Begins a cluster when it is time.
  void on_tick(const State& state, Instant now);
  // Padding to be sent now, in bytes; call until nothing is due. Media that leaves meanwhile counts.
  std::optional<std::size_t> poll(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // The cluster of a packet that leaves now, kNoCluster outside of one.
  std::uint8_t on_sent(std::size_t bytes, Instant now);
  // `arrived` on the receiver's clock; nothing: lost.
  void on_report(const SendHistory::Sent& packet, std::optional<Instant> arrived);
  // bit/s that got through, once a cluster is reported in full and only when it is more than the target was.
  struct Path {
    Duration jitter{};
    double inherent_loss = 0;
    Duration round_trip{};
  };
  std::optional<std::uint64_t> take_result(const Path& path, Instant now);
  // The target had to fall, because a queue grew or because of loss.
  enum class Cause : std::uint8_t { queue, loss };
  void on_decrease(Cause cause, Instant now);

  // A cluster is under way or was a moment ago: the queue that it makes is no sign of a slower line.
  [[nodiscard]] bool disturbs(Instant now) const;

  [[nodiscard]] std::uint64_t clusters() const { return clusters_; }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }  // not worthwhile, or too little arrived
  [[nodiscard]] std::uint64_t belied() const { return belied_; }  // the target fell soon after a success

 private:
  enum class Phase : std::uint8_t { idle, sending, waiting };
  struct Cluster {
    std::uint8_t id = kNoCluster;
    std::uint64_t target = 0;  // when it began
    std::uint64_t rate = 0;
    std::uint64_t bytes = 0;  // to be sent
    Instant began{};
    Instant first_sent{};
    Instant last_sent{};
    std::uint64_t sent_bytes = 0;
    std::uint64_t last_sent_bytes = 0;
    std::uint32_t sent = 0;
    std::uint32_t lost = 0;
    std::uint32_t received = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t first_received_bytes = 0;
    Instant first_arrived{};
    Instant last_arrived{};
  };
  [[nodiscard]] std::optional<std::uint64_t> measure(const Path& path) const;
  [[nodiscard]] std::size_t packet_bytes() const;
  void wait(Duration interval, Instant now);

  Phase phase_ = Phase::idle;
  Cluster cluster_;
  Duration interval_ = kProbeInterval;
  Duration belied_wait_ = kProbeBeliedWait;
  std::optional<Instant> not_before_;
  std::optional<Instant> succeeded_at_;
  std::optional<Instant> reported_at_;
  std::uint64_t clusters_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t belied_ = 0;
};

}  // namespace plenary::bandwidth
