// Speakers' pictures in the codecs that they do not send, for viewers who cannot decode theirs: VP8, and H.264. Each is
// a track beside the speaker's own, encoded once for all who need it and only while somebody does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "media/room/command.h"
#include "media/room/frame_writer.h"
#include "media/room/track_list.h"
#include "media/room/video_layer.h"

namespace plenary::room {

class SpeakerCodecs {
 public:
  // At once. Everybody in a room is shown one speaker, and that one another; the rest are previews of who stands by.
  // Each takes up to 15 % of a core of the machine that has the sound to mix. More wait for one that ends.
  static constexpr std::size_t kMostEncoders = 4;

  SpeakerCodecs(std::string h264_profile_level_id, TrackList& tracks, FrameWriter& writer)
      : h264_profile_level_id_(std::move(h264_profile_level_id)), tracks_(tracks), writer_(writer) {}

  // One speaker's; they stay until remove().
  using Encodings = std::vector<std::unique_ptr<VideoLayer>>;
  // Main loop only. `picture`: the number of their own picture's frames, `sent` its codec.
  const Encodings& add(const std::string& speaker, std::uint16_t picture, Codec sent);
  void remove(const std::string& speaker);
  void want(std::uint16_t track, bool wanted);
  void request_key_frame(std::uint16_t track);
  [[nodiscard]] std::size_t running() const;
  // Wanted while kMostEncoders ran.
  [[nodiscard]] std::uint64_t delayed() const { return delayed_; }

 private:
  VideoLayer* find(std::uint16_t track);
  void start_waiting();

  std::string h264_profile_level_id_;
  TrackList& tracks_;
  FrameWriter& writer_;
  std::vector<std::uint16_t> waiting_;  // tracks that are wanted and do not run, the oldest wish first
  std::uint64_t delayed_ = 0;
  std::map<std::string, Encodings> speakers_;
};

}  // namespace plenary::room
