#include "media/rtp/red.h"

#include <gtest/gtest.h>

#include <array>

namespace plenary::rtp::red_test {
namespace {

constexpr std::uint8_t kOpus = 111;
const ByteVector kOldest(30, 1);
const ByteVector kOlder(20, 2);
const ByteVector kNewest(10, 3);

ByteVector packed(std::uint32_t timestamp, std::span<const RedBlock> older, std::size_t most = 1'000) {
  ByteVector out(kMaxRedPrefix);
  out.resize(write_red_prefix(kOpus, timestamp, older, most, out.data()));
  out.insert(out.end(), kNewest.begin(), kNewest.end());
  return out;
}

ByteVector copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(red, is_laid_out_as_rfc_2198_says) {
  const std::array<RedBlock, 1> older = {RedBlock{.timestamp = 1'000, .payload = kOlder}};
  const ByteVector packet = packed(1'960, older);
  // F | 111, offset 960 in 14 bits, length 20 in 10; then 111 without F.
  EXPECT_EQ(copy(Bytes(packet).first(5)), (ByteVector{0x80 | 111, 0x0f, 0x00, 20, 111}));
  EXPECT_EQ(packet.size(), 5 + kOlder.size() + kNewest.size());
}

TEST(red, carries_two_generations_and_reads_them_back_in_order) {
  const std::array<RedBlock, 2> older = {RedBlock{.timestamp = 40, .payload = kOldest},
                                         RedBlock{.timestamp = 1'000, .payload = kOlder}};
  const ByteVector packet = packed(1'960, older);
  const auto blocks = parse_red(1'960, packet);
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->size(), 3u);
  EXPECT_EQ((*blocks)[0].timestamp, 40u);
  EXPECT_EQ(copy((*blocks)[0].payload), kOldest);
  EXPECT_EQ((*blocks)[1].timestamp, 1'000u);
  EXPECT_EQ(copy((*blocks)[1].payload), kOlder);
  EXPECT_EQ((*blocks)[2].timestamp, 1'960u);
  EXPECT_EQ(copy((*blocks)[2].payload), kNewest);
}

TEST(red, leaves_out_what_is_too_old_too_large_or_has_no_room_and_what_is_before_it) {
  const ByteVector large(kMaxRedBlock + 1, 9);
  const RedBlock near{.timestamp = 100'000 - 960, .payload = kOlder};
  const auto count = [&](const RedBlock& oldest, std::size_t most) {
    const std::array<RedBlock, 2> older = {oldest, near};
    return parse_red(100'000, packed(100'000, older, most))->size();
  };
  EXPECT_EQ(count({.timestamp = 100'000 - 1'920, .payload = kOldest}, 1'000), 3u);
  EXPECT_EQ(count({.timestamp = 100'000 - kMaxRedOffset - 1, .payload = kOldest}, 1'000), 2u);
  EXPECT_EQ(count({.timestamp = 100'000 - 1'920, .payload = large}, 2'000), 2u);
  EXPECT_EQ(count({.timestamp = 100'000 - 1'920, .payload = kOldest}, 40), 2u);
  EXPECT_EQ(count({.timestamp = 100'000 - 1'920, .payload = kOldest}, 10), 1u);
}

TEST(red, refuses_what_is_cut) {
  const std::array<RedBlock, 1> older = {RedBlock{.timestamp = 1'000, .payload = kOlder}};
  const ByteVector packet = packed(1'960, older);
  for (std::size_t size = 0; size < 5 + kOlder.size(); ++size) EXPECT_FALSE(parse_red(1'960, Bytes(packet).first(size)));
  EXPECT_TRUE(parse_red(1'960, Bytes(packet).first(5 + kOlder.size())));
}

TEST(red_control, follows_loss_up_at_once_and_down_slowly) {
  RedControl control;
  Instant now(std::chrono::hours(1));
  control.handle_loss(kRedOneAt - 1, now);
  EXPECT_EQ(control.generations(), 0u);
  control.handle_loss(kRedOneAt, now);
  EXPECT_EQ(control.generations(), 1u);
  control.handle_loss(kRedTwoAt, now);
  EXPECT_EQ(control.generations(), 2u);
  now += kRedKept - std::chrono::seconds(1);
  control.handle_loss(0, now);
  EXPECT_EQ(control.generations(), 2u);
  now += std::chrono::seconds(1);
  control.handle_loss(0, now);
  EXPECT_EQ(control.generations(), 1u);
  control.handle_loss(0, now + std::chrono::seconds(1));
  EXPECT_EQ(control.generations(), 1u);
  control.handle_loss(0, now + kRedKept);
  EXPECT_EQ(control.generations(), 0u);
}

}  // namespace
}  // namespace plenary::rtp::red_test
