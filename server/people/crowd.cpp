#include "server/people/crowd.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <memory>
#include <unordered_map>

#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "server/people/front_desk.h"
#include "server/people/guest.h"

namespace plenary::people {
namespace {

using std::chrono::milliseconds;

constexpr Duration kLongestWait = std::chrono::seconds(1);
constexpr Duration kShortestWait = milliseconds(5);
constexpr Duration kFarewell = std::chrono::seconds(2);  // for cameras and pages, at the end
constexpr Duration kComing = milliseconds(1'200);        // between the first joins of two people
constexpr std::size_t kEventsAtOnce = 64;
constexpr std::uint64_t kEnds = 1;       // epoll mark: standard input or a signal
constexpr std::uint64_t kFirstMark = 2;  // of uplinks, counting

class Crowd {
 public:
  Crowd(const Job& job, int epoll, server::WebSocketClient& sockets)
      : http_(epoll, job.authority), network_{job, epoll, sockets, http_, crypto::Certificate::generate(), random_} {}

  void populate(Instant now);
  void run();
  void leave();

 private:
  void turn();
  void take_epoll_events();
  void take_socket_events(Instant now);
  void take_responses(Instant now);
  void look_around(Instant now);
  void look(Guest& guest, Instant now);
  void end_cameras(Instant now);
  [[nodiscard]] Duration wait(Instant now) const;

  crypto::SystemRandom random_;
  bench::HttpClient http_;
  Network network_;
  Voices voices_;
  std::deque<FrontDesk> desks_;
  std::deque<Guest> guests_;
  std::vector<std::unique_ptr<Camera>> ending_;
  std::uint64_t next_mark_ = kFirstMark;
  std::size_t filming_ = 0;
  bool ended_ = false;
};

void Crowd::populate(Instant now) {
  std::mt19937_64 seeds(network_.job.seed);
  for (const RoomJob& room : network_.job.rooms) desks_.emplace_back(network_, room);
  Instant first = now + milliseconds(500);
  for (const PersonJob& job : network_.job.people) {
    Character character = make_character(job.number);
    const std::uint64_t seed = seeds();
    first += Duration(static_cast<std::int64_t>(static_cast<double>(kComing.count()) / network_.job.pace));
    if (character.place == Place::remote) {
      guests_.emplace_back(network_, voices_, std::move(character), job, seed, first);
      continue;
    }
    for (std::size_t i = 0; i < desks_.size(); ++i) {
      if (network_.job.rooms[i].room == job.room) desks_[i].add(std::move(character), seed, first);
    }
  }
}

Duration Crowd::wait(Instant now) const {
  std::optional<Instant> next = http_.next_timeout();
  const auto sooner = [&next](const std::optional<Instant>& other) {
    if (other && (!next || *other < *next)) next = other;
  };
  for (const FrontDesk& desk : desks_) sooner(desk.next_timeout());
  for (const Guest& guest : guests_) sooner(guest.next_timeout());
  const Duration longest = ending_.empty() ? kLongestWait : Duration(milliseconds(50));
  return next ? std::clamp<Duration>(*next - now, kShortestWait, longest) : longest;
}

void Crowd::take_epoll_events() {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = epoll_wait(network_.epoll, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if ((event.data.u64 & bench::HttpClient::kEventMark) != 0) http_.handle_event(event.data.u64, event.events);
    if (event.data.u64 == kEnds) ended_ = true;
    // The uplinks' own are read in look_around(), which comes next.
  }
}

void Crowd::take_socket_events(Instant now) {
  while (const auto event = network_.sockets.poll_event()) {
    for (FrontDesk& desk : desks_) {
      if (desk.connection() == event->connection) desk.handle_event(*event, now);
    }
    for (Guest& guest : guests_) {
      if (guest.connection() == event->connection) guest.handle_event(*event, now);
    }
  }
}

void Crowd::take_responses(Instant now) {
  http_.handle_timeout(now);
  while (const auto response = http_.poll_response()) {
    for (Guest& guest : guests_) {
      if (response->id >= kFirstMark && guest.mark() == response->id) guest.handle_response(*response, now);
    }
  }
}

void Crowd::look(Guest& guest, Instant now) {
  const std::uint64_t before = guest.mark();
  guest.turn(filming_ + ending_.size() < kMaxCameras, next_mark_, now);
  if (guest.mark() == next_mark_) ++next_mark_;
  if (before == 0 && guest.mark() != 0) ++filming_;
  if (before != 0 && guest.mark() == 0) --filming_;
  if (auto camera = guest.take_used_camera()) ending_.push_back(std::move(camera));
}

void Crowd::look_around(Instant now) {
  for (FrontDesk& desk : desks_) desk.turn(now);
  for (Guest& guest : guests_) look(guest, now);
}

void Crowd::end_cameras(Instant now) {
  for (const auto& camera : ending_) (void)camera->take_frames(now);
  std::erase_if(ending_, [](const auto& camera) { return camera->ended(); });
  voices_.collect();
}

void Crowd::turn() {
  network_.sockets.serve(wait(io::read_monotonic()));
  take_epoll_events();
  const Instant now = io::read_monotonic();
  take_socket_events(now);
  take_responses(now);
  look_around(now);
  end_cameras(now);
}

void Crowd::run() {
  network_.sockets.watch(network_.epoll, [] {});  // only wakes
  while (!ended_) turn();
}

void Crowd::leave() {
  const Instant start = io::read_monotonic();
  for (Guest& guest : guests_) {
    guest.leave(start);
    if (auto camera = guest.take_used_camera()) ending_.push_back(std::move(camera));
  }
  for (Instant now = start; !ending_.empty() && now - start < kFarewell; now = io::read_monotonic()) {
    network_.sockets.serve(milliseconds(20));
    take_epoll_events();
    take_responses(now);
    end_cameras(now);
  }
}

// Blocked before any thread starts.
int block_stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

std::optional<Job> read_job() {
  std::string line;
  std::array<char, 4'096> piece;
  while (line.size() < kMaxJob && !line.ends_with('\n')) {
    const ssize_t size = read(STDIN_FILENO, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    line.append(piece.data(), static_cast<std::size_t>(size));
  }
  return parse_job(line);
}

}  // namespace

int run_people() {
  const int stop = block_stop_signals();
  const std::optional<Job> job = read_job();
  if (!job) {
    std::fputs("plenary: simulated people are started by `plenary demo`\n", stderr);
    return 1;
  }
  auto sockets = server::WebSocketClient::create(job->authority);
  if (!sockets) {
    std::fprintf(stderr, "plenary: %s\n", sockets.error().message.c_str());
    return 1;
  }
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (const int descriptor : {stop, STDIN_FILENO}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kEnds;
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  }
  {
    Crowd crowd(*job, epoll, **sockets);
    crowd.populate(io::read_monotonic());
    crowd.run();
    crowd.leave();
  }
  close(epoll);
  close(stop);
  return 0;
}

}  // namespace plenary::people
