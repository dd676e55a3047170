#include "media/rtp/key_frame.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::key_frame_test {
namespace {

// 640 × 360, constrained baseline, level 3.0, as x264 writes it.
const ByteVector kSps = {0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x50};
const ByteVector kVp8 = {0x90, 0x80, 0x80, 0x01, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 0xff};

ByteVector stap_a(const std::vector<ByteVector>& nals) {
  ByteVector payload = {0x78};
  ByteWriter writer(payload);
  for (const ByteVector& nal : nals) {
    writer.u16(static_cast<std::uint16_t>(nal.size()));
    writer.bytes(nal);
  }
  return payload;
}

void expect_640x360(Codec codec, const ByteVector& payload) {
  EXPECT_TRUE(payload_starts_key_frame(codec, payload));
  const auto size = key_frame_size(codec, payload);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 640u);
  EXPECT_EQ(size->height, 360u);
}

TEST(KeyFrame, names_its_size) {
  expect_640x360(Codec::vp8, kVp8);
  expect_640x360(Codec::h264, kSps);
  expect_640x360(Codec::h264, stap_a({{0x09, 0xf0}, kSps, {0x68, 0xce}}));
}

TEST(KeyFrame, that_no_decoder_should_be_given_is_told_by_its_size) {
  EXPECT_FALSE(key_frame_is_too_large(Codec::vp8, kVp8));
  for (const std::size_t side : {kVp8.size() - 5, kVp8.size() - 3}) {  // RFC 6386 §9.1: 14 bits and two of scaling
    ByteVector large = kVp8;
    large[side] = 0xff;
    large[side + 1] = 0x3f;
    EXPECT_TRUE(key_frame_is_too_large(Codec::vp8, large));
  }
  EXPECT_FALSE(key_frame_is_too_large(Codec::h264, kSps));
  EXPECT_FALSE(key_frame_is_too_large(Codec::opus, kVp8));
}

TEST(KeyFrame, without_an_sps_in_one_piece_begins_but_has_no_size) {
  EXPECT_TRUE(payload_starts_key_frame(Codec::h264, ByteVector{0x65, 1, 2}));
  EXPECT_FALSE(key_frame_size(Codec::h264, ByteVector{0x65, 1, 2}));
}

TEST(KeyFrame, sound_and_what_goes_on_with_a_picture_are_none) {
  EXPECT_FALSE(payload_starts_key_frame(Codec::opus, kSps));
  EXPECT_FALSE(key_frame_size(Codec::opus, kSps));
  EXPECT_FALSE(payload_starts_key_frame(Codec::h264, ByteVector{0x41, 1, 2}));
  for (const Codec codec : {Codec::opus, Codec::h264, Codec::vp8}) EXPECT_FALSE(payload_starts_key_frame(codec, {}));
}

TEST(KeyFrame, any_bytes_are_read_within_their_bounds) {
  SeededRandom random(7);
  for (const auto& [codec, good] : {std::pair{Codec::vp8, kVp8}, {Codec::h264, stap_a({kSps, {0x68, 0xce}})}}) {
    for_each_truncation(good, [codec = codec](const ByteVector& bytes) { key_frame_size(codec, bytes); });
    for (int i = 0; i < 2'000; ++i) key_frame_size(codec, mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::key_frame_test
