#include "server/bench/viewers.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "media/crypto/certificate.h"
#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "server/bench/client_socket.h"
#include "server/bench/http_client.h"
#include "server/bench/report.h"
#include "server/bench/viewer.h"

namespace plenary::bench {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(5);         // all timers of all viewers are looked at together
constexpr Duration kJoinPatience = std::chrono::seconds(15);     // from the POST to the first packet
constexpr Duration kFarewellPatience = std::chrono::seconds(5);  // for the answers to DELETE
constexpr unsigned kDecryptEvery = 16;                           // libsrtp would cost more than all the rest
constexpr std::size_t kEventsAtOnce = 256;
constexpr rlim_t kSpareDescriptors = 256;

struct Session {
  Session(Viewer&& viewer, ClientSocket&& socket) : viewer(std::move(viewer)), socket(std::move(socket)) {}

  Viewer viewer;
  ClientSocket socket;
  Instant posted{};
  std::optional<Instant> answered;
  std::string location;
  std::string http_failure;
  std::optional<Instant> due;
  bool has_media = false;
};

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }
double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto one = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return one(usage.ru_utime) + one(usage.ru_stime);
}

void raise_descriptor_limit(unsigned viewers) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = 2 * rlim_t{viewers} + kSpareDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Run {
 public:
  explicit Run(const ViewersOptions& options)
      : options_(options),
        certificate_(crypto::Certificate::generate()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        http_(epoll_) {}
  ~Run() { close(epoll_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  int execute();

 private:
  struct Sum {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::int64_t lost = 0;
    std::uint64_t video_frames = 0;
    unsigned connected = 0;
    unsigned failed = 0;
  };

  void join_due(Instant now);
  void join(Instant now);
  void turn();
  void handle_socket(std::size_t index, Instant now);
  void handle_timers(Instant now);
  void handle_responses(Instant now);
  void handle_answer(Session& session, const HttpResponse& response, Instant now);
  void flush(Session& session);
  [[nodiscard]] bool settled(Instant now) const;
  [[nodiscard]] Sum sum() const;
  void show(Instant now, const char* what);
  void say_goodbye();
  RunReport gather(const Sum& before, const Sum& after, Duration measured, double cpu) const;

  const ViewersOptions options_;
  const std::shared_ptr<const crypto::Certificate> certificate_;
  crypto::SystemRandom random_;
  int epoll_;
  HttpClient http_;
  std::vector<std::unique_ptr<Session>> sessions_;
  unsigned refused_sockets_ = 0;
  Instant started_{};
  Instant next_tick_{};
  Instant next_line_{};
  Sum shown_;
  bool leaving_ = false;
  std::size_t farewells_ = 0;  // DELETEs without an answer yet
};

void Run::join_due(Instant now) {
  const auto due = static_cast<std::uint64_t>(seconds(now - started_) * kJoinsPerSecond) + 1;
  while (sessions_.size() + refused_sockets_ < std::min<std::uint64_t>(due, options_.viewers)) join(now);
}

void Run::join(Instant now) {
  auto socket = ClientSocket::open();
  if (!socket) {
    ++refused_sockets_;
    return;
  }
  const ViewerSettings settings{.srtp = options_.aes_cm ? crypto::SrtpOffer::aes_cm : crypto::SrtpOffer::both,
                                .receive = {.decrypt_every = kDecryptEvery}};
  auto session = std::make_unique<Session>(Viewer(settings, certificate_, random_), *std::move(socket));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = sessions_.size();
  epoll_ctl(epoll_, EPOLL_CTL_ADD, session->socket.descriptor(), &event);
  session->posted = now;
  http_.start({.id = sessions_.size(),
               .method = "POST",
               .url = options_.url,
               .body = session->viewer.offer(),
               .token = options_.token});
  sessions_.push_back(std::move(session));
}

void Run::flush(Session& session) {
  while (const auto datagram = session.viewer.poll_output()) session.socket.send(datagram->to, datagram->bytes);
  session.due = session.viewer.next_timeout();
  if (session.has_media || session.viewer.state() != ClientState::connected) return;
  const std::vector<SlotReport> slots = session.viewer.slots();
  session.has_media = std::ranges::any_of(slots, [](const SlotReport& slot) { return slot.first_packet.has_value(); });
}

void Run::handle_socket(std::size_t index, Instant now) {
  Session& session = *sessions_[index];
  session.socket.receive([&](Bytes bytes, const Address& from) { session.viewer.handle_datagram(bytes, from, now); });
  flush(session);
}

void Run::handle_timers(Instant now) {
  for (const auto& session : sessions_) {
    if (!session->due || now < *session->due) continue;
    session->viewer.handle_timeout(now);
    flush(*session);
  }
}

void Run::handle_responses(Instant now) {
  while (const auto response = http_.poll_response()) {
    if (leaving_) {
      farewells_ -= farewells_ > 0 ? 1 : 0;
      continue;
    }
    Session& session = *sessions_[response->id];
    session.location = response->location;
    handle_answer(session, *response, now);
    flush(session);
  }
}

void Run::handle_answer(Session& session, const HttpResponse& response, Instant now) {
  if (response.status != 201 && response.status != 200) {  // WHEP says 201; some older servers 200
    session.http_failure = response.status == 0 ? "http" : "http_" + std::to_string(response.status);
    const std::string& why = response.status == 0 ? response.error : response.body;
    if (shown_.failed == 0) std::fprintf(stderr, "POST failed (%ld): %.200s\n", response.status, why.c_str());
    return;
  }
  session.answered = now;
  session.viewer.handle_answer(response.body, now);
}

// One round of the loop: at most a tick long.
void Run::turn() {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count =
      epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(to_milliseconds(kTick)));
  const Instant now = io::read_monotonic();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if ((event.data.u64 & HttpClient::kEventMark) != 0) {
      http_.handle_event(event.data.u64, event.events);
    } else {
      handle_socket(event.data.u64, now);
    }
  }
  if (now >= next_tick_) {
    next_tick_ = now + kTick;
    http_.handle_timeout(now);
    handle_timers(now);
  }
  handle_responses(now);
}

bool Run::settled(Instant now) const {
  if (sessions_.size() + refused_sockets_ < options_.viewers) return false;
  return std::ranges::all_of(sessions_, [&](const std::unique_ptr<Session>& session) {
    return session->has_media || !session->http_failure.empty() || session->viewer.state() == ClientState::failed ||
           now - session->posted >= kJoinPatience;
  });
}

Run::Sum Run::sum() const {
  Sum sum;
  for (const auto& session : sessions_) {
    sum.connected += session->viewer.state() == ClientState::connected ? 1 : 0;
    sum.failed += session->viewer.state() == ClientState::failed || !session->http_failure.empty() ? 1 : 0;
    for (const SlotReport& slot : session->viewer.slots()) {
      sum.packets += slot.packets;
      sum.bytes += slot.bytes;
      sum.lost += slot.lost;
      if (slot.kind == MediaKind::video) sum.video_frames += slot.frames;
    }
  }
  return sum;
}

void Run::show(Instant now, const char* what) {
  if (now < next_line_) return;
  const Sum current = sum();
  const double interval = seconds(now - next_line_) + 1;
  next_line_ = now + std::chrono::seconds(1);
  std::fprintf(
      stderr, "%3.0f s %s: %u of %u connected, %u failed, %.1f Mbit/s, %lld lost, %.0f frames/s\n",
      seconds(now - started_), what, current.connected, options_.viewers, current.failed,
      static_cast<double>(current.bytes - std::min(current.bytes, shown_.bytes)) * 8 / 1e6 / interval,
      static_cast<long long>(current.lost),
      static_cast<double>(current.video_frames - std::min(current.video_frames, shown_.video_frames)) / interval);
  shown_ = current;
}

void Run::say_goodbye() {
  leaving_ = true;
  const Instant now = io::read_monotonic();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    Session& session = *sessions_[i];
    session.viewer.close(now);
    flush(session);
    if (session.location.empty()) continue;
    ++farewells_;
    http_.start({.id = i, .method = "DELETE", .url = session.location, .body = {}, .token = options_.token});
  }
  while (farewells_ > 0 && io::read_monotonic() - now < kFarewellPatience) turn();
}

