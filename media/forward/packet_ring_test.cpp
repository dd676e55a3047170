#include "media/forward/packet_ring.h"

#include <gtest/gtest.h>

namespace plenary::forward::packet_ring_test {
namespace {

Instant at(int seconds) { return Instant(std::chrono::seconds(1'000 + seconds)); }

void put(PacketRing& ring, std::uint64_t index, int seconds) {
  TrackPacket& packet = ring.put(index);
  packet.arrived = at(seconds);
  packet.payload.assign(100, static_cast<std::uint8_t>(index));
}

TEST(PacketRing, what_is_too_old_is_gone_and_what_came_after_it_is_there) {
  PacketRing ring(8);
  for (int i = 1; i <= 6; ++i) put(ring, static_cast<std::uint64_t>(i), i);
  ring.trim(at(4));
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(ring.find(i), nullptr) << i;
  for (std::uint64_t i = 4; i <= 6; ++i)
    EXPECT_EQ(ring.find(i)->payload, ByteVector(100, static_cast<std::uint8_t>(i)));
  ring.trim(at(4));
  EXPECT_NE(ring.find(4), nullptr);
}

TEST(PacketRing, numbers_that_never_came_and_late_ones_are_no_obstacle) {
  PacketRing ring(8);
  put(ring, 1, 1);
  put(ring, 4, 4);
  put(ring, 3, 5);
  ring.trim(at(5));
  EXPECT_EQ(ring.find(1), nullptr);
  EXPECT_NE(ring.find(3), nullptr) << "behind it";
  EXPECT_NE(ring.find(4), nullptr) << "the first that is not too old ends it";
  put(ring, 2, 6);
  ring.trim(at(7));
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_EQ(ring.find(i), nullptr) << i;
}

TEST(PacketRing, a_jump_of_its_numbers_is_looked_at_for_one_round_at_most) {
  PacketRing ring(8);
  put(ring, 1, 1);
  put(ring, std::uint64_t{1} << 60, 2);
  ring.trim(at(3));
  EXPECT_EQ(ring.find(std::uint64_t{1} << 60), nullptr);
  put(ring, (std::uint64_t{1} << 60) + 1, 4);
  ring.trim(at(3));
  EXPECT_NE(ring.find((std::uint64_t{1} << 60) + 1), nullptr);
}

TEST(PacketRing, the_memory_of_old_packets_serves_the_next) {
  PacketRing ring(8);
  put(ring, 1, 1);
  const std::uint8_t* memory = ring.find(1)->payload.data();
  ring.trim(at(2));
  put(ring, 2, 3);
  EXPECT_EQ(ring.find(2)->payload.data(), memory);
}

}  // namespace
}  // namespace plenary::forward::packet_ring_test
