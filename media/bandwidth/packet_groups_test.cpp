#include "media/bandwidth/packet_groups.h"

#include <gtest/gtest.h>

namespace plenary::bandwidth::packet_groups_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

TEST(PacketGroupsTest, a_train_is_one_sample_and_the_next_group_closes_it) {
  PacketGroups groups;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(groups.on_packet(at(i), at(100 + 3 * i)));  // last arrives at 112
  EXPECT_FALSE(groups.on_packet(at(33), at(133)));
  const auto variation = groups.on_packet(at(66), at(190));
  ASSERT_TRUE(variation);
  // Last to last: sent 29 ms apart, arrived 21 ms apart.
  EXPECT_EQ(variation->delay, milliseconds(-8));
  EXPECT_EQ(variation->arrived, at(133));
}

TEST(PacketGroupsTest, a_growing_queue_is_a_positive_variation) {
  PacketGroups groups;
  groups.on_packet(at(0), at(50));
  groups.on_packet(at(20), at(75));
  EXPECT_EQ(groups.on_packet(at(40), at(100))->delay, milliseconds(5));
  EXPECT_EQ(groups.on_packet(at(60), at(125))->delay, milliseconds(5));
}

TEST(PacketGroupsTest, what_a_sleeping_link_hands_over_at_once_is_one_group) {
  PacketGroups groups;
  groups.on_packet(at(0), at(50));
  groups.on_packet(at(20), at(110));
  EXPECT_FALSE(groups.on_packet(at(40), at(111)));
  EXPECT_FALSE(groups.on_packet(at(60), at(112)));
  const auto variation = groups.on_packet(at(80), at(132));
  ASSERT_TRUE(variation);
  EXPECT_EQ(variation->delay, milliseconds(2));  // from 0 → 50 to 60 → 112
}

TEST(PacketGroupsTest, a_jump_of_the_receivers_clock_is_no_delay) {
  PacketGroups groups;
  groups.on_packet(at(0), at(0));
  groups.on_packet(at(20), at(20));
  EXPECT_TRUE(groups.on_packet(at(40), at(90'000)));  // closes the group before the jump
  EXPECT_FALSE(groups.on_packet(at(60), at(90'020)));
  EXPECT_FALSE(groups.on_packet(at(80), at(90'040)));
  EXPECT_EQ(groups.on_packet(at(100), at(90'060))->delay, milliseconds(0));
}

TEST(PacketGroupsTest, packets_sent_before_the_group_are_left_out) {
  PacketGroups groups;
  groups.on_packet(at(20), at(70));
  groups.on_packet(at(40), at(90));
  EXPECT_FALSE(groups.on_packet(at(20), at(300)));
  EXPECT_EQ(groups.on_packet(at(60), at(110))->delay, milliseconds(0));
}

}  // namespace
}  // namespace plenary::bandwidth::packet_groups_test
