#include "media/peer/send_batch.h"

#include <gtest/gtest.h>

namespace plenary::peer::send_batch_test {
namespace {

const ice::Tuple kOne{.local = Address::v4(10, 0, 0, 1, 7000), .remote = Address::v4(192, 0, 2, 1, 1)};
const ice::Tuple kTwo{.local = Address::v4(10, 0, 0, 1, 7000), .remote = Address::v4(192, 0, 2, 2, 1)};

void put(SendBatch& batch, const ice::Tuple& path, std::size_t length) {
  ASSERT_NE(batch.next(path), nullptr);
  batch.commit(length);
}

TEST(send_batch, datagrams_of_one_size_to_one_path_make_one_run_and_a_shorter_one_ends_it) {
  SendBatch batch;
  for (const std::size_t length : {1'000, 1'000, 1'000, 200, 200}) put(batch, kOne, length);
  ASSERT_EQ(batch.runs().size(), 2u);
  EXPECT_EQ(batch.runs()[0].datagrams, 4u);
  EXPECT_EQ(batch.runs()[0].segment, 1'000u);
  EXPECT_EQ(batch.runs()[0].length, 3'200u);
  EXPECT_EQ(batch.runs()[1].datagrams, 1u);
  EXPECT_EQ(batch.runs()[1].offset, 3'200u);
}

TEST(send_batch, a_longer_datagram_or_another_path_begins_a_run) {
  SendBatch batch;
  put(batch, kOne, 900);
  put(batch, kOne, 901);
  put(batch, kTwo, 901);
  EXPECT_EQ(batch.runs().size(), 3u);
}

TEST(send_batch, a_run_ends_before_it_is_too_long_for_the_kernel) {
  SendBatch batch;
  for (int i = 0; i < 100; ++i) put(batch, kOne, 1'200);
  ASSERT_EQ(batch.runs().size(), 2u);
  EXPECT_LE(batch.runs()[0].length, kMaxRunBytes);
  batch.clear();
  for (int i = 0; i < 100; ++i) put(batch, kOne, 100);
  ASSERT_EQ(batch.runs().size(), 2u);
  EXPECT_EQ(batch.runs()[0].datagrams, kMaxRunSegments);
}

TEST(send_batch, it_is_full_at_its_bytes_and_at_its_runs) {
  SendBatch batch;
  std::size_t count = 0;
  while (batch.next(kOne) != nullptr) {
    batch.commit(1'200);
    ++count;
  }
  EXPECT_GE(count * 1'200 + kMaxDatagram, kBatchBytes - 1'200);
  batch.clear();
  count = 0;
  while (batch.next(count % 2 == 0 ? kOne : kTwo) != nullptr) {
    batch.commit(50);
    ++count;
  }
  EXPECT_EQ(count, kMaxRuns);
}

TEST(send_batch, nothing_committed_is_nothing_sent) {
  SendBatch batch;
  put(batch, kOne, 0);
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace plenary::peer::send_batch_test
