#include "media/base/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace plenary::bounded_queue_test {
namespace {

TEST(BoundedQueue, refuses_when_full_and_keeps_the_value) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(queue.push(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(queue.refused(), 1U);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_TRUE(queue.push(std::move(third)));
}

TEST(BoundedQueue, carries_everything_in_order_between_two_threads) {
  constexpr int kCount = 20'000;
  BoundedQueue<int> queue(64);
  std::thread pusher([&] {
    for (int i = 0; i < kCount; ++i) {
      while (!queue.push(int{i})) std::this_thread::yield();
    }
  });
  for (int expected = 0; expected < kCount;) {
    const std::optional<int> value = queue.pop();
    if (!value) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(*value, expected++);
  }
  pusher.join();
  EXPECT_FALSE(queue.pop());
}

}  // namespace
}  // namespace plenary::bounded_queue_test
