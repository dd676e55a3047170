#include "media/rtp/vp9.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::vp9_test {
namespace {

// I, L, B and V; PictureID 0x1234, layers of zero, TL0PICIDX 9; a structure of three layers with sizes, one picture
// that refers to one before; a key frame of 640×360 (profile 0).
const ByteVector kKeyFrame = {0xaa, 0x92, 0x34, 0x00, 9,    0x58, 0x00, 0xa0, 0x00, 0x5a, 0x01, 0x40, 0x00, 0xb4, 0x02,
                              0x80, 0x01, 0x68, 1,    0x04, 0x01, 0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x16, 0x70};
constexpr std::size_t kKeyFrameDescriptor = 21;
// I, P, L, F, E; PictureID 5 in seven bits; TID 1, U, SID 2, D; two references.
const ByteVector kFlexible = {0xf4, 5, 0x35, 0x03, 0x02, 0x86, 0xaa};

// Without a structure: I, B; PictureID; the frame of kKeyFrame.
ByteVector plain_key_frame() {
  ByteVector payload = {0x88, 0x92, 0x34};
  payload.insert(payload.end(), kKeyFrame.begin() + kKeyFrameDescriptor, kKeyFrame.end());
  return payload;
}

TEST(Vp9DescriptorTest, reads_layers_and_their_structure) {
  const auto descriptor = parse_vp9_descriptor(kKeyFrame);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, kKeyFrameDescriptor);
  EXPECT_EQ(descriptor->picture_id, 0x1234);
  EXPECT_EQ(descriptor->tl0_picture_index, 9);
  EXPECT_TRUE(descriptor->starts_frame);
  EXPECT_FALSE(descriptor->ends_frame || descriptor->inter_picture || descriptor->flexible);
  ASSERT_TRUE(descriptor->structure);
  ASSERT_EQ(descriptor->structure->spatial_layers, 3u);
  EXPECT_EQ(descriptor->structure->sizes[0].width, 160);
  EXPECT_EQ(descriptor->structure->sizes[2].height, 360);
}

TEST(Vp9DescriptorTest, reads_the_flexible_mode) {
  const auto descriptor = parse_vp9_descriptor(kFlexible);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 5u);
  EXPECT_TRUE(descriptor->flexible && descriptor->inter_picture && descriptor->ends_frame);
  EXPECT_EQ(descriptor->picture_id, 5);
  EXPECT_FALSE(descriptor->picture_id_is_wide);
  EXPECT_FALSE(descriptor->tl0_picture_index) << "that is the other mode's";
  EXPECT_EQ(descriptor->temporal_layer, 1);
  EXPECT_TRUE(descriptor->switching_up);
  EXPECT_EQ(descriptor->spatial_layer, 2);
  EXPECT_TRUE(descriptor->inter_layer);
}

TEST(Vp9DescriptorTest, the_shortest_one_is_one_byte) {
  const auto descriptor = parse_vp9_descriptor(ByteVector{0x08, 0x82});
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 1u);
  EXPECT_EQ(descriptor->prefix(), 0u);
}

TEST(Vp9DescriptorTest, cut_anywhere_or_without_payload_it_is_refused) {
  for (std::size_t length = 0; length <= kKeyFrameDescriptor; ++length) {
    EXPECT_FALSE(parse_vp9_descriptor(Bytes(kKeyFrame).first(length))) << length;
  }
  EXPECT_TRUE(parse_vp9_descriptor(Bytes(kKeyFrame).first(kKeyFrameDescriptor + 1)));
  for (std::size_t length = 0; length <= 5; ++length) {
    EXPECT_FALSE(parse_vp9_descriptor(Bytes(kFlexible).first(length))) << length;
  }
}

TEST(Vp9DescriptorTest, what_the_rfc_forbids_is_refused) {
  EXPECT_FALSE(parse_vp9_descriptor(ByteVector{0x18, 0x82, 0xaa, 0xaa})) << "flexible without a PictureID";
  EXPECT_FALSE(parse_vp9_descriptor(ByteVector{0xd8, 5, 0x03, 0x03, 0x03, 0x02, 0x86, 0xaa})) << "four references";
  EXPECT_TRUE(parse_vp9_descriptor(ByteVector{0xd8, 5, 0x03, 0x03, 0x02, 0x86, 0xaa}));
}

TEST(Vp9KeyFrameTest, is_told_by_the_first_packet_of_the_lowest_layer) {
  EXPECT_TRUE(vp9_payload_starts_key_frame(kKeyFrame));
  EXPECT_TRUE(vp9_payload_starts_key_frame(plain_key_frame()));
  const auto changed = [](std::size_t at, std::uint8_t byte) {
    ByteVector payload = plain_key_frame();
    payload[at] = byte;
    return vp9_payload_starts_key_frame(payload);
  };
  EXPECT_FALSE(changed(0, 0x80)) << "not the first packet";
  EXPECT_FALSE(changed(0, 0xc8)) << "refers to a picture before";
  EXPECT_FALSE(changed(3, 0x86)) << "an intra-only frame leaves other references as they were";
  EXPECT_FALSE(changed(3, 0x8a)) << "shows a frame that exists";
  EXPECT_FALSE(changed(3, 0x42)) << "no frame marker";
  ByteVector upper = kKeyFrame;
  upper[3] = 0x03;
  EXPECT_FALSE(vp9_payload_starts_key_frame(upper)) << "another layer of the same picture";
}

TEST(Vp9KeyFrameTest, its_size_is_that_of_the_highest_layer_or_of_the_frame) {
  ByteVector smaller = kKeyFrame;
  smaller[16] = 0x00;
  smaller[17] = 0xb4;
  EXPECT_EQ(vp9_key_frame_size(smaller)->height, 180);
  const auto size = vp9_key_frame_size(plain_key_frame());
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 640);
  EXPECT_EQ(size->height, 360);
  for (std::size_t length = 0; length < plain_key_frame().size(); ++length) {
    EXPECT_FALSE(vp9_key_frame_size(Bytes(plain_key_frame()).first(length))) << length;
  }
}

TEST(HostileVp9Test, truncations_and_mutations_are_harmless) {
  SeededRandom random(11);
  const auto survive = [&](const ByteVector& bytes) {
    vp9_key_frame_size(bytes);
    const auto descriptor = parse_vp9_descriptor(bytes);
    if (!descriptor) return;
    ASSERT_LT(descriptor->size, bytes.size());
    ASSERT_LE(descriptor->prefix(), descriptor->size);
    if (descriptor->structure) {
      ASSERT_LE(descriptor->structure->spatial_layers, kMaxVp9SpatialLayers);
    }
  };
  for (const ByteVector& good : {kKeyFrame, kFlexible, plain_key_frame()}) {
    for_each_truncation(good, survive);
    for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::vp9_test
