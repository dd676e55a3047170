#include "server/people/uplink.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

namespace plenary::people {
namespace {

constexpr std::uint64_t kNobody = 0;  // a request whose answer nobody waits for

}  // namespace

Uplink::Uplink(Network& network, const Character& character, const std::string& room, std::string media_token,
               const std::filesystem::path& voice, std::uint64_t mark, Instant now)
    : network_(network),
      url_(network.job.site + "/whip/" + room + "/floor"),
      media_token_(std::move(media_token)),
      mark_(mark),
      camera_(std::make_unique<Camera>(network.job.room_program, character, voice, network.epoll, mark, now)) {
  connect(now);
}

Uplink::~Uplink() {
  if (socket_) epoll_ctl(network_.epoll, EPOLL_CTL_DEL, socket_->descriptor(), nullptr);
}

void Uplink::connect(Instant now) {
  retry_at_.reset();
  socket_.reset();
  if (auto socket = bench::ClientSocket::open()) socket_.emplace(*std::move(socket));
  if (!socket_) {
    retry_at_ = now + kUplinkRetry;
    return;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark_;
  epoll_ctl(network_.epoll, EPOLL_CTL_ADD, socket_->descriptor(), &event);
  speaker_.emplace(network_.certificate, network_.random);
  network_.http.start({.id = mark_, .method = "POST", .url = url_, .body = speaker_->offer(), .token = media_token_});
}

void Uplink::handle_response(const bench::HttpResponse& response, Instant now) {
  if (!speaker_ || speaker_->state() != bench::ClientState::offering) return;
  if (response.status != 201) return lose(now);
  location_ = response.location;
  if (!speaker_->handle_answer(response.body, now)) return lose(now);
  flush();
}

void Uplink::lose(Instant now) {
  say_goodbye(now);
  retry_at_ = now + kUplinkRetry;
}

void Uplink::say_goodbye(Instant now) {
  if (speaker_) {
    speaker_->close(now);
    flush();
    speaker_.reset();
  }
  if (socket_) {
    epoll_ctl(network_.epoll, EPOLL_CTL_DEL, socket_->descriptor(), nullptr);
    socket_.reset();
  }
  if (location_.empty()) return;
  network_.http.start(
      {.id = kNobody, .method = "DELETE", .url = std::exchange(location_, {}), .body = {}, .token = media_token_});
}

void Uplink::flush() {
  while (const auto datagram = speaker_->poll_output()) socket_->send(datagram->to, datagram->bytes);
}

void Uplink::turn(Instant now) {
  const std::vector<rtp::Frame> frames = camera_->take_frames(now);
  if (retry_at_ && now >= *retry_at_) connect(now);
  if (!speaker_) return;
  socket_->receive([&](Bytes bytes, const Address& from) { speaker_->handle_datagram(bytes, from, now); });
  for (const rtp::Frame& frame : frames) speaker_->send_frame(frame, now);
  if (const auto due = speaker_->next_timeout(); due && now >= *due) speaker_->handle_timeout(now);
  if (speaker_->take_key_frame_request()) camera_->request_key_frame();
  flush();
  if (speaker_->state() == bench::ClientState::failed) lose(now);
}

std::optional<Instant> Uplink::next_timeout() const {
  std::optional<Instant> next = camera_->next_timeout();
  for (const std::optional<Instant>& other : {retry_at_, speaker_ ? speaker_->next_timeout() : std::nullopt}) {
    if (other && *other < *next) next = other;
  }
  return next;
}

std::unique_ptr<Camera> Uplink::close(Instant now) {
  say_goodbye(now);
  retry_at_.reset();
  camera_->stop(now);
  return std::move(camera_);
}

}  // namespace plenary::people
