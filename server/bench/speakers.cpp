#include "server/bench/speakers.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "media/crypto/certificate.h"
#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "server/bench/client_socket.h"
#include "server/bench/http_client.h"
#include "server/bench/made_frames.h"
#include "server/bench/speaker.h"

namespace plenary::bench {
namespace {

using std::chrono::milliseconds;

constexpr Duration kTick = milliseconds(5);
constexpr Duration kJoinPatience = std::chrono::seconds(15);     // from the POST to the keys
constexpr Duration kFarewellPatience = std::chrono::seconds(5);  // for the answers to DELETE
constexpr std::size_t kEventsAtOnce = 256;

double as_milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto one = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return one(usage.ru_utime) + one(usage.ru_stime);
}

struct Session {
  Session(Speaker&& speaker, ClientSocket&& socket) : speaker(std::move(speaker)), socket(std::move(socket)) {}

  Speaker speaker;
  ClientSocket socket;
  MadeFrames frames{kVideoBitrate};
  Instant posted{};
  std::string location;
  std::string http_failure;
};

class Run {
 public:
  explicit Run(const SpeakersOptions& options)
      : options_(options),
        certificate_(crypto::Certificate::generate()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        http_(epoll_) {}
  ~Run() { close(epoll_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  int execute();

 private:
  void join(Instant now);
  void turn();
  void handle_responses(Instant now);
  void work(Session& session, Instant now);
  void say_goodbye();
  [[nodiscard]] bool settled(Instant now) const;
  [[nodiscard]] SpeakersReport gather(double seconds, double cpu) const;

  const SpeakersOptions options_;
  const std::shared_ptr<const crypto::Certificate> certificate_;
  crypto::SystemRandom random_;
  int epoll_;
  HttpClient http_;
  std::vector<std::unique_ptr<Session>> sessions_;
  unsigned refused_sockets_ = 0;
  bool leaving_ = false;
  std::size_t farewells_ = 0;  // DELETEs without an answer yet
};

void Run::join(Instant now) {
  auto socket = ClientSocket::open();
  if (!socket) {
    ++refused_sockets_;
    return;
  }
  auto session = std::make_unique<Session>(Speaker(certificate_, random_), *std::move(socket));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = sessions_.size();
  epoll_ctl(epoll_, EPOLL_CTL_ADD, session->socket.descriptor(), &event);
  session->posted = now;
  http_.start({.id = sessions_.size(),
               .method = "POST",
               .url = options_.url,
               .body = session->speaker.offer(),
               .token = options_.token});
  sessions_.push_back(std::move(session));
}

void Run::work(Session& session, Instant now) {
  Speaker& speaker = session.speaker;
  if (const auto due = speaker.next_timeout(); due && now >= *due) speaker.handle_timeout(now);
  if (speaker.take_key_frame_request()) session.frames.request_key_frame();
  if (speaker.state() == ClientState::connected) {
    for (const rtp::Frame& frame : session.frames.take(now)) speaker.send_frame(frame, now);
  }
  while (const auto datagram = speaker.poll_output()) session.socket.send(datagram->to, datagram->bytes);
}

void Run::handle_responses(Instant now) {
  while (const auto response = http_.poll_response()) {
    if (leaving_) {
      farewells_ -= farewells_ > 0 ? 1 : 0;
      continue;
    }
    Session& session = *sessions_[response->id];
    session.location = response->location;
    if (response->status != 201 && response->status != 200) {
      session.http_failure = response->status == 0 ? "http" : "http_" + std::to_string(response->status);
      const std::string& why = response->status == 0 ? response->error : response->body;
      if (response->id == 0) std::fprintf(stderr, "POST failed (%ld): %.200s\n", response->status, why.c_str());
      continue;
    }
    session.speaker.handle_answer(response->body, now);
  }
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
      continue;
    }
    Session& session = *sessions_[event.data.u64];
    session.socket.receive(
        [&](Bytes bytes, const Address& from) { session.speaker.handle_datagram(bytes, from, now); });
  }
  http_.handle_timeout(now);
  handle_responses(now);
  for (const auto& session : sessions_) work(*session, now);
}

bool Run::settled(Instant now) const {
  return std::ranges::all_of(sessions_, [&](const std::unique_ptr<Session>& session) {
    const ClientState state = session->speaker.state();
    return state == ClientState::connected || state == ClientState::failed || !session->http_failure.empty() ||
           now - session->posted >= kJoinPatience;
  });
}

void Run::say_goodbye() {
  leaving_ = true;
  const Instant now = io::read_monotonic();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    Session& session = *sessions_[i];
    session.speaker.close(now);
    work(session, now);
    if (session.location.empty()) continue;
    ++farewells_;
    http_.start({.id = i, .method = "DELETE", .url = session.location, .body = {}, .token = options_.token});
  }
  while (farewells_ > 0 && io::read_monotonic() - now < kFarewellPatience) turn();
}

SpeakersReport Run::gather(double seconds, double cpu) const {
  SpeakersReport report{.url = options_.url, .asked = options_.speakers, .seconds = seconds, .cpu_seconds = cpu};
  if (refused_sockets_ > 0) report.failures["no_socket"] = refused_sockets_;
  for (const auto& session : sessions_) {
    const Speaker& speaker = session->speaker;
    if (const auto at = speaker.connected_at()) {
      ++report.connected;
      report.to_connected_ms.push_back(as_milliseconds(*at - session->posted));
    }
    if (const auto time = speaker.round_trip()) report.round_trip_ms.push_back(as_milliseconds(*time));
    bool heard_of = false;
    for (const SendReport& stream : speaker.reports()) {
      heard_of |= stream.reports > 0;
      report.streams.push_back(stream);
    }
    if (!session->http_failure.empty()) {
      ++report.failures[session->http_failure];
    } else if (speaker.state() == ClientState::failed) {
      ++report.failures[speaker.failure()];
    } else if (!heard_of) {
      ++report.failures["no_report"];
    }
  }
  return report;
}

int Run::execute() {
  Instant now = io::read_monotonic();
  for (unsigned i = 0; i < options_.speakers; ++i) join(now);
  while (!settled(now)) {
    turn();
    now = io::read_monotonic();
  }
  const Instant begin = now;
  const double cpu_before = cpu_seconds();
  while (now - begin < std::chrono::seconds(options_.seconds)) {
    turn();
    now = io::read_monotonic();
  }
  SpeakersReport report = gather(std::chrono::duration<double>(now - begin).count(), cpu_seconds() - cpu_before);
  say_goodbye();
  std::fputs(write_json(report).c_str(), stdout);
  std::fflush(stdout);
  for (const auto& [word, count] : report.failures) {
    std::fprintf(stderr, "%u speakers failed: %s\n", count, word.c_str());
  }
  return report.failures.empty() ? 0 : 1;
}

}  // namespace

int bench_speakers(const SpeakersOptions& options) {
  const bool http = options.url.starts_with("http://") || options.url.starts_with("https://");
  if (!http || options.speakers == 0 || options.speakers > kMaxSpeakers || options.seconds == 0) {
    std::fprintf(stderr, "Give --url an http:// or https:// address, --speakers 1 to %u and --seconds 1 or more.\n",
                 kMaxSpeakers);
    return 2;
  }
  Run run(options);
  return run.execute();
}

}  // namespace plenary::bench
