// What shards hand each other. A room's packets end at one shard, its home; viewers of the room on another shard see a
// copy there, which crosses once for all of them. A wish for a key frame goes the other way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/media_types.h"
#include "media/base/time.h"
#include "media/rtp/frame.h"

namespace plenary::io {

constexpr std::size_t kMaxShards = 64;
using ShardSet = std::uint64_t;  // bit n: shard n

// A number carries the shard that it belongs to above this bit: a peer's, or the home of a track's or feed's room. Below
// is room for 10^12 of each, and the whole stays exact as a number in JSON.
constexpr unsigned kHomeBit = 40;
template <class Id>
constexpr std::size_t home_of(Id id) {
  return static_cast<std::size_t>(static_cast<std::uint64_t>(id) >> kHomeBit);
}
template <class Id>
constexpr Id id_at_home(std::size_t home, std::uint64_t number) {
  return Id{static_cast<std::uint64_t>(home) << kHomeBit | number};
}

// One layer of a speaker's picture.
struct UplinkLayer {
  TrackId track{};
  std::uint64_t bitrate = 0;  // bit/s
};

// From home: a frame of the room process.
struct RelayedFrame {
  FeedId feed{};
  rtp::Frame frame;
};
// From home: the room process is gone.
struct RelayedFeedEnd {
  FeedId feed{};
};
// From home: a packet of a speaker, in clear.
struct RelayedPacket {
  TrackId track{};
  Codec codec = Codec::opus;
  bool restarted = false;  // a new source from here on
  Instant captured{};
  std::optional<std::uint8_t> audio_level;
  ByteVector bytes;       // header included
  ByteVector descriptor;  // AV1: of its dependencies; empty: none
};
// From home: the layers in which a speaker's picture arrives, the best first; again each second, because one may be
// lost.
struct RelayedLayers {
  TrackId picture{};
  Codec codec = Codec::h264;
  std::vector<UplinkLayer> layers;
  bool dependent = false;  // but for the lowest they need the dependency descriptor
};
// From home: nothing more comes from this speaker.
struct RelayedTrackEnd {
  TrackId track{};
};
// To home: somebody over there waits for a picture.
struct RelayedKeyFrameWish {
  TrackId track{};
};
// What should have come before this was lost on the way.
struct RelayGap {};

using Relayed = std::variant<RelayedFrame, RelayedFeedEnd, RelayedPacket, RelayedLayers, RelayedTrackEnd,
                             RelayedKeyFrameWish, RelayGap>;

// One for all who get it.
struct RelayOutput {
  ShardSet to = 0;
  std::shared_ptr<const Relayed> what;
};

}  // namespace plenary::io
