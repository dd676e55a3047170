// How a picture of the room is encoded: 16:9. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "media/base/media_types.h"
#include "media/room/picture.h"

namespace plenary::room {

struct VideoFormat {
  int height = static_cast<int>(kPictureHeight);  // pixels
  int frame_rate = kMaxFrameRate;                 // a second, at most; slower sources keep their own
  int kbps = 1'800;                               // kbit/s
  Codec codec = Codec::h264;

  [[nodiscard]] constexpr int width() const { return height / kHeightStep * 32; }
  [[nodiscard]] constexpr std::uint64_t bitrate() const { return static_cast<std::uint64_t>(kbps) * 1'000; }
  bool operator==(const VideoFormat&) const = default;

  static constexpr int kHeightStep = 18;  // 16:9 in whole, even numbers
  static constexpr int kLeastHeight = 90;
  static constexpr int kLeastFrameRate = 5;  // slower ones would be taken for silent, and the slate shown between
  static constexpr int kLeastKbps = 50;
  static constexpr int kMostKbps = 10'000;  // level 3.1 takes 14,000, in which key frames have their bursts
};

// A room's picture in layers where nothing else is configured, from the best to the least. 1.8 Mbit/s keeps faces and
// slides clean at 720p, 600 kbit/s faces at 360p; 150 kbit/s beside the sound is what a line of 200 kbit/s carries.
constexpr std::size_t kMaxLayers = 3;
constexpr std::array<VideoFormat, kMaxLayers> kRoomLayers{{{720, 30, 1'800}, {360, 30, 600}, {180, 15, 150}}};

// For who cannot decode H.264: one layer, since the encoder takes a fifth of a core at 360p.
constexpr VideoFormat kVp8Layer{.height = 360, .frame_rate = 30, .kbps = 700, .codec = Codec::vp8};

// A speaker's picture for who cannot decode what they send: a face, clean at 600 kbit/s as in the room's middle layer.
constexpr VideoFormat kSpeakerFormat{.height = 360, .frame_rate = 30, .kbps = 600};

}  // namespace plenary::room
