#include "media/room/video_layers.h"

#include <algorithm>
#include <array>

namespace plenary::room {
namespace {

constexpr std::array<const char*, kMaxLayers> kSuffixes{"", "/middle", "/low"};

}  // namespace

std::string layer_name(const std::string& picture, std::size_t layer) { return picture + kSuffixes.at(layer); }

void VideoLayers::add_all(const LayeredPicture& picture, TrackList& tracks, FrameWriter& writer) {
  const VideoFormat& best = picture.layers.front();
  const std::uint16_t track = tracks.add_video(picture.name, picture.profile_level_id, best.bitrate());
  layers_.push_back(std::make_unique<VideoLayer>(track, best, writer));
  add_beneath(track, picture, tracks, writer);
}

void VideoLayers::add_beneath(std::uint16_t best, const LayeredPicture& picture, TrackList& tracks,
                              FrameWriter& writer) {
  for (std::size_t i = 1; i < picture.layers.size(); ++i) {
    const VideoFormat& lower = picture.layers[i];
    const std::uint16_t track =
        tracks.add_video(layer_name(picture.name, i), picture.profile_level_id, lower.bitrate(), best);
    layers_.push_back(std::make_unique<VideoLayer>(track, lower, writer));
  }
  const std::uint16_t vp8 = tracks.add_vp8(picture.name + "/vp8", kVp8Layer.bitrate(), best);
  layers_.push_back(std::make_unique<VideoLayer>(vp8, kVp8Layer, writer));
}

void VideoLayers::push(const Picture& picture) {
  for (const std::unique_ptr<VideoLayer>& layer : layers_) layer->push(picture);
}

bool VideoLayers::wanted() const {
  return std::any_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->wanted(); });
}

VideoLayer* VideoLayers::find(std::uint16_t track) {
  const auto found =
      std::find_if(layers_.begin(), layers_.end(), [track](const auto& layer) { return layer->track() == track; });
  return found == layers_.end() ? nullptr : found->get();
}

void VideoLayers::want(std::uint16_t track, bool wanted) {
  if (VideoLayer* layer = find(track)) layer->set_wanted(wanted);
}

void VideoLayers::request_key_frame(std::uint16_t track) {
  if (VideoLayer* layer = find(track)) layer->request_key_frame();
}

}  // namespace plenary::room
