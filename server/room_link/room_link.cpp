#include "server/room_link/room_link.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "media/base/log.h"

extern char** environ;

namespace plenary::server {
namespace {

constexpr int kChildFrames = 3;
constexpr int kChildControl = 4;
// Three feed messages of the largest size, so that a key frame fits at once.
constexpr int kFrameBuffer = 1024 * 1024;
constexpr int kReapLooks = 20;  // a millisecond apart
constexpr Duration kStableAfter = std::chrono::seconds(10);

struct SocketPair {
  int ours = -1;
  int theirs = -1;
};

std::optional<SocketPair> make_pair_of_sockets(int buffer) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) return std::nullopt;
  for (const int end : ends) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(end, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  return SocketPair{ends[0], ends[1]};
}

// The child's ends are moved above the numbers it gets them under, so that dup2 never hits a source.
int moved_up(int descriptor) {
  const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
  close(descriptor);
  return moved;
}

int spawn(const std::filesystem::path& program, int frames, int control, pid_t* process) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, frames, kChildFrames);
  posix_spawn_file_actions_adddup2(&actions, control, kChildControl);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A process group of its own: a Ctrl-C at the terminal ends the server, which then ends its rooms in order.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::string name = program.string();
  std::array<std::string, 4> words = {"--frames-fd", std::to_string(kChildFrames), "--control-fd",
                                      std::to_string(kChildControl)};
  std::array<char*, 6> arguments = {name.data(),     words[0].data(), words[1].data(),
                                    words[2].data(), words[3].data(), nullptr};
  const int error = posix_spawn(process, name.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

RoomLink::RoomLink(std::filesystem::path program, std::string room, std::string configure)
    : program_(std::move(program)), room_(std::move(room)), configure_(std::move(configure)) {}

void RoomLink::ask_to_end() {
  if (process_ > 0 && !asked_to_end_) kill(process_, SIGTERM);
  asked_to_end_ = true;
}

RoomLink::~RoomLink() {
  ask_to_end();
  if (process_ > 0) {
    // The room process ends pipelines in well under a second; one that does not is not waited for.
    for (int tenth = 0; tenth < 10 && waitpid(process_, nullptr, WNOHANG) == 0; ++tenth) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (tenth == 9) {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
      }
    }
  }
  if (control_ >= 0) close(control_);
  close_ended_control();
}

void RoomLink::close_ended_control() {
  if (ended_control_ >= 0) close(std::exchange(ended_control_, -1));
}

Result<int> RoomLink::start(Instant now) {
  std::optional<SocketPair> frames = make_pair_of_sockets(kFrameBuffer);
  std::optional<SocketPair> control = make_pair_of_sockets(kFrameBuffer);
  restart_at_ = now + kLongestRestartAfter;
  if (!frames || !control) {
    for (const std::optional<SocketPair>& pair : {frames, control}) {
      if (!pair) continue;
      close(pair->ours);
      close(pair->theirs);
    }
    return Error{"no_sockets", std::string("cannot make the sockets of a room process: ") + std::strerror(errno)};
  }
  const int child_frames = moved_up(frames->theirs);
  const int child_control = moved_up(control->theirs);
  const int error = spawn(program_, child_frames, child_control, &process_);
  close(child_frames);
  close(child_control);
  if (error != 0) {
    close(frames->ours);
    close(control->ours);
    process_ = -1;
    return Error{"not_started", "cannot start " + program_.string() + ": " + std::strerror(error)};
  }
  control_ = control->ours;
  close_ended_control();
  ++starts_;
  started_at_ = last_report_ = now;
  ended_ = false;
  waiting_.clear();
  waiting_.push_back(configure_);
  flush();
  log(LogLevel::info, "room.started", {{"room", room_}, {"pid", std::to_string(process_)}});
  return frames->ours;
}

void RoomLink::send(const nlohmann::json& command) {
  if (control_ < 0) {  // the owner tells a new process everything again at its `ready`
    ++commands_dropped_;
    return;
  }
  waiting_.push_back(command.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  flush();
}

void RoomLink::flush() {
  while (!waiting_.empty()) {
    const std::string& text = waiting_.front();
    if (::send(control_, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    waiting_.pop_front();
  }
}

std::vector<nlohmann::json> RoomLink::handle_readable(Instant now) {
  std::vector<nlohmann::json> reports;
  if (control_ < 0) return reports;
  std::string buffer(kMaxControlMessage, '\0');
  for (std::size_t i = 0; i < kReportsAtOnce; ++i) {
    const ssize_t size = recv(control_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (size <= 0) {
      ended_ = true;
      break;
    }
    nlohmann::json report = nlohmann::json::parse(buffer.data(), buffer.data() + size, nullptr, false);
    if (!report.is_object() || !report.value("report", nlohmann::json()).is_string()) {
      log(LogLevel::warning, "room.bad_report", {{"room", room_}});
      continue;
    }
    last_report_ = now;
    reports.push_back(std::move(report));
  }
  flush();
  return reports;
}

bool RoomLink::handle_timeout(Instant now) {
  std::erase_if(dying_, [](pid_t process) { return waitpid(process, nullptr, WNOHANG) != 0; });
  if (control_ < 0) return false;
  flush();
  const bool first = last_report_ == started_at_;
  const Duration late = now - std::max(looked_at_, next_timeout());
  looked_at_ = now;
  if (!ended_ && late >= kLateIsPause) {
    if (first) started_at_ = now;
    last_report_ = now;
    return false;
  }
  const bool hangs = now - last_report_ >= (first ? kFirstReportWithin : kHangAfter) && !has_report();
  if (!ended_ && !hangs && waiting_.size() <= kMaxWaitingCommands) return false;
  end(now, ended_ ? "ended" : "hangs");
  return true;
}

// Said by the process, and not read yet.
bool RoomLink::has_report() const {
  char byte = 0;
  return recv(control_, &byte, sizeof byte, MSG_DONTWAIT | MSG_PEEK) > 0;
}

void RoomLink::end(Instant now, const char* reason) {
  kill(process_, SIGKILL);
  // Most are gone in a millisecond. One that sits in the kernel is not waited for: meetings go on.
  int status = 0;
  pid_t reaped = 0;
  for (int look = 0; look < kReapLooks && reaped == 0; ++look) {
    reaped = waitpid(process_, &status, WNOHANG);
    if (reaped == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (reaped == 0) dying_.push_back(process_);
  failures_in_a_row_ = now - started_at_ > kStableAfter ? 0 : failures_in_a_row_ + 1;
  Duration pause = kRestartAfter;
  for (unsigned i = 1; i < failures_in_a_row_ && pause < kLongestRestartAfter; ++i) pause *= 2;
  restart_at_ = now + std::min<Duration>(pause, kLongestRestartAfter);
  log(LogLevel::error, "room.ended",
      {{"room", room_},
       {"reason", reason},
       {"signal", reaped != 0 && WIFSIGNALED(status) ? std::to_string(WTERMSIG(status)) : "none"},
       {"exit", reaped != 0 && WIFEXITED(status) ? std::to_string(WEXITSTATUS(status)) : "none"}});
  // Stays open until the next start: the loop still watches the number and must not find another file behind it.
  ended_control_ = std::exchange(control_, -1);
  process_ = -1;
}

Instant RoomLink::next_timeout() const {
  if (control_ < 0) return restart_at_;
  if (ended_) return Instant{};
  return last_report_ + (last_report_ == started_at_ ? kFirstReportWithin : kHangAfter);
}

}  // namespace plenary::server
