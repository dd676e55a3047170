#include "media/room/speaker_codecs.h"

#include <algorithm>
#include <array>

namespace plenary::room {
namespace {

// In the order in which viewers who decode several of them get one.
constexpr std::array kCodecs{Codec::vp8, Codec::h264};

}  // namespace

const SpeakerCodecs::Encodings& SpeakerCodecs::add(const std::string& speaker, std::uint16_t picture, Codec sent) {
  Encodings& encodings = speakers_[speaker];
  for (const Codec codec : kCodecs) {
    if (codec == sent) continue;
    VideoFormat format = kSpeakerFormat;
    format.codec = codec;
    const std::string name = "speaker/" + speaker + "/video";
    const std::uint16_t track =
        codec == Codec::vp8 ? tracks_.add_vp8(name + "/vp8", format.bitrate(), picture)
                            : tracks_.add_video(name + "/h264", h264_profile_level_id_, format.bitrate(), picture);
    encodings.push_back(std::make_unique<VideoLayer>(track, format, writer_));
  }
  return encodings;
}

void SpeakerCodecs::remove(const std::string& speaker) {
  const auto found = speakers_.find(speaker);
  if (found == speakers_.end()) return;
  for (const std::unique_ptr<VideoLayer>& encoding : found->second) {
    std::erase(waiting_, encoding->track());
    tracks_.remove(encoding->track());
  }
  speakers_.erase(found);
  start_waiting();
}

VideoLayer* SpeakerCodecs::find(std::uint16_t track) {
  for (const auto& [speaker, encodings] : speakers_) {
    for (const std::unique_ptr<VideoLayer>& encoding : encodings) {
      if (encoding->track() == track) return encoding.get();
    }
  }
  return nullptr;
}

void SpeakerCodecs::want(std::uint16_t track, bool wanted) {
  VideoLayer* encoding = find(track);
  std::erase(waiting_, track);
  if (encoding == nullptr || wanted == encoding->wanted()) return;
  if (wanted) {
    waiting_.push_back(track);
  } else {
    encoding->set_wanted(false);
  }
  start_waiting();
  if (wanted && !encoding->wanted()) ++delayed_;
}

void SpeakerCodecs::start_waiting() {
  while (!waiting_.empty() && running() < kMostEncoders) {
    find(waiting_.front())->set_wanted(true);
    waiting_.erase(waiting_.begin());
  }
}

void SpeakerCodecs::request_key_frame(std::uint16_t track) {
  if (VideoLayer* encoding = find(track)) encoding->request_key_frame();
}

std::size_t SpeakerCodecs::running() const {
  std::size_t count = 0;
  for (const auto& [speaker, encodings] : speakers_) {
    count += static_cast<std::size_t>(std::ranges::count_if(encodings, [](const auto& one) { return one->wanted(); }));
  }
  return count;
}

}  // namespace plenary::room
