#include "media/rtp/h264_sps.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::h264_sps_test {
namespace {

// Writes an SPS field by field, as ITU-T H.264 §7.3.2.1.1 lists them.
class SpsWriter {
 public:
  SpsWriter& bits(std::uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0;) bits_.push_back((value >> i & 1) != 0);
    return *this;
  }
  SpsWriter& ue(std::uint32_t value) {
    unsigned length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return bits(0, length).bits(value + 1, length + 1);
  }
  ByteVector nal() const {
    ByteVector out = {0x67};
    std::vector<bool> all = bits_;
    all.push_back(true);
    all.resize((all.size() + 7) / 8 * 8);
    std::size_t zeros = 0;
    for (std::size_t at = 0; at < all.size(); at += 8) {
      unsigned byte = 0;
      for (std::size_t i = 0; i < 8; ++i) byte = byte << 1 | static_cast<unsigned>(all[at + i]);
      if (zeros >= 2 && byte <= 3) {
        out.push_back(3);
        zeros = 0;
      }
      out.push_back(static_cast<std::uint8_t>(byte));
      zeros = byte == 0 ? zeros + 1 : 0;
    }
    return out;
  }

 private:
  std::vector<bool> bits_;
};

struct Shape {
  std::uint32_t profile = 66;
  std::uint32_t constraints = 0xe0;
  std::uint32_t level = 31;
  std::uint32_t order_type = 2;
  std::uint32_t columns = 80;
  std::uint32_t rows = 45;
};

SpsWriter begin(const Shape& shape) {
  SpsWriter writer;
  writer.bits(shape.profile, 8).bits(shape.constraints, 8).bits(shape.level, 8).ue(0);
  if (shape.profile == 100) writer.ue(1).ue(0).ue(0).bits(0, 2);
  writer.ue(0).ue(shape.order_type);
  if (shape.order_type == 0) writer.ue(2);
  writer.ue(1).bits(0, 1).ue(shape.columns - 1).ue(shape.rows - 1).bits(1, 1).bits(1, 1);
  return writer;
}

ByteVector plain(const Shape& shape) { return begin(shape).bits(0, 1).bits(0, 1).nal(); }

ByteVector with_reorder(const Shape& shape, std::uint32_t reorder) {
  SpsWriter writer = begin(shape);
  writer.bits(0, 1).bits(1, 1);
  writer.bits(1, 1).bits(255, 8).bits(0x00010001, 32);  // extended sample aspect ratio
  writer.bits(0, 1).bits(0, 1).bits(0, 1);              // overscan, signal type, chroma location
  writer.bits(1, 1).bits(0, 32).bits(60'000, 32).bits(1, 1);
  writer.bits(0, 1).bits(0, 1).bits(0, 1);  // no HRD, no pic_struct
  writer.bits(1, 1).bits(1, 1).ue(0).ue(0).ue(10).ue(10).ue(reorder).ue(4);
  return writer.nal();
}

TEST(H264SpsTest, reads_profile_level_and_size) {
  const auto sps = parse_h264_sps(plain({}));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile_level_id(), "42e01f");
  EXPECT_EQ(sps->width, 1280u);
  EXPECT_EQ(sps->height, 720u);
  EXPECT_FALSE(sps->interlaced);
  EXPECT_FALSE(sps->max_num_reorder_frames);
}

TEST(H264SpsTest, cropping_makes_1080_of_1088_rows) {
  const ByteVector nal = begin({100, 0, 40, 0, 120, 68}).bits(1, 1).ue(0).ue(0).ue(0).ue(4).bits(0, 1).nal();
  const auto sps = parse_h264_sps(nal);
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->width, 1920u);
  EXPECT_EQ(sps->height, 1080u);
  EXPECT_EQ(sps->profile_level_id(), "640028");
}

