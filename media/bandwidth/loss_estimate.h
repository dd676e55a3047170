// Is loss the path's own (radio) or does it come from sending too much (a policer, a short queue)? Loss of the first
// kind does not care about the rate; backing off would only make a poor picture out of a lossy one. Both explanations
// are fitted to the last seconds, and the likelier one wins: inherent loss p with a capacity C predicts for a rate R
// the loss 1 - (1 - p) min(1, C / R). It takes the place of the fixed thresholds of draft-ietf-rmcat-gcc-02 §6, under
// which 10 % of random loss ends at the lowest rate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr Duration kObservationLength = std::chrono::milliseconds(250);  // of send time
constexpr std::uint32_t kObservationPackets = 20;                        // at least
constexpr std::size_t kObservations = 24;                                // 6 s
constexpr double kObservationFades = 0.95;  // weight from one observation to the one before
constexpr double kLossIgnored = 0.02;       // as in draft-ietf-rmcat-gcc-02 §6: no reason to do anything
constexpr double kInherentMost = 0.6;       // above, nothing can be sent anyway
// Log-likelihood: what an explanation must be better by than a simpler one. Chance alone makes one of the many that are
// tried look good by some of it; a policer that takes a tenth is worth four each observation.
constexpr double kInherentCost = 10;        // for each 1 of p
constexpr double kInherentChangeCost = 10;  // for each 1 by which p differs from what it was
constexpr double kCapacityEvidence = 7;     // for a capacity
// Much loss at a rate that never changed says nothing of its cause: a lower rate is tried, once for each such rise of
// p.
constexpr double kUntestedRise = 0.15;
constexpr double kTestedSpread = 1.25;  // of the rates seen, from which on they tell causes apart

class LossEstimate {
 public:
  void on_report(std::uint64_t number, Instant sent, std::size_t bytes, bool received, bool was_lost);

  // `capacity` in bit/s as sent; nothing: loss does not come from the rate.
  struct Verdict {
    std::optional<std::uint64_t> capacity;
  };
  // After all reports of a message; a verdict each time an observation is full.
  std::optional<Verdict> evaluate();
  // Of the last full observation, beyond the inherent; not below zero.
  [[nodiscard]] double excess() const;
  [[nodiscard]] double inherent() const { return inherent_; }  // share of packets, 0 to kInherentMost

 private:
  struct Observation {
    float rate = 0;  // bit/s, sent
    float sent = 0;  // packets
    float lost = 0;
  };
  struct Fit {
    double likelihood = 0;
    double inherent = 0;
  };
  void close();
  [[nodiscard]] Fit fit(double capacity) const;
  [[nodiscard]] double weight(std::size_t age) const;
  [[nodiscard]] const Observation& observation(std::size_t age) const;
  [[nodiscard]] std::size_t observations() const;
  [[nodiscard]] bool tested() const;
  std::optional<std::uint64_t> likeliest_capacity();

  std::array<Observation, kObservations> ring_{};
  std::uint64_t closed_ = 0;
  bool fresh_ = false;  // an observation was closed since the last verdict

  // The observation under way.
  Instant first_sent_{};
  Instant last_sent_{};
  std::uint32_t packets_ = 0;
  std::uint32_t lost_ = 0;
  std::uint64_t bytes_ = 0;
  std::optional<std::uint64_t> last_lost_;

  double losses_ = 0;  // faded, of all observations; their quotient is the length of a burst
  double bursts_ = 0;
  double inherent_ = 0;
  double tested_inherent_ = 0;  // seen at rates that differ
  std::optional<double> capacity_;
};

}  // namespace plenary::bandwidth
