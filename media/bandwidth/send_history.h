// What a viewer was sent, under the transport-wide sequence of each packet (draft-holmer-rmcat-transport-wide-cc-
// extensions-01 §2), until the viewer reports it. No packet is kept, only eight bytes about it. The ring is small at
// first and doubles when a packet would be forgotten that no report has named yet; it never gets smaller.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "media/base/prefetch.h"
#include "media/base/time.h"

namespace plenary::bandwidth {

// 1.2 s of 4 Mbit/s in packets of 1,200 bytes: a round trip of 400 ms, a queue, and some lost feedback. 4 KiB.
constexpr std::size_t kSentRemembered = 512;
// 0.2 s of 2 Mbit/s and sound: the feedback of a line that is short and loses nothing comes before. Half a KiB.
constexpr std::size_t kSentRememberedFirst = 64;
// So that no packet costs a division.
static_assert(std::has_single_bit(kSentRememberedFirst) && std::has_single_bit(kSentRemembered));
// After a pause that long nothing before it is answered; kSentRemembered of them stay within 32 bits of µs.
constexpr Duration kSentMaxAge = std::chrono::seconds(5);

// The packet belongs to no probe.
constexpr std::uint8_t kNoCluster = 0;

class SendHistory {
 public:
  // The sequence that goes into the packet's header. `bytes` on the wire, at most 65,535.
  std::uint16_t add(std::size_t bytes, std::uint8_t cluster, Instant now);

  // Asks for the memory of what add() needs: first itself, then the entry that it names.
  void prefetch() const { plenary::prefetch(this, sizeof *this); }
  void prefetch_entry() const { plenary::prefetch(&entry(next_), sizeof(Entry)); }

  struct Sent {
    std::uint64_t number = 0;  // the sequence unwrapped: 0 for the first packet
    Instant at{};
    std::uint32_t bytes = 0;
    std::uint8_t cluster = kNoCluster;
    bool was_lost = false;  // an earlier report called it lost: it came late
  };
  // What a report is about; nothing when that packet was never sent, is forgotten, or was reported alike before.
  std::optional<Sent> report(std::uint16_t sequence, bool received);

  // The packet of that number if no report named it; nothing when it is forgotten.
  [[nodiscard]] std::optional<Sent> unreported(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t oldest() const { return oldest_; }  // the first number that is not forgotten

  [[nodiscard]] std::size_t capacity() const { return capacity_; }        // packets
  [[nodiscard]] std::uint64_t sent() const { return next_; }              // packets
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }        // reports of packets that are not here
  [[nodiscard]] std::uint64_t unreported() const { return unreported_; }  // forgotten without any report

 private:
  enum class State : std::uint8_t { sent, lost, received };
  struct Entry {
    std::uint32_t at = 0;  // µs since origin_, wraps; entries are far younger than the wrap
    std::uint16_t bytes = 0;
    std::uint8_t cluster = kNoCluster;
    State state = State::received;
  };
  [[nodiscard]] Entry& entry(std::uint64_t number) const { return entries_[number & (capacity_ - 1)]; }
  void grow();
  [[nodiscard]] std::uint32_t microseconds(Instant at) const;
  [[nodiscard]] Sent describe(std::uint64_t number, bool was_lost) const;

  std::size_t capacity_ = kSentRememberedFirst;
  std::unique_ptr<Entry[]> entries_ = std::make_unique<Entry[]>(kSentRememberedFirst);
  std::uint64_t next_ = 0;
  std::uint64_t oldest_ = 0;  // those below are forgotten
  Instant last_at_{};
  Instant origin_{};
  std::uint64_t unknown_ = 0;
  std::uint64_t unreported_ = 0;
};

}  // namespace plenary::bandwidth
