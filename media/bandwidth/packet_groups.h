// Packets that left together are one sample of the path's delay (draft-ietf-rmcat-gcc-02 §5.2): a frame's train fills
// any queue by itself, so only the delay from train to train says something.
#pragma once

#include <optional>

#include "media/base/time.h"

namespace plenary::bandwidth {

constexpr Duration kGroupLength = std::chrono::milliseconds(5);    // from the first packet sent to the last
constexpr Duration kBurstGap = std::chrono::milliseconds(5);       // between arrivals of what a link held back
constexpr Duration kBurstLength = std::chrono::milliseconds(100);  // and how much of that is one group
constexpr Duration kGroupJump = std::chrono::seconds(3);           // more is a new clock, not a delay

class PacketGroups {
 public:
  // How much longer the last full group was under way than the one before.
  struct Variation {
    Duration delay{};
    Instant arrived{};  // of the later group's last packet, on the receiver's clock
  };
  // Packets in the order of their sequence; a variation each time a group is full.
  std::optional<Variation> on_packet(Instant sent, Instant arrived);

 private:
  struct Group {
    Instant first_sent{};
    Instant last_sent{};
    Instant first_arrived{};
    Instant last_arrived{};
  };
  [[nodiscard]] bool belongs(Instant sent, Instant arrived) const;

  std::optional<Group> current_;
  std::optional<Group> before_;
};

}  // namespace plenary::bandwidth
