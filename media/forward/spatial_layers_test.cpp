#include "media/forward/spatial_layers.h"

#include <gtest/gtest.h>

#include "media/rtp/packet.h"

namespace plenary::forward::spatial_layers_test {
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

using enum rtp::Indication;

// AV1 as L2T2_KEY has it: of both layers all frames, and half of them.
rtp::DependencyStructure two_layers() {
  rtp::DependencyStructure structure;
  structure.targets = {{0, 0, {}}, {0, 1, {}}, {1, 0, {}}, {1, 1, {}}};
  structure.templates = {{0, 0, {switching, switching, switching, switching}, {}, {}},
                         {0, 1, {not_present, discardable, not_present, not_present}, {1}, {}},
                         {1, 0, {not_present, not_present, switching, switching}, {1}, {}},
                         {1, 1, {not_present, not_present, not_present, discardable}, {1}, {}}};
  return structure;
}

TEST(SpatialLayersOfAv1, each_layer_is_the_decode_target_that_has_all_its_frames) {
  const rtp::DependencyStructure structure = two_layers();
  const auto targets = layer_targets(structure, structure.templates[0]);
  ASSERT_TRUE(targets);
  EXPECT_EQ(targets->layers, 2u);
  EXPECT_EQ(targets->best[0], 1);
  EXPECT_EQ(targets->best[1], 3);
  EXPECT_EQ(targets->within[0], 0b0011u);
  EXPECT_EQ(targets->within[1], 0b1111u);
}

TEST(SpatialLayersOfAv1, a_frame_is_in_the_streams_whose_target_has_it) {
  const rtp::DependencyStructure structure = two_layers();
  const LayerTargets targets = *layer_targets(structure, structure.templates[0]);
  const auto streams = [&](std::size_t index) {
    return spatial_place({.ends_frame = true, .frame = structure.templates[index]}, targets).streams;
  };
  EXPECT_EQ(streams(0), 0b11) << "of a key frame the lowest layer";
  EXPECT_EQ(streams(1), 0b01);
  EXPECT_EQ(streams(2), 0b10);
  EXPECT_EQ(streams(3), 0b10);
  const SpatialPlace place = spatial_place({.ends_frame = true, .frame = structure.templates[3]}, targets);
  EXPECT_EQ(place.layer, 1u);
  EXPECT_TRUE(place.ends_frame);
}

TEST(SpatialLayersOfAv1, layers_that_begin_apart_or_are_too_many_stay_one_stream) {
  rtp::DependencyStructure structure = two_layers();
  structure.templates[0].targets[3] = not_present;
  EXPECT_FALSE(layer_targets(structure, structure.templates[0]));
  structure = two_layers();
  structure.templates.back().spatial_id = kMaxSpatialLayers;
  EXPECT_FALSE(layer_targets(structure, structure.templates[0]));
  structure = two_layers();
  structure.targets.resize(2);
  EXPECT_FALSE(layer_targets(structure, structure.templates[0])) << "nobody can want the upper one";
}

TEST(SpatialLayersOfAv1, a_frame_of_an_older_structure_is_in_no_stream_that_it_does_not_know) {
  const LayerTargets targets = *layer_targets(two_layers(), two_layers().templates[0]);
  const rtp::FrameDependencies older{0, 0, {switching}, {}, {}};
  EXPECT_EQ(spatial_place({.frame = older}, targets).streams, 0);
}

}  // namespace
}  // namespace plenary::forward::spatial_layers_test
