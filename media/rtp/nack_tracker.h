// Receiver side of repair: which packets are missing, when to ask again, when to give up. One for each incoming stream.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "media/base/time.h"
#include "media/rtp/packet.h"

namespace plenary::rtp {

constexpr Duration kNackGiveUp = std::chrono::milliseconds(500);   // nothing older than this is ever shown
constexpr Duration kNackFirstWait = std::chrono::milliseconds(5);  // lets a reordered packet come by itself
constexpr Duration kNackMinRetry = std::chrono::milliseconds(20);  // also where the round trip is shorter
constexpr Duration kNackDefaultRoundTrip = std::chrono::milliseconds(100);
constexpr std::uint8_t kNackMaxTries = 10;
constexpr std::size_t kNackMaxAtOnce = 250;   // sequences of one poll: 1,000 bytes when no two are neighbours
constexpr std::size_t kNackMaxMissing = 512;  // packets at once, about 2 s of a 2 Mbit/s picture; beyond: give up all

class NackTracker {
 public:
  enum class Arrival : std::uint8_t {
    fresh,      // newest so far
    recovered,  // was missing: reordered or retransmitted
    duplicate,  // or given up already; the caller drops it
    jumped,     // a gap that no repair closes: the tracker began anew here
  };
  // Feed every packet of the stream, retransmitted ones (unwrapped) too. Padding-only packets as well.
  Arrival handle_packet(std::uint16_t sequence, Instant now);
  // Sequences to ask for now, oldest first; each at most once a round trip. Gives up what is too old. At most
  // kNackMaxAtOnce; what is left is due at once (next_timeout).
  std::vector<std::uint16_t> poll_nacks(Instant now);
  // When poll_nacks has something to do next.
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  void set_round_trip(Duration round_trip) { round_trip_ = round_trip; }
  // True once after packets were given up: a picture needs a key frame then.
  bool take_gave_up();
  [[nodiscard]] std::size_t missing() const { return missing_.size(); }
  [[nodiscard]] std::uint64_t given_up() const { return given_up_; }
  [[nodiscard]] std::uint64_t recovered() const { return recovered_; }
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }

 private:
  struct Missing {
    std::uint64_t sequence = 0;  // extended
    Instant since{};
    Instant next{};
    std::uint8_t tries = 0;
  };
  Arrival handle_older(std::uint64_t sequence);
  void give_up(std::size_t count);
  [[nodiscard]] Duration retry_interval() const;

  SequenceUnwrapper unwrapper_;
  std::optional<std::uint64_t> newest_;
  std::deque<Missing> missing_;  // ascending
  Duration round_trip_ = kNackDefaultRoundTrip;
  bool gave_up_ = false;
  std::uint64_t given_up_ = 0;
  std::uint64_t recovered_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace plenary::rtp
