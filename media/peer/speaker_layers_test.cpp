#include "media/peer/speaker_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plenary::peer::speaker_layers_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr std::size_t kLow = 0, kMiddle = 1, kHigh = 2;  // the answer may name them in any order

// A camera of 25 frames a second.
struct Camera {
  SpeakerLayers layers{3};
  Instant now = Instant(1h);
  std::uint32_t timestamp = 1'000;
  std::array<bool, 3> runs = {true, true, true};
  std::array<bool, 3> begun{};
  std::array<std::uint16_t, 3> lines = {180, 360, 720};  // 0: the key frame does not say
  std::array<std::size_t, 3> bytes = {750, 2'500, 7'500};

  void frame() {
    timestamp += 3'600;
    now += 40ms;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!runs[i]) continue;
      const bool key_frame = !std::exchange(begun[i], true);
      ByteVector payload = {0x10, 0x00};  // RFC 7741: start of partition; RFC 6386 §9.1: first bit clear in a key frame
      if (!key_frame) payload[1] = 1;
      if (key_frame && lines[i] != 0) {
        const auto width = static_cast<std::uint16_t>(lines[i] * 16 / 9);
        for (const int byte : {0, 0, 0x9d, 0x01, 0x2a, width & 0xff, width >> 8, lines[i] & 0xff, lines[i] >> 8}) {
          payload.push_back(static_cast<std::uint8_t>(byte));
        }
      }
      payload.resize(bytes[i], 0xff);
      rtp::Packet packet;
      packet.timestamp = timestamp + static_cast<std::uint32_t>(i) * 77'777;
      packet.payload = payload;
      layers.handle_packet(i, Codec::vp8, packet, now);
    }
  }
  void run_for(Duration duration) {
    for (const Instant end = now + duration; now < end;) frame();
  }
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> numbers;
    for (const SpeakerLayers::Layer& layer : layers.arriving()) numbers.push_back(layer.number);
    return numbers;
  }
  std::uint64_t rate(std::size_t number) const {
    for (const SpeakerLayers::Layer& layer : layers.arriving()) {
      if (layer.number == number) return layer.bitrate;
    }
    return 0;
  }
};

TEST(SpeakerLayers, the_size_of_the_key_frame_says_which_is_the_best) {
  Camera camera;
  camera.frame();
  EXPECT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
  EXPECT_EQ(camera.rate(kHigh), kLayerGuessHigh);
  EXPECT_EQ(camera.rate(kLow), kLayerGuessLow);
}

