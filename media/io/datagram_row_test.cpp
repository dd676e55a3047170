#include "media/io/datagram_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "media/base/random.h"

namespace plenary::io::datagram_row_test {
namespace {

using ::testing::ElementsAre;

std::vector<std::size_t> sizes_of(std::size_t message, std::size_t segment) {
  ByteVector bytes(message);
  DatagramRow row(bytes, segment);
  std::vector<std::size_t> sizes;
  while (const auto datagram = row.next()) sizes.push_back(datagram->size());
  return sizes;
}

TEST(datagram_row, all_are_equal_and_only_the_last_may_be_shorter) {
  EXPECT_THAT(sizes_of(3'600, 1'200), ElementsAre(1'200, 1'200, 1'200));
  EXPECT_THAT(sizes_of(2'500, 1'200), ElementsAre(1'200, 1'200, 100));
  EXPECT_THAT(sizes_of(1'201, 1'200), ElementsAre(1'200, 1));
}

TEST(datagram_row, without_a_size_or_with_one_beyond_the_message_it_is_one_datagram) {
  EXPECT_THAT(sizes_of(900, 0), ElementsAre(900));
  EXPECT_THAT(sizes_of(900, 900), ElementsAre(900));
  EXPECT_THAT(sizes_of(900, 901), ElementsAre(900));
  EXPECT_THAT(sizes_of(900, std::numeric_limits<std::size_t>::max()), ElementsAre(900));
}

TEST(datagram_row, an_empty_message_is_one_empty_datagram) {
  EXPECT_THAT(sizes_of(0, 0), ElementsAre(0));
  EXPECT_THAT(sizes_of(0, 1'200), ElementsAre(0));
}

TEST(datagram_row, has_an_end_however_small_its_datagrams) {
  ByteVector bytes(65'535);
  DatagramRow row(bytes, 1);
  std::size_t count = 0;
  while (row.next()) ++count;
  EXPECT_EQ(count, kMaxRowDatagrams);
  EXPECT_TRUE(row.is_cut());
}

TEST(datagram_row, as_many_as_are_allowed_are_not_cut) {
  ByteVector bytes(kMaxRowDatagrams * 10);
  DatagramRow row(bytes, 10);
  while (row.next()) {
  }
  EXPECT_FALSE(row.is_cut());
}

TEST(datagram_row, holds_each_byte_of_the_message_once_and_in_order) {
  SeededRandom random(3);
  for (int round = 0; round < 2'000; ++round) {
    ByteVector bytes(random.u32() % 65'536);
    const std::size_t segment = random.u32() % 2'000;
    DatagramRow row(bytes, segment);
    std::size_t at = 0;
    while (const auto datagram = row.next()) {
      ASSERT_EQ(datagram->data(), bytes.data() + at);
      at += datagram->size();
      ASSERT_LE(at, bytes.size());
    }
    ASSERT_TRUE(at == bytes.size() || row.is_cut()) << bytes.size() << " in " << segment;
  }
}

}  // namespace
}  // namespace plenary::io::datagram_row_test
