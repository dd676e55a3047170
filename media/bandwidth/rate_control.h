// The target rate: up by itself while nothing speaks against it, down to what the viewer really received when a queue
// grows (draft-ietf-rmcat-gcc-02 §5.5). Unlike there, a queue that stands already is emptied within about a second by
// a deeper cut, and the rate then returns at once to just below what the link had carried.
#pragma once

#include <cstdint>
#include <optional>

#include "media/bandwidth/delay_estimate.h"

namespace plenary::bandwidth {

struct RateLimits {
  std::uint64_t min = 50'000;      // bit/s; a sound channel of 24 kbit/s and its headers
  std::uint64_t start = 600'000;   // bit/s; the middle layer's neighbourhood, safe on most lines for a round trip
  std::uint64_t max = 20'000'000;  // bit/s; more than all slots of a viewer need
};

constexpr double kDecrease = 0.85;
constexpr double kDecreaseDeepest = 0.4;  // sound must go on while the queue drains
// The shorter window is taken only where it differs that much; else it is just less exact.
constexpr double kSlowerAtOnce = 0.8;
// Who used less of the target than that gave no evidence against it: a key frame's own queue was gone at once.
constexpr double kTargetUsed = 0.9;
constexpr Duration kOwnQueueGone = std::chrono::milliseconds(1'000);  // and a round trip, after the decrease
constexpr double kQueueShrinks = 0.8;  // less than that share of it is left: the cut works, no other is needed
constexpr double kReturn = 0.95;       // of what the link carried, when it is empty
constexpr double kIncrease = 0.08;     // a second, far from any known limit
constexpr std::uint64_t kIncreaseBits = 1'200 * 8;                   // a response time, near the limit
constexpr double kUnproven = 1.5;                                    // times what was acknowledged: no further on trust
constexpr Duration kResponseExtra = std::chrono::milliseconds(100);  // until a message reports it
constexpr Duration kQueueTolerated = std::chrono::milliseconds(20);  // no reason to cut deeper
constexpr Duration kQueueEmpty = std::chrono::milliseconds(25);      // the drain is over
constexpr Duration kQueueDrainTime = std::chrono::milliseconds(700);  // that a standing queue may take to empty
constexpr Duration kDrainLongest = std::chrono::seconds(3);           // a route that got longer is no queue
constexpr Duration kQueueStanding = std::chrono::milliseconds(100);   // too long even if it no longer grows

// A queue that stays so long may be filled by somebody else; going on downwards would leave them the whole line. Our
// rate is halved for a moment, and if that does not empty the queue only loss counts, as for them. So it is asked again
// from time to time: a queue that empties is ours.
constexpr Duration kForeignQueueAfter = std::chrono::seconds(4);
constexpr Duration kForeignTestInterval = std::chrono::seconds(10);
constexpr Duration kForeignTestLength = std::chrono::milliseconds(1'200);
constexpr double kForeignUnproven = 4;  // times what was acknowledged: the next layer, which no probe can prove
constexpr double kForeignLoss = 0.02;   // beyond the path's own
constexpr Duration kForeignDecreaseInterval = std::chrono::seconds(1);

class RateControl {
 public:
  explicit RateControl(const RateLimits& limits) : limits_(limits), target_(static_cast<double>(limits.start)) {}

  struct Input {
    Usage usage = Usage::normal;
    std::optional<std::uint64_t> acknowledged;          // bit/s over half a second, as if nothing were lost on the way
    std::optional<std::uint64_t> acknowledged_at_once;  // over a fifth
    std::optional<std::uint64_t> sent;                  // bit/s, over half a second
    Duration queue{};
    Duration round_trip{};
    double loss = 0;  // of the last observation, beyond the path's own
  };
  // With each feedback message.
  void update(const Input& input, Instant now);
  // A probe, or the end of a limit that was none, proved more.
  void raise(std::uint64_t proven);
  // Loss proved less.
  void lower(std::uint64_t capacity);
  // Nothing is heard.
  void halve();

  [[nodiscard]] std::uint64_t target() const { return static_cast<std::uint64_t>(target_); }  // bit/s
  // What the line is held to carry: not less for a moment's cut, which only empties a queue.
  [[nodiscard]] std::uint64_t carries() const;
  [[nodiscard]] bool competing() const { return competing_; }  // with a flow that fills the queue
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] Instant decreased_at() const { return decreased_at_; }  // the last time a queue made it less

 private:
  void decrease(const Input& input, Instant now);
  void increase(const Input& input, Duration passed);
  void finish_drain(const Input& input, Instant now);
  [[nodiscard]] bool test_others(const Input& input, Instant now);
  void compete(const Input& input, Duration passed, Instant now);
  void learn_capacity(double throughput);
  void set(double target);

  RateLimits limits_;
  double target_;
  std::optional<double> capacity_;  // where queues grew
  double deviation_ = 0;            // of capacity_
  bool draining_ = false;
  bool competing_ = false;
  std::optional<Instant> queue_empty_at_;
  Instant tested_at_{};
  double before_test_ = 0;  // zero: no test is under way
  double before_drain_ = 0;
  double return_to_ = 0;
  double unused_target_ = 0;  // before the decrease, where it was not used
  Duration queue_at_decrease_{};
  Instant decreased_at_{};
  std::optional<Instant> updated_at_;
};

}  // namespace plenary::bandwidth
