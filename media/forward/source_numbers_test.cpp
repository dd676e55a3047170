#include "media/forward/source_numbers.h"

#include <gtest/gtest.h>

namespace plenary::forward::source_numbers_test {
namespace {

TEST(source_numbers, first_packet_gets_the_next_number_and_others_follow) {
  SourceNumbers numbers;
  EXPECT_EQ(numbers.number(65'534, false, 100), 100u);
  EXPECT_EQ(numbers.number(65'535, false, 101), 101u);
  EXPECT_EQ(numbers.number(0, false, 102), 102u);
}

TEST(source_numbers, a_lost_packet_leaves_its_number_free_and_fills_it_when_it_comes) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  EXPECT_EQ(numbers.number(13, false, 2), 4u);
  EXPECT_EQ(numbers.number(12, false, 5), 3u);
  EXPECT_EQ(numbers.number(11, false, 5), 2u);
}

TEST(source_numbers, padding_takes_no_number) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  EXPECT_EQ(numbers.number(11, true, 2), std::nullopt);
  EXPECT_EQ(numbers.number(12, true, 2), std::nullopt);
  EXPECT_EQ(numbers.number(13, false, 2), 2u);
}

TEST(source_numbers, a_late_packet_from_before_the_padding_finds_its_place) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  EXPECT_EQ(numbers.number(12, false, 2), 3u);
  numbers.number(13, true, 4);
  EXPECT_EQ(numbers.number(14, false, 4), 4u);
  EXPECT_EQ(numbers.number(11, false, 5), 2u);
}

TEST(source_numbers, a_late_packet_finds_its_place_behind_many_long_bursts_of_padding) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  std::uint64_t next = 3;  // packet 11 is late
  std::uint16_t sequence = 12;
  for (int burst = 0; burst < 20; ++burst) {
    EXPECT_EQ(numbers.number(sequence++, false, next), next);
    ++next;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(numbers.number(sequence++, true, next), std::nullopt);
  }
  EXPECT_EQ(numbers.number(11, false, next), 2u);
}

TEST(source_numbers, what_came_before_the_first_packet_is_too_late) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  EXPECT_EQ(numbers.number(9, false, 2), std::nullopt);
}

TEST(source_numbers, a_jump_is_a_restart_without_a_hole) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  EXPECT_EQ(numbers.number(5'000, false, 2), 2u);
  EXPECT_EQ(numbers.number(5'001, false, 3), 3u);
}

TEST(source_numbers, another_source_goes_on_where_the_last_one_ended) {
  SourceNumbers numbers;
  numbers.number(10, false, 1);
  numbers.restart();
  EXPECT_EQ(numbers.number(40'000, false, 2), 2u);
  EXPECT_EQ(numbers.number(39'999, false, 3), std::nullopt);
}

}  // namespace
}  // namespace plenary::forward::source_numbers_test
