// What every part of the media side means by kind, codec and identity.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace plenary {

enum class MediaKind : std::uint8_t { audio, video };
enum class Codec : std::uint8_t { opus, h264, vp8, vp9, av1 };

constexpr MediaKind kind_of(Codec codec) { return codec == Codec::opus ? MediaKind::audio : MediaKind::video; }
constexpr std::uint32_t clock_rate(Codec codec) { return codec == Codec::opus ? 48'000 : 90'000; }

// As commands and reports between the programs name it.
constexpr std::array<std::string_view, 5> kCodecNames = {"opus", "h264", "vp8", "vp9", "av1"};
constexpr std::string_view codec_name(Codec codec) { return kCodecNames[static_cast<std::size_t>(codec)]; }
constexpr std::optional<Codec> codec_named(std::string_view name) {
  for (std::size_t i = 0; i < kCodecNames.size(); ++i) {
    if (kCodecNames[i] == name) return static_cast<Codec>(i);
  }
  return std::nullopt;
}

// Numbers that the control thread hands out; never reused while the server runs.
enum class PeerId : std::uint64_t {};
enum class TrackId : std::uint64_t {};  // 0 stands for "no track"
enum class FeedId : std::uint64_t {};   // one connection to a room process

constexpr TrackId kNoTrack{0};

}  // namespace plenary