TEST(SpeakerLayers, rates_are_measured_and_told_when_they_change) {
  Camera camera;
  camera.bytes[kHigh] = 5'000;
  camera.run_for(3s);
  EXPECT_NEAR(static_cast<double>(camera.rate(kHigh)), 1'000'000, 60'000);
  EXPECT_NEAR(static_cast<double>(camera.rate(kMiddle)), 500'000, 30'000);
  EXPECT_TRUE(camera.layers.take_changed());
  camera.run_for(5s);
  EXPECT_FALSE(camera.layers.take_changed()) << "nothing that anybody had to hear of";
  camera.bytes[kHigh] = 7'500;
  camera.run_for(2s);
  EXPECT_TRUE(camera.layers.take_changed());
  EXPECT_NEAR(static_cast<double>(camera.rate(kHigh)), 1'500'000, 100'000);
}

TEST(SpeakerLayers, where_no_key_frame_names_its_size_the_rate_says_which_is_the_best) {
  Camera camera;
  camera.lines = {0, 360, 720};
  camera.frame();
  EXPECT_THAT(camera.order(), ElementsAre(kHigh, kMiddle)) << "the other one is not known yet";
  camera.run_for(1'200ms);
  EXPECT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
}

TEST(SpeakerLayers, a_better_layer_always_has_the_higher_rate) {
  Camera camera;
  camera.bytes = {5'000, 2'500, 2'500};
  camera.run_for(5s);
  ASSERT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
  EXPECT_GT(camera.rate(kHigh), camera.rate(kMiddle));
  EXPECT_GT(camera.rate(kMiddle), camera.rate(kLow));
}

TEST(SpeakerLayers, the_next_one_is_the_best_soon_after_the_best_stops) {
  Camera camera;
  camera.run_for(5s);
  camera.runs[kHigh] = false;
  camera.run_for(kLayerStoppedAfter);
  camera.frame();
  camera.frame();
  EXPECT_THAT(camera.order(), ElementsAre(kMiddle, kLow));
  EXPECT_TRUE(camera.layers.stopped(kHigh));
  EXPECT_FALSE(camera.layers.stopped(kMiddle));
}

TEST(SpeakerLayers, frames_that_an_encoder_leaves_out_are_no_stop) {
  Camera camera;
  camera.run_for(5s);
  for (int i = 0; i < 20; ++i) {
    camera.runs[kHigh] = false;
    for (int frame = 0; frame < 4; ++frame) camera.frame();
    camera.runs[kHigh] = true;
    camera.frame();
    ASSERT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
  }
}

TEST(SpeakerLayers, one_that_comes_back_counts_when_it_has_stayed) {
  Camera camera;
  camera.run_for(5s);
  camera.runs[kHigh] = false;
  camera.run_for(2s);
  camera.runs[kHigh] = true;
  camera.run_for(kLayerBackAfter - 100ms);
  EXPECT_THAT(camera.order(), ElementsAre(kMiddle, kLow));
  camera.run_for(200ms);
  EXPECT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
}

TEST(SpeakerLayers, one_that_has_only_just_come_back_is_better_than_none) {
  Camera camera;
  camera.runs[kLow] = false;
  camera.run_for(5s);
  camera.runs[kMiddle] = false;
  camera.run_for(1s);
  ASSERT_THAT(camera.order(), ElementsAre(kHigh));
  camera.runs[kMiddle] = true;
  camera.frame();
  camera.runs[kHigh] = false;
  camera.run_for(kLayerStoppedAfter + 80ms);
  EXPECT_THAT(camera.order(), ElementsAre(kMiddle));
}

TEST(SpeakerLayers, a_line_that_is_gone_for_a_while_stops_none) {
  Camera camera;
  camera.run_for(5s);
  camera.now += 30s;
  camera.run_for(1s);
  EXPECT_THAT(camera.order(), ElementsAre(kHigh, kMiddle, kLow));
}

TEST(SpeakerLayers, before_a_key_frame_and_with_probes_alone_there_is_none) {
  SpeakerLayers layers(2);
  const ByteVector later = {0x10, 0x01, 0xff};
  rtp::Packet packet;
  for (int i = 0; i < 100; ++i) {
    packet.timestamp += 3'600;
    packet.payload = {};
    layers.handle_packet(0, Codec::vp8, packet, Instant(1h) + i * 40ms);
    packet.payload = later;
    layers.handle_packet(1, Codec::vp8, packet, Instant(1h) + i * 40ms);
  }
  EXPECT_TRUE(layers.arriving().empty());
  EXPECT_FALSE(layers.take_changed());
}

// One stream of VP9 with three spatial layers, 25 pictures a second; between key frames no layer refers to another.
struct SpatialCamera {
  SpeakerLayers layers{3};
  Instant now = Instant(1h);
  std::uint32_t timestamp = 1'000;
  std::uint8_t runs = 3;  // layers
  std::array<std::size_t, 3> bytes = {750, 2'500, 7'500};

  void picture(bool key_frame = false, bool refers = false) {
    timestamp += 3'600;
    now += 40ms;
    for (std::uint8_t layer = 0; layer < runs; ++layer) {
      const bool structure = key_frame && layer == 0;
      // I, L, B, E; P and Z; V. PictureID, layer, TL0PICIDX.
      ByteVector payload = {static_cast<std::uint8_t>(0xac | (key_frame ? 0 : 0x40) | (key_frame || refers ? 0 : 1) |
                                                      (structure ? 2 : 0)),
                            1, static_cast<std::uint8_t>(layer << 1), 1};
      if (structure) payload.insert(payload.end(), {0x50, 1, 64, 0, 180, 2, 128, 1, 104, 5, 0, 2, 208});
      payload.push_back(structure ? 0x82 : 0x86);
      payload.resize(bytes[layer], 0xff);
      rtp::Packet packet;
      packet.timestamp = timestamp;
      packet.payload = payload;
      const auto descriptor = rtp::parse_vp9_descriptor(payload);
      ASSERT_TRUE(descriptor);
      const SpeakerLayers::Sizes sizes = {{{320, 180}, {640, 360}, {1'280, 720}}};
      layers.handle_spatial(forward::spatial_place(*descriptor, 3), structure ? &sizes : nullptr, packet, now);
    }
  }
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> numbers;
    for (const SpeakerLayers::Layer& layer : layers.arriving()) numbers.push_back(layer.number);
    return numbers;
  }
};

TEST(SpeakerLayers, spatial_layers_arrive_with_the_key_frame_that_names_them) {
  SpatialCamera camera;
  camera.picture();
  EXPECT_THAT(camera.order(), ElementsAre());
  camera.picture(true);
  EXPECT_THAT(camera.order(), ElementsAre(2, 1, 0));
  EXPECT_EQ(camera.layers.arriving()[0].bitrate, kLayerGuessHigh);
}

TEST(SpeakerLayers, a_spatial_layer_takes_what_its_viewers_get) {
  for (const bool refers : {false, true}) {
    SpatialCamera camera;
    camera.picture(true);
    for (int i = 0; i < 75; ++i) camera.picture(false, refers);
    const auto& layers = camera.layers.arriving();
    ASSERT_EQ(layers.size(), 3u);
    const double low = refers ? 750.0 + 2'500.0 : 0.0;
    EXPECT_NEAR(static_cast<double>(layers[0].bitrate), (7'500 + low) * 8 * 25, 150'000);
    EXPECT_NEAR(static_cast<double>(layers[2].bitrate), 750 * 8 * 25, 15'000);
  }
}

TEST(SpeakerLayers, a_spatial_layer_that_stops_arrives_no_more) {
  SpatialCamera camera;
  camera.picture(true);
  camera.runs = 2;
  for (int i = 0; i < 10; ++i) camera.picture();
  EXPECT_THAT(camera.order(), ElementsAre(1, 0));
}

}  // namespace
}  // namespace plenary::peer::speaker_layers_test
