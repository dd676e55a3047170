#include "server/people/camera.h"

#include <sys/epoll.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace plenary::people {
namespace {

using nlohmann::json;

// The whole configuration of such a process: one picture, one sound, no return.
std::string configuration(const Character& character, const std::filesystem::path& voice) {
  const std::string number = std::to_string(character.number);
  std::string url = "test:?picture=person&voice=" + number;
  if (!voice.empty()) url += "&words=" + voice.string();
  const json camera = {{"id", "camera"}, {"url", url}, {"kind", "room"}, {"audio", {{"floor", 0}}}};
  const json sources = json::array({camera});
  const json command = {
      {"command", "configure"}, {"room", "person-" + number}, {"title", character.name}, {"languages", json::array()},
      {"mix", "desk"},          {"slate", nullptr},           {"sources", sources},      {"returns", json::array()}};
  return command.dump();
}

}  // namespace

Camera::Camera(const std::filesystem::path& program, const Character& character, const std::filesystem::path& voice,
               int epoll, std::uint64_t mark, Instant now)
    : epoll_(epoll),
      mark_(mark),
      link_(program, "person-" + std::to_string(character.number), configuration(character, voice)) {
  start(now);
}

Camera::~Camera() {
  if (feed_) unwatch(feed_->descriptor());
  if (link_.descriptor() >= 0) unwatch(link_.descriptor());
}

void Camera::watch(int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}
void Camera::unwatch(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void Camera::start(Instant now) {
  const auto frames = link_.start(now);
  if (!frames) {
    ++failures_;
    return;
  }
  feed_ = std::make_unique<io::FeedSocket>(*frames);
  tracks_.clear();
  video_.reset();
  watch(feed_->descriptor());
  watch(link_.descriptor());
}

void Camera::take_reports(Instant now) {
  const int descriptor = link_.descriptor();
  for (const json& report : link_.handle_readable(now)) {
    const std::string kind = report.value("report", "");
    if (kind != "ready" && kind != "tracks") continue;
    for (const json& track : report.value("tracks", json::array())) {
      const std::string name = track.value("name", "");
      const auto number = track.value("track", std::uint16_t{0});
      if (name == "video") video_ = number;
      if (name == "video") tracks_[number] = MediaKind::video;
      if (name == "audio/floor") tracks_[number] = MediaKind::audio;
    }
  }
  if (!link_.handle_timeout(now)) return;
  // It has ended: its number stays open until the next start, but is watched no more.
  unwatch(descriptor);
  if (feed_) unwatch(feed_->descriptor());
  feed_.reset();
  ended_ = stopping_;
  if (!stopping_) ++failures_;
}

std::vector<rtp::Frame> Camera::take_frames(Instant now) {
  if (ended_) return {};
  if (link_.running()) take_reports(now);
  if (!stopping_ && link_.start_is_due(now)) start(now);
  std::vector<rtp::Frame> frames;
  if (!feed_) return frames;
  Instant oldest = now;
  while (feed_->read(frames, oldest, counters_) == io::FeedSocket::Read::more) continue;
  std::erase_if(frames, [this](const rtp::Frame& frame) { return frame.slate || !tracks_.contains(frame.track); });
  return frames;
}

void Camera::request_key_frame() {
  if (video_) link_.send({{"command", "key_frame"}, {"track", *video_}});
}

void Camera::stop(Instant now) {
  if (stopping_) return;
  stopping_ = true;
  if (!link_.running()) {
    ended_ = true;
    return;
  }
  link_.send({{"command", "stop"}});
  take_reports(now);
}

}  // namespace plenary::people
