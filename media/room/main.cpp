// plenary-room: see README.md.
#include <fcntl.h>
#include <gst/gst.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "media/base/log.h"
#include "media/room/clock.h"
#include "media/room/json_log.h"
#include "media/room/room.h"
#include "media/rtp/feed_wire.h"

namespace plenary::room {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kTickMs = 50;             // levels and pictures are due at multiples of it
constexpr int kMaxMessagesATurn = 256;  // a flood on one descriptor must not starve the other

struct Descriptors {
  int frames = -1;
  int control = -1;
};

std::optional<Descriptors> parse_arguments(int count, char** arguments) {
  Descriptors found;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    int* target = name == "--frames-fd" ? &found.frames : name == "--control-fd" ? &found.control : nullptr;
    if (target == nullptr) return std::nullopt;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), *target);
    if (fault != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  }
  if (found.frames < 0 || found.control < 0 || count % 2 == 0) return std::nullopt;
  return found;
}

class Loop {
 public:
  explicit Loop(Descriptors descriptors)
      : descriptors_(descriptors),
        writer_(descriptors.frames),
        reporter_(descriptors.control),
        room_(writer_, reporter_) {}

  void run(int signals) {
    while (!ended_ && !room_.ended() && !writer_.closed()) {
      const short control_events = static_cast<short>(POLLIN | (reporter_.flush() ? POLLOUT : 0));
      std::array<pollfd, 3> polled{
          {{descriptors_.control, control_events, 0}, {descriptors_.frames, POLLIN, 0}, {signals, POLLIN, 0}}};
      poll(polled.data(), polled.size(), kTickMs);
      if (polled[0].revents & (POLLIN | POLLHUP | POLLERR)) read_control();
      if (polled[1].revents & (POLLIN | POLLHUP | POLLERR)) read_frames();
      if (polled[2].revents & POLLIN) ended_ = true;
      room_.tick(monotonic_now());
    }
  }

 private:
  // Bytes of the next message; nothing when none waits. The pair's end ends the loop.
  std::optional<Bytes> receive(int descriptor) {
    const ssize_t size = recv(descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size > 0) return Bytes(buffer_.data(), static_cast<std::size_t>(size));
    if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) ended_ = true;
    return std::nullopt;
  }

  void read_control() {
    for (int i = 0; i < kMaxMessagesATurn && !ended_; ++i) {
      const std::optional<Bytes> message = receive(descriptors_.control);
      if (!message) return;
      Result<Command> command = parse_command(as_text(*message));
      if (command.ok()) {
        room_.handle(command.value());
      } else {
        reporter_.fault(command.error().code, command.error().message);
      }
    }
  }

  void read_frames() {
    for (int i = 0; i < kMaxMessagesATurn && !ended_; ++i) {
      const std::optional<Bytes> message = receive(descriptors_.frames);
      if (!message) return;
      if (const std::optional<rtp::Frame> frame = assembler_.add(*message)) room_.on_speaker_frame(*frame);
    }
  }

  Descriptors descriptors_;
  FrameWriter writer_;
  Reporter reporter_;
  Room room_;
  rtp::FeedAssembler assembler_;
  std::array<std::uint8_t, rtp::kMaxFeedMessage + 1024> buffer_{};
  bool ended_ = false;
};

int block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  // Before GStreamer starts threads, so that they inherit it.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace
}  // namespace plenary::room

int main(int count, char** arguments) {
  using namespace plenary::room;
  const std::optional<Descriptors> descriptors = parse_arguments(count, arguments);
  if (!descriptors) {
    std::fputs("usage: plenary-room --frames-fd N --control-fd M (started by the server)\n", stderr);
    return kWrongUsage;
  }
  const int signals = block_signals();
  log_as_json();
  gst_init(nullptr, nullptr);
  {
    Loop loop(*descriptors);
    loop.run(signals);
  }
  return 0;
}