RunReport Run::gather(const Sum& before, const Sum& after, Duration measured, double cpu) const {
  RunReport report;
  report.url = options_.url;
  report.asked = options_.viewers;
  report.seconds = seconds(measured);
  report.cpu_seconds = cpu;
  report.bytes_measured = after.bytes - std::min(after.bytes, before.bytes);
  report.frames_measured = after.video_frames - std::min(after.video_frames, before.video_frames);
  if (refused_sockets_ > 0) report.failures["no_socket"] = refused_sockets_;
  for (const auto& session : sessions_) {
    const Viewer& viewer = session->viewer;
    const auto since_post = [&](const std::optional<Instant>& at, std::vector<double>& values) {
      if (at) values.push_back(milliseconds(*at - session->posted));
    };
    since_post(session->answered, report.to_answer);
    since_post(viewer.connected_at(), report.to_connected);
    report.connected += viewer.connected_at() ? 1 : 0;
    report.with_media += session->has_media ? 1 : 0;
    report.gcm += viewer.profile() == crypto::SrtpProfile::aead_aes_128_gcm ? 1 : 0;
    if (!session->http_failure.empty()) {
      ++report.failures[session->http_failure];
    } else if (viewer.state() == ClientState::failed) {
      ++report.failures[viewer.failure()];
    } else if (!session->has_media) {
      ++report.failures["no_media"];
    }
    std::optional<Instant> first_packet;
    for (const SlotReport& slot : viewer.slots()) {
      report.media[static_cast<std::size_t>(slot.kind)].add(slot);
      if (slot.first_packet && (!first_packet || *slot.first_packet < *first_packet)) first_packet = slot.first_packet;
      if (slot.kind == MediaKind::video) since_post(slot.first_key_frame, report.to_first_key_frame);
    }
    since_post(first_packet, report.to_first_packet);
    const ReceiveTotals totals = viewer.totals();
    report.totals.decrypted += totals.decrypted;
    report.totals.unauthentic += totals.unauthentic;
    report.totals.unknown += totals.unknown;
    report.totals.sender_reports += totals.sender_reports;
    report.totals.nacks += totals.nacks;
    report.totals.key_frame_requests += totals.key_frame_requests;
  }
  return report;
}

