#include "media/rtp/picture_numbers.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::picture_numbers_test {
namespace {

// X and S; I, L and T; wide PictureID 0x1234, TL0PICIDX 9, TID 1 with Y; a key frame of 640×360.
const ByteVector kWide = {0x90, 0xe0, 0x92, 0x34, 9, 0x60, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
const ByteVector kNarrow = {0x90, 0xc0, 0x7e, 9, 0x11, 0xaa};
// I, L and B; PictureID, layers, TL0PICIDX 9; in 15 bits and in seven.
const ByteVector kWideVp9 = {0xa8, 0x92, 0x34, 0x00, 9, 0x82, 0x49};
const ByteVector kNarrowVp9 = {0xa8, 0x7e, 0x00, 9, 0x86, 0xaa};

ByteVector narrow(std::uint8_t id) { return {0x90, 0x80, id, 0x11, 0xaa}; }
PictureNumbers numbers_of(const ByteVector& payload, Codec codec = Codec::vp8) {
  return read_picture_numbers(codec, payload).value_or(PictureNumbers{});
}
std::optional<ByteVector> widened(PictureIdWidener& widener, const ByteVector& payload, Codec codec = Codec::vp8) {
  return widener.widen(payload, numbers_of(payload, codec));
}
std::uint16_t widened_id(PictureIdWidener& widener, std::uint8_t id) {
  const auto payload = widened(widener, narrow(id));
  EXPECT_TRUE(payload);
  const PictureNumbers numbers = numbers_of(*payload);
  EXPECT_TRUE(numbers.picture_id_is_wide);
  return *numbers.picture_id;
}

TEST(PictureNumbersTest, stand_in_vp8_and_vp9_alone) {
  for (const Codec codec : {Codec::opus, Codec::h264, Codec::av1}) EXPECT_FALSE(read_picture_numbers(codec, kWide));
  for (const auto& [codec, payload] : {std::pair{Codec::vp8, kWide}, {Codec::vp9, kWideVp9}}) {
    const PictureNumbers numbers = numbers_of(payload, codec);
    EXPECT_EQ(numbers.picture_id, 0x1234);
    EXPECT_EQ(numbers.tl0_picture_index, 9);
    EXPECT_EQ(numbers.prefix(), 5u);
  }
  EXPECT_EQ(numbers_of({0x10, 0xaa}).prefix(), 0u);
}

TEST(PictureNumbersTest, a_switch_goes_on_from_what_was_sent_last_in_both_circles) {
  for (const auto& [codec, good] : {std::pair{Codec::vp8, kWide}, {Codec::vp9, kWideVp9}}) {
    ByteVector payload = good;
    const PictureNumbers first = numbers_of(payload, codec);
    rewrite_numbers(payload, first, offsets_after({.picture_id = 0x7fff, .tl0_picture_index = 255}, first));
    const PictureNumbers rewritten = numbers_of(payload, codec);
    EXPECT_EQ(rewritten.picture_id, 0);
    EXPECT_EQ(rewritten.tl0_picture_index, 0);
    EXPECT_TRUE(std::equal(payload.begin() + 5, payload.end(), good.begin() + 5, good.end()));
  }
}

TEST(PictureNumbersTest, an_absent_tl0_stays_absent) {
  ByteVector payload = {0x90, 0x80, 0x80, 0x05, 0x11};
  const PictureNumbers numbers = numbers_of(payload);
  rewrite_numbers(payload, numbers, offsets_after({.picture_id = 99, .tl0_picture_index = 7}, numbers));
  EXPECT_EQ(payload, (ByteVector{0x90, 0x80, 0x80, 100, 0x11}));
}

TEST(PictureNumbersTest, frame_numbers_go_on_round_their_circle) {
  LastNumbers last;
  last.set({.frame_number = 65'000}, {.frame_number = 535});
  EXPECT_EQ(last.frame_number, 65'535);
  EXPECT_EQ(offsets_after(last, {.frame_number = 7}).frame_number, 65'529) << "the next one is 0";
  last.set({.picture_id = 3});
  EXPECT_EQ(last.frame_number, 65'535);
}

TEST(PictureNumbersTest, the_copy_leaves_the_ring_untouched) {
  std::array<std::uint8_t, kMaxNumbersPrefix> out{};
  ASSERT_EQ(copy_rewritten_numbers(kWide, numbers_of(kWide), {1, 1}, out), 5u);
  EXPECT_EQ(load_u16(out.data() + 2), 0x8000 | 0x1235);
  EXPECT_EQ(out[4], 10);
}

TEST(PictureIdWidenerTest, seven_bits_go_on_beyond_127) {
  PictureIdWidener widener;
  EXPECT_EQ(widened_id(widener, 126), 126);
  EXPECT_EQ(widened_id(widener, 127), 127);
  EXPECT_EQ(widened_id(widener, 0), 128);
  EXPECT_EQ(widened_id(widener, 127), 127);  // reordered
  EXPECT_EQ(widened_id(widener, 1), 129);
  for (int i = 2; i < 400; ++i) EXPECT_EQ(widened_id(widener, static_cast<std::uint8_t>(i & 0x7f)), 128 + i);
}

TEST(PictureIdWidenerTest, the_circle_of_fifteen_bits_closes) {
  PictureIdWidener widener;
  std::uint16_t last = 0;
  for (unsigned i = 0; i < 40'000; ++i) last = widened_id(widener, static_cast<std::uint8_t>(i & 0x7f));
  EXPECT_EQ(last, 39'999 & 0x7fff);
}

TEST(PictureIdWidenerTest, everything_else_stays_in_its_place) {
  PictureIdWidener widener;
  EXPECT_EQ(*widened(widener, kNarrow), (ByteVector{0x90, 0xc0, 0x80, 0x7e, 9, 0x11, 0xaa}));
  EXPECT_EQ(*widened(widener, kNarrowVp9, Codec::vp9), (ByteVector{0xa8, 0x80, 0x7e, 0x00, 9, 0x86, 0xaa}));
  EXPECT_FALSE(widened(widener, kWide));
  EXPECT_FALSE(widened(widener, {0x10, 0xaa}));
}

TEST(HostilePictureNumbersTest, truncations_and_mutations_are_harmless) {
  SeededRandom random(10);
  PictureIdWidener widener;
  for (const auto& [codec, good] :
       {std::pair{Codec::vp8, kWide}, {Codec::vp8, kNarrow}, {Codec::vp9, kWideVp9}, {Codec::vp9, kNarrowVp9}}) {
    const auto survive = [&, codec = codec](const ByteVector& bytes) {
      const auto numbers = read_picture_numbers(codec, bytes);
      if (!numbers) return;
      const ByteVector wide = widener.widen(bytes, *numbers).value_or(bytes);
      const auto after = read_picture_numbers(codec, wide);
      ASSERT_TRUE(after && after->picture_id.has_value() == numbers->picture_id.has_value());
      ASSERT_LE(after->prefix(), kMaxNumbersPrefix);
      ByteVector copy = wide;
      rewrite_numbers(copy, *after, {1, 1});
      std::array<std::uint8_t, kMaxNumbersPrefix> out{};
      const std::size_t prefix = copy_rewritten_numbers(wide, *after, {1, 1}, out);
      ASSERT_EQ(prefix, after->prefix());
      ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(prefix), copy.begin()));
    };
    for_each_truncation(good, survive);
    for (int i = 0; i < 25'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::picture_numbers_test
