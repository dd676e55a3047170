// Redundant audio (RFC 2198): a packet that carries the ones before it as well, so that what is lost is there without
// asking, however long the way. Which packets carry how many is decided by the loss that the receiver reports.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::rtp {

constexpr std::size_t kMaxRedGenerations = 2;
constexpr std::size_t kMaxRedBlock = 1'023;      // bytes, 10 bits
constexpr std::uint32_t kMaxRedOffset = 16'383;  // ticks, 14 bits: 340 ms of Opus
constexpr std::size_t kMaxRedPrefix = kMaxRedGenerations * (4 + kMaxRedBlock) + 1;

struct RedBlock {
  std::uint32_t timestamp = 0;
  Bytes payload;
};

// All that goes before the newest payload: headers and the older payloads (oldest first), of which those that are too
// large, too old or do not fit into `most` bytes are left out, oldest first. Returns its size; `out` has room for
// kMaxRedPrefix.
std::size_t write_red_prefix(std::uint8_t payload_type, std::uint32_t timestamp, std::span<const RedBlock> older,
                             std::size_t most, std::uint8_t* out);

// The receiving side, for load generators and tests: oldest first, the packet's own payload last. Nothing: malformed.
std::optional<std::vector<RedBlock>> parse_red(std::uint32_t timestamp, Bytes payload);

// Loss in reports, of 256, from which one and two generations are sent, and how long it has to be less before there are
// fewer: turning redundancy off because it helped would turn it on again.
constexpr std::uint8_t kRedOneAt = 5;   // 2 %
constexpr std::uint8_t kRedTwoAt = 20;  // 8 %
constexpr Duration kRedKept = std::chrono::seconds(15);

class RedControl {
 public:
  void handle_loss(std::uint8_t fraction_lost, Instant now);
  [[nodiscard]] std::size_t generations() const { return generations_; }

 private:
  std::size_t generations_ = 0;
  Instant needed_at_{};
};

}  // namespace plenary::rtp
