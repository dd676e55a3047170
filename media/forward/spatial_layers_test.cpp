#include "media/forward/spatial_layers.h"

#include <gtest/gtest.h>

#include "media/rtp/packet.h"

namespace plenary::forward {
namespace {

// An RTP header without marker and extensions, then I, L, B, E; PictureID 5; layer, TL0PICIDX; the frame.
ByteVector packet(std::uint8_t layer, std::uint8_t flags = 0x0c) {
  return {0x80,
          98,
          0,
          7,
          0,
          0,
          0,
          1,
          0,
          0,
          0,
          2,
          static_cast<std::uint8_t>(0xa0 | flags),
          5,
          static_cast<std::uint8_t>(layer << 1),
          0,
          0x86,
          0xaa};
}
SpatialPlace place_of(const ByteVector& bytes, std::size_t layers = 3) {
  return spatial_place(*rtp::parse_vp9_descriptor(Bytes(bytes).subspan(rtp::kMinHeader)), layers);
}
rtp::Packet in_layer(const ByteVector& bytes, std::size_t layer) {
  static ByteVector kept;
  kept = packet_of_layer(bytes, place_of(bytes), layer);
  return *rtp::parse_packet(kept);
}

TEST(SpatialLayers, a_picture_ends_with_the_highest_frame_that_its_viewers_get) {
  const ByteVector middle = packet(1);
  EXPECT_TRUE(in_layer(middle, 1).marker);
  EXPECT_FALSE(in_layer(middle, 2).marker);
  EXPECT_EQ(in_layer(middle, 1).payload.size(), 6u);
  EXPECT_EQ(in_layer(middle, 1).sequence, 7);
  EXPECT_FALSE(in_layer(packet(1, 0x08), 1).marker) << "the frame goes on";
}

TEST(SpatialLayers, what_is_above_a_layer_is_padding_in_its_stream) {
  const rtp::Packet left_out = in_layer(packet(2), 1);
  EXPECT_TRUE(left_out.payload.empty());
  EXPECT_EQ(left_out.padding, 1);
  EXPECT_EQ(left_out.sequence, 7);
  EXPECT_EQ(left_out.ssrc, 2u);
}

TEST(SpatialLayers, what_is_below_is_there_where_frames_above_refer_to_it) {
  EXPECT_FALSE(in_layer(packet(0), 2).payload.empty());
  EXPECT_TRUE(in_layer(packet(0, 0x0d), 2).payload.empty()) << "between key frames of L3T3_KEY";
  EXPECT_FALSE(in_layer(packet(0, 0x0d), 0).payload.empty());
}

TEST(SpatialLayers, a_layer_that_no_key_frame_named_is_nobodys) {
  const ByteVector lying = packet(5);
  for (std::size_t layer = 0; layer < 3; ++layer) EXPECT_TRUE(in_layer(lying, layer).payload.empty());
}

}  // namespace
}  // namespace plenary::forward
