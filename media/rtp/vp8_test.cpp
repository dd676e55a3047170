#include "media/rtp/vp8.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp {
namespace {

// X and S; I, L and T; wide PictureID 0x1234, TL0PICIDX 9, TID 1 with Y; a key frame of 640×360.
const ByteVector kWide = {0x90, 0xe0, 0x92, 0x34, 9, 0x60, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
const ByteVector kNarrow = {0x90, 0xc0, 0x7e, 9, 0x11, 0xaa};

ByteVector narrow(std::uint8_t id) { return {0x90, 0x80, id, 0x11, 0xaa}; }

std::uint16_t widened_id(Vp8Widener& widener, std::uint8_t id) {
  const auto payload = widener.widen(narrow(id));
  EXPECT_TRUE(payload);
  const auto descriptor = parse_vp8_descriptor(*payload);
  EXPECT_TRUE(descriptor && descriptor->picture_id_is_wide);
  return *descriptor->picture_id;
}

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

TEST(Vp8RewriteTest, a_switch_goes_on_from_what_was_sent_last_in_both_circles) {
  ByteVector payload = kWide;
  const auto first = *parse_vp8_descriptor(payload);
  const Vp8Offsets offsets = vp8_offsets_after(0x7fff, 255, first);
  rewrite_vp8(payload, first, offsets);
  const auto rewritten = *parse_vp8_descriptor(payload);
  EXPECT_EQ(rewritten.picture_id, 0);
  EXPECT_EQ(rewritten.tl0_picture_index, 0);
  EXPECT_EQ(rewritten.size, first.size);
  EXPECT_EQ(rewritten.temporal_layer, first.temporal_layer);
  EXPECT_TRUE(std::equal(payload.begin() + 6, payload.end(), kWide.begin() + 6));
}

TEST(Vp8RewriteTest, an_absent_tl0_stays_absent) {
  ByteVector payload = {0x90, 0x80, 0x80, 0x05, 0x11};
  const auto descriptor = *parse_vp8_descriptor(payload);
  rewrite_vp8(payload, descriptor, vp8_offsets_after(99, 7, descriptor));
  EXPECT_EQ(payload, (ByteVector{0x90, 0x80, 0x80, 100, 0x11}));
}

TEST(Vp8RewriteTest, the_copy_leaves_the_ring_untouched) {
  const auto descriptor = *parse_vp8_descriptor(kWide);
  std::array<std::uint8_t, kMaxVp8Descriptor> out{};
  ASSERT_EQ(copy_rewritten_vp8(kWide, descriptor, {1, 1}, out), 6u);
  EXPECT_EQ(load_u16(out.data() + 2), 0x8000 | 0x1235);
  EXPECT_EQ(out[4], 10);
  EXPECT_EQ(out[5], kWide[5]);
}

TEST(Vp8WidenerTest, seven_bits_go_on_beyond_127) {
  Vp8Widener widener;
  EXPECT_EQ(widened_id(widener, 126), 126);
  EXPECT_EQ(widened_id(widener, 127), 127);
  EXPECT_EQ(widened_id(widener, 0), 128);
  EXPECT_EQ(widened_id(widener, 127), 127);  // reordered
  EXPECT_EQ(widened_id(widener, 1), 129);
  for (int i = 2; i < 400; ++i) EXPECT_EQ(widened_id(widener, static_cast<std::uint8_t>(i & 0x7f)), 128 + i);
}

TEST(Vp8WidenerTest, the_circle_of_fifteen_bits_closes) {
  Vp8Widener widener;
  std::uint16_t last = 0;
  for (unsigned i = 0; i < 40'000; ++i) last = widened_id(widener, static_cast<std::uint8_t>(i & 0x7f));
  EXPECT_EQ(last, 39'999 & 0x7fff);
}

TEST(Vp8WidenerTest, everything_else_stays_in_its_place) {
  Vp8Widener widener;
  EXPECT_EQ(*widener.widen(kNarrow), (ByteVector{0x90, 0xc0, 0x80, 0x7e, 9, 0x11, 0xaa}));
  EXPECT_EQ(*widener.widen(kWide), kWide);
  EXPECT_EQ(*widener.widen(ByteVector{0x10, 0xaa}), (ByteVector{0x10, 0xaa}));
  EXPECT_FALSE(widener.widen(ByteVector{0x90}));
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
  Vp8Widener widener;
  const auto survive = [&](const ByteVector& bytes) {
    vp8_key_frame_size(bytes);
    ByteVector copy = bytes;
    const auto descriptor = parse_vp8_descriptor(copy);
    const auto widened = widener.widen(bytes);
    ASSERT_EQ(descriptor.has_value(), widened.has_value());
    if (!descriptor) return;
    ASSERT_LE(descriptor->size, kMaxVp8Descriptor);
    ASSERT_LT(descriptor->size, bytes.size());
    rewrite_vp8(copy, *descriptor, {1, 1});
    std::array<std::uint8_t, kMaxVp8Descriptor> out{};
    ASSERT_EQ(copy_rewritten_vp8(bytes, *descriptor, {1, 1}, out), descriptor->size);
    ASSERT_TRUE(std::equal(copy.begin(), copy.begin() + static_cast<std::ptrdiff_t>(descriptor->size), out.begin()));
  };
  for (const ByteVector& good : {kWide, kNarrow}) {
    for_each_truncation(good, survive);
    for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp
