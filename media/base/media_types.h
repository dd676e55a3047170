// What every part of the media side means by kind, codec and identity.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace plenary {

enum class MediaKind : std::uint8_t { audio, video };
enum class Codec : std::uint8_t { opus, h264, vp8 };

constexpr MediaKind kind_of(Codec codec) { return codec == Codec::opus ? MediaKind::audio : MediaKind::video; }
constexpr std::uint32_t clock_rate(Codec codec) { return codec == Codec::opus ? 48'000 : 90'000; }

// Numbers that the control thread hands out; never reused while the server runs.
enum class PeerId : std::uint64_t {};
enum class TrackId : std::uint64_t {};  // 0 stands for "no track"
enum class FeedId : std::uint64_t {};   // one connection to a room process

constexpr TrackId kNoTrack{0};

}  // namespace plenary