int Run::execute() {
  started_ = io::read_monotonic();
  Instant now = started_;
  while (!settled(now)) {
    join_due(now);
    turn();
    now = io::read_monotonic();
    show(now, "joining");
  }
  const Instant begin = now;
  const Sum before = sum();
  const double cpu_before = cpu_seconds();
  const Instant end = begin + std::chrono::seconds(options_.seconds);
  while (now < end) {
    turn();
    now = io::read_monotonic();
    show(now, "watching");
  }
  const double cpu = cpu_seconds() - cpu_before;
  RunReport report = gather(before, sum(), now - begin, cpu);
  say_goodbye();
  std::fputs(write_json(report).c_str(), stdout);
  std::fflush(stdout);
  if (report.failures.empty()) return 0;
  for (const auto& [word, count] : report.failures)
    std::fprintf(stderr, "%u viewers failed: %s\n", count, word.c_str());
  return 1;
}

}  // namespace

int bench_viewers(const ViewersOptions& options) {
  const bool http = options.url.starts_with("http://") || options.url.starts_with("https://");
  if (!http || options.viewers == 0 || options.viewers > kMaxViewers || options.seconds == 0) {
    std::fprintf(stderr, "Give --url an http:// or https:// address, --viewers 1 to %u and --seconds 1 or more.\n",
                 kMaxViewers);
    return 2;
  }
  raise_descriptor_limit(options.viewers);
  Run run(options);
  return run.execute();
}

}  // namespace plenary::bench
