#include "server/people/people_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "media/base/log.h"

extern char** environ;

namespace plenary::people {
namespace {

using std::chrono::seconds;

constexpr seconds kFirstPause{1};  // before it is started again; doubles
constexpr seconds kLongestPause{30};
constexpr seconds kEndsWithin{4};  // after SIGTERM; then SIGKILL

// `input` becomes its standard input.
pid_t spawn(int input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A process group of its own: a Ctrl-C at the terminal ends the demo, which then ends its people in order.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::array<std::string, 2> words = {"plenary", "people"};
  std::array<char*, 3> arguments = {words[0].data(), words[1].data(), nullptr};
  pid_t process = -1;
  const int error = posix_spawn(&process, "/proc/self/exe", &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? process : -1;
}

// False when it read not all of it.
bool write_all(int descriptor, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t size = write(descriptor, text.data() + written, text.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    written += static_cast<std::size_t>(size);
  }
  return true;
}

}  // namespace

PeopleProcess::PeopleProcess(std::string job) : job_(std::move(job)), thread_([this] { supervise(); }) {}

PeopleProcess::~PeopleProcess() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (process_ > 0) kill(process_, SIGTERM);
    changed_.notify_all();
    if (!changed_.wait_for(lock, kEndsWithin, [this] { return done_; }) && process_ > 0) kill(process_, SIGKILL);
  }
  thread_.join();
}

void PeopleProcess::supervise() {
  seconds pause = kFirstPause;
  while (live_once()) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, pause, [this] { return stopping_; })) break;
    pause = std::min(pause * 2, kLongestPause);
  }
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

bool PeopleProcess::live_once() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return true;
  pid_t process = -1;
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) process = process_ = spawn(ends[0]);
  }
  close(ends[0]);
  if (process > 0) {
    (void)write_all(ends[1], job_);
    // Waited for without being taken away, so that its number is nobody else's when a signal goes there.
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    waitpid(process, nullptr, 0);
    process_ = -1;
    if (!stopping_) log(LogLevel::warning, "people.ended", {{"status", std::to_string(info.si_status)}});
  }
  close(ends[1]);
  const std::lock_guard lock(mutex_);
  return !stopping_;
}

}  // namespace plenary::people