// Made by Debian's ffmpeg with libx264: 720p baseline (zerolatency), 1080p high with B-frames, 360p main without.
TEST(H264SpsTest, reads_what_a_real_encoder_writes) {
  const ByteVector baseline = {0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00,
                               0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x28, 0xf1, 0x83, 0x24, 0x80};
  const ByteVector high = {0x67, 0x64, 0x00, 0x2a, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00,
                           0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x01, 0x90, 0x3c, 0x60, 0xc6, 0x58};
  const ByteVector main = {0x67, 0x4d, 0x40, 0x1f, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00,
                           0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x64, 0x0f, 0x18, 0x32, 0x48};
  const auto first = parse_h264_sps(baseline);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->profile_level_id(), "42c01f");
  EXPECT_EQ(first->width, 1280u);
  EXPECT_EQ(first->height, 720u);
  EXPECT_FALSE(first->may_reorder());
  const auto second = parse_h264_sps(high);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->profile_level_id(), "64002a");
  EXPECT_EQ(second->width, 1920u);
  EXPECT_EQ(second->height, 1080u);
  EXPECT_EQ(second->max_num_reorder_frames, 2);
  EXPECT_TRUE(second->may_reorder());
  const auto third = parse_h264_sps(main);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->width, 640u);
  EXPECT_EQ(third->height, 360u);
  EXPECT_FALSE(third->may_reorder());
}

TEST(H264SpsTest, only_a_promise_in_the_sps_rules_out_reordering) {
  EXPECT_FALSE(parse_h264_sps(plain({66, 0xe0, 31, 0}))->may_reorder());
  EXPECT_FALSE(parse_h264_sps(plain({77, 0, 31, 2}))->may_reorder());
  EXPECT_TRUE(parse_h264_sps(plain({77, 0, 31, 0}))->may_reorder());
  EXPECT_TRUE(parse_h264_sps(with_reorder({77, 0, 31, 0}, 2))->may_reorder());
  EXPECT_FALSE(parse_h264_sps(with_reorder({77, 0, 31, 0}, 0))->may_reorder());
  EXPECT_FALSE(parse_h264_sps(with_reorder({100, 0, 31, 0}, 0))->may_reorder());
}

TEST(H264SpsTest, a_picture_of_16k_by_16k_is_refused) {
  EXPECT_FALSE(parse_h264_sps(plain({66, 0, 62, 2, 1'024, 1'024})));
  EXPECT_FALSE(parse_h264_sps(plain({66, 0, 62, 2, 80, 0x10000})));
  EXPECT_TRUE(parse_h264_sps(plain({66, 0, 51, 2, 240, 135})));
}

TEST(H264SpsTest, cropping_away_the_whole_picture_is_refused) {
  EXPECT_FALSE(parse_h264_sps(begin({}).bits(1, 1).ue(320).ue(320).ue(0).ue(0).bits(0, 1).nal()));
  EXPECT_FALSE(parse_h264_sps(begin({}).bits(1, 1).ue(0).ue(0).ue(0x7ffffffe).ue(0x7ffffffe).bits(0, 1).nal()));
}

TEST(H264SpsTest, another_nal_unit_is_refused) {
  ByteVector nal = plain({});
  nal[0] = 0x68;
  EXPECT_FALSE(parse_h264_sps(nal));
  EXPECT_FALSE(parse_h264_sps(ByteVector{}));
  EXPECT_FALSE(parse_h264_sps(ByteVector(2'000, 0x67)));
}

TEST(H264SpsTest, truncations_and_mutations_are_harmless_and_bounded) {
  SeededRandom random(7);
  const auto survive = [](const ByteVector& bytes) {
    const auto sps = parse_h264_sps(bytes);
    if (!sps) return;
    ASSERT_GT(sps->width, 0u);
    ASSERT_GT(sps->height, 0u);
    ASSERT_LE(sps->width, kMaxPictureSide);
    ASSERT_LE(sps->height, kMaxPictureSide);
  };
  for (const ByteVector& good : {plain({}), with_reorder({100, 0, 31, 0}, 2)}) {
    for_each_truncation(good, survive);
    for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::h264_sps_test
