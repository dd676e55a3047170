#include "media/rtp/rtx.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::rtx_test {
namespace {

// Extensions, marker, PT 102, sequence 0x0abc, SSRC 0x11223344, five bytes of payload, three of padding.
const ByteVector kMedia = {0xb0, 0xe6, 0x0a, 0xbc, 0, 0, 0, 9, 0x11, 0x22, 0x33, 0x44, 0xbe, 0xde,
                           0,    1,    0x10, '0',  0, 0, 1, 2, 3,    4,    5,    0,    0,    3};

TEST(RtxTest, wrapping_follows_rfc_4588_and_drops_padding) {
  const auto wrapped = wrap_rtx(kMedia, 0xaabbccdd, 103, 7);
  ASSERT_TRUE(wrapped);
  const auto packet = parse_packet(*wrapped);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->ssrc, 0xaabbccdd);
  EXPECT_EQ(packet->payload_type, 103);
  EXPECT_EQ(packet->sequence, 7);
  EXPECT_EQ(packet->timestamp, 9u);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->padding, 0);
  EXPECT_EQ(ByteVector(packet->payload.begin(), packet->payload.end()), (ByteVector{0x0a, 0xbc, 1, 2, 3, 4, 5}));
}

TEST(RtxTest, unwrapping_gives_the_original_with_its_extensions) {
  const auto original = unwrap_rtx(*wrap_rtx(kMedia, 0xaabbccdd, 103, 7), 0x11223344, 102);
  ASSERT_TRUE(original);
  ByteVector expected(kMedia.begin(), kMedia.end() - 3);
  expected[0] = 0x90;
  EXPECT_EQ(*original, expected);
}

TEST(RtxTest, the_prefix_is_the_original_sequence) {
  EXPECT_EQ(rtx_prefix(0x0abc), (std::array<std::uint8_t, 2>{0x0a, 0xbc}));
}

TEST(RtxTest, a_packet_with_nothing_behind_its_prefix_is_refused) {
  ByteVector rtx = {0x80, 0x67, 0, 7, 0, 0, 0, 9, 1, 1, 1, 1};
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(unwrap_rtx(rtx, 1, 102)) << i;
    rtx.push_back(0xaa);
  }
  EXPECT_TRUE(unwrap_rtx(rtx, 1, 102));
  ByteVector probe = {0xa0, 0x67, 0, 7, 0, 0, 0, 9, 1, 1, 1, 1, 0, 0, 3};
  EXPECT_FALSE(unwrap_rtx(probe, 1, 102));
}

TEST(RtxTest, a_packet_that_would_grow_beyond_a_datagram_is_not_wrapped) {
  ByteVector large(kMaxPacket, 0xaa);
  std::copy_n(std::begin({0x80, 0x66, 0, 1, 0, 0, 0, 9, 1, 1, 1, 1}), 12, large.begin());
  EXPECT_FALSE(wrap_rtx(large, 2, 103, 7));
  large.resize(kMaxPacket - 2);
  EXPECT_TRUE(wrap_rtx(large, 2, 103, 7));
}

TEST(RtxTest, truncations_and_mutations_are_harmless) {
  SeededRandom random(12);
  const auto survive = [](const ByteVector& bytes) {
    const auto original = unwrap_rtx(bytes, 1, 102);
    if (original) {
      ASSERT_LT(original->size(), bytes.size());
      ASSERT_TRUE(parse_packet(*original));
    }
    const auto wrapped = wrap_rtx(bytes, 1, 103, 2);
    if (wrapped) {
      ASSERT_TRUE(parse_packet(*wrapped));
    }
  };
  for_each_truncation(kMedia, survive);
  for (int i = 0; i < 100'000; ++i) survive(mutate(kMedia, random));
}

}  // namespace
}  // namespace plenary::rtp::rtx_test
