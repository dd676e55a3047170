// Sender side of repair: how much of it one stream of one viewer may have. Whoever asks for everything again and again
// gets at most a quarter of the stream, and no packet twice in one round trip.
#pragma once

#include <cstdint>
#include <vector>

#include "media/base/time.h"

namespace plenary::rtp {

// Loss of 10 % needs 11 % and retransmissions of retransmissions another 1 %; 25 % also carries bursts.
constexpr std::size_t kResendShareDivisor = 4;       // a quarter of what was sent
constexpr std::size_t kResendMaxSaved = 128 * 1024;  // bytes; a second of 1 Mbit/s saved up, enough for a key frame
constexpr std::size_t kResendRemembered = 256;       // answers; 8 bytes each, allocated with the first one
constexpr Duration kResendMinInterval = std::chrono::milliseconds(10);  // where the round trip is unknown or shorter

class ResendBudget {
 public:
  enum class Verdict : std::uint8_t { allowed, too_soon, over_budget };

  // Every packet that is sent for the first time.
  void handle_sent(std::size_t bytes);
  // Asks and, when allowed, pays.
  Verdict request(std::uint16_t sequence, std::size_t bytes, Instant now);
  void set_round_trip(Duration round_trip) { round_trip_ = round_trip; }

  [[nodiscard]] std::uint64_t resent() const { return resent_; }
  [[nodiscard]] std::uint64_t refused_too_soon() const { return refused_too_soon_; }
  [[nodiscard]] std::uint64_t refused_over_budget() const { return refused_over_budget_; }

 private:
  // One place for each sequence modulo kResendRemembered. Two sequences that meet in it within a round trip count as
  // the same: the second waits, which costs little and keeps the limit strict.
  struct Answer {
    bool used = false;
    std::uint32_t at = 0;  // ms, wraps
  };
  std::vector<Answer> answers_;
  Duration round_trip_ = kResendMinInterval;
  std::size_t saved_ = 0;     // bytes
  std::size_t fraction_ = 0;  // sent bytes not yet worth a whole saved byte
  std::uint64_t resent_ = 0;
  std::uint64_t refused_too_soon_ = 0;
  std::uint64_t refused_over_budget_ = 0;
};

}  // namespace plenary::rtp
