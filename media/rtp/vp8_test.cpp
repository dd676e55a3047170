#include "media/rtp/vp8.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::vp8_test {
namespace {

// X and S; I, L and T; wide PictureID 0x1234, TL0PICIDX 9, TID 1 with Y; a key frame of 640×360.
const ByteVector kWide = {0x90, 0xe0, 0x92, 0x34, 9, 0x60, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
const ByteVector kNarrow = {0x90, 0xc0, 0x7e, 9, 0x11, 0xaa};

TEST(Vp8DescriptorTest, reads_all_fields) {
  const auto descriptor = parse_vp8_descriptor(kWide);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 6u);
  EXPECT_TRUE(descriptor->starts_frame());
  EXPECT_EQ(descriptor->picture_id, 0x1234);
  EXPECT_TRUE(descriptor->picture_id_is_wide);
  EXPECT_EQ(descriptor->tl0_picture_index, 9);
  EXPECT_EQ(descriptor->temporal_layer, 1);
  EXPECT_TRUE(descriptor->layer_sync);
  EXPECT_FALSE(descriptor->key_index);
}

TEST(Vp8DescriptorTest, the_shortest_one_is_one_byte) {
  const auto descriptor = parse_vp8_descriptor(ByteVector{0x00, 0xaa});
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 1u);
  EXPECT_FALSE(descriptor->starts_frame());
  EXPECT_FALSE(descriptor->picture_id);
}

TEST(Vp8DescriptorTest, a_descriptor_cut_anywhere_or_without_payload_is_refused) {
  for (std::size_t length = 0; length <= 6; ++length) {
    EXPECT_FALSE(parse_vp8_descriptor(Bytes(kWide).first(length))) << length;
  }
  EXPECT_TRUE(parse_vp8_descriptor(Bytes(kWide).first(7)));
}

TEST(Vp8KeyFrameTest, is_told_by_the_first_packet_of_the_frame_alone) {
  EXPECT_TRUE(vp8_payload_starts_key_frame(kWide));
  ByteVector delta = kWide;
  delta[6] = 0x11;
  EXPECT_FALSE(vp8_payload_starts_key_frame(delta));
  ByteVector later = kWide;
  later[0] = 0x80;
  EXPECT_FALSE(vp8_payload_starts_key_frame(later));
  ByteVector second_partition = kWide;
  second_partition[0] = 0x91;
  EXPECT_FALSE(vp8_payload_starts_key_frame(second_partition));
  EXPECT_FALSE(vp8_payload_starts_key_frame(ByteVector{}));
}

TEST(Vp8KeyFrameTest, its_size_is_read) {
  const auto size = vp8_key_frame_size(kWide);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 640);
  EXPECT_EQ(size->height, 360);
  EXPECT_FALSE(vp8_key_frame_size(Bytes(kWide).first(15)));
}

TEST(Vp8PacketizeTest, pieces_are_equal_and_only_the_first_starts_the_frame) {
  for (std::size_t size = 1; size < 10'000; size += 173) {
    const ByteVector frame(size, 0x10);
    const auto payloads = packetize_vp8(frame, 0x8005);
    std::size_t sum = 0;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      const auto descriptor = parse_vp8_descriptor(payloads[i]);
      ASSERT_TRUE(descriptor);
      EXPECT_EQ(descriptor->starts_frame(), i == 0);
      EXPECT_EQ(descriptor->picture_id, 5);
      EXPECT_LE(payloads[i].size(), kMaxPayload);
      if (i + 1 < payloads.size()) {
        EXPECT_EQ(payloads[i].size(), payloads[0].size());
      }
      sum += payloads[i].size() - descriptor->size;
    }
    EXPECT_EQ(sum, size);
  }
}

TEST(HostileVp8Test, truncations_and_mutations_are_harmless) {
  SeededRandom random(9);
  const auto survive = [&](const ByteVector& bytes) {
    vp8_key_frame_size(bytes);
    const auto descriptor = parse_vp8_descriptor(bytes);
    if (!descriptor) return;
    ASSERT_LT(descriptor->size, bytes.size());
    ASSERT_LE(descriptor->prefix(), descriptor->size);
  };
  for (const ByteVector& good : {kWide, kNarrow}) {
    for_each_truncation(good, survive);
    for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::vp8_test
