// Many clients in one thread, each with a UDP socket and a POST of its own, all on one epoll: the rounds of the loop,
// who has joined, and the goodbyes. What a client does in its time is its session's part.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/crypto/certificate.h"
#include "media/crypto/random.h"
#include "media/io/clock.h"
#include "server/bench/client_socket.h"
#include "server/bench/client_transport.h"
#include "server/bench/http_client.h"

namespace plenary::bench {

constexpr Duration kTick = std::chrono::milliseconds(5);         // all timers of all clients are looked at together
constexpr Duration kJoinPatience = std::chrono::seconds(15);     // from the POST until a client is ready
constexpr Duration kFarewellPatience = std::chrono::seconds(5);  // for the answers to DELETE
constexpr std::size_t kEventsAtOnce = 256;

// A Viewer or a Speaker, its socket, and what became of its POST. Whoever inherits adds:
//   bool ready() const       it has what it came for
//   void tick(Instant now)   its own time, every kTick
//   void flush()             after each of its calls: sends what waits
template <class Client>
struct Session {
  Session(Client&& its_client, ClientSocket&& its_socket)
      : client(std::move(its_client)), socket(std::move(its_socket)) {}

  void send_outputs() {
    while (const auto datagram = client.poll_output()) socket.send(datagram->to, datagram->bytes);
  }
  // A word; empty: it has not failed.
  [[nodiscard]] std::string failure() const {
    if (!http_failure.empty()) return http_failure;
    return client.state() == ClientState::failed ? client.failure() : std::string();
  }

  Client client;
  ClientSocket socket;
  Instant posted{};
  std::optional<Instant> answered;
  std::string location;
  std::string http_failure;
};

template <class Member>
class Fleet {
 public:
  Fleet(std::string url, std::string token)
      : url_(std::move(url)),
        token_(std::move(token)),
        certificate_(crypto::Certificate::generate()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        http_(epoll_) {}
  ~Fleet() { close(epoll_); }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // `make(certificate, random, socket)` is the member that joins; nobody does where the system has no more descriptors.
  template <class Make>
  void join(const Make& make, Instant now);
  // One round of the loop: at most a tick long.
  void turn();
  // Everybody who joined is ready, has failed or has had the time for it.
  [[nodiscard]] bool settled(Instant now) const;
  void say_goodbye();

  [[nodiscard]] const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
  [[nodiscard]] unsigned refused_sockets() const { return refused_sockets_; }

 private:
  void handle_responses(Instant now);
  void handle_answer(Member& member, const HttpResponse& response, Instant now);

  const std::string url_;
  const std::string token_;
  const std::shared_ptr<const crypto::Certificate> certificate_;
  crypto::SystemRandom random_;
  int epoll_;
  HttpClient http_;
  std::vector<std::unique_ptr<Member>> members_;
  unsigned refused_sockets_ = 0;
  bool told_refusal_ = false;  // the first answer that says no: more would say the same
  Instant next_tick_{};
  bool leaving_ = false;
  std::size_t farewells_ = 0;  // DELETEs without an answer yet
};

template <class Member>
template <class Make>
void Fleet<Member>::join(const Make& make, Instant now) {
  auto socket = ClientSocket::open();
  if (!socket) {
    ++refused_sockets_;
    return;
  }
  std::unique_ptr<Member> member = make(certificate_, random_, *std::move(socket));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = members_.size();
  epoll_ctl(epoll_, EPOLL_CTL_ADD, member->socket.descriptor(), &event);
  member->posted = now;
  http_.start({.id = members_.size(), .method = "POST", .url = url_, .body = member->client.offer(), .token = token_});
  members_.push_back(std::move(member));
}

template <class Member>
void Fleet<Member>::turn() {
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
    Member& member = *members_[event.data.u64];
    member.socket.receive([&](Bytes bytes, const Address& from) { member.client.handle_datagram(bytes, from, now); });
    member.flush();
  }
  if (now >= next_tick_) {
    next_tick_ = now + kTick;
    http_.handle_timeout(now);
    for (const std::unique_ptr<Member>& member : members_) member->tick(now);
  }
  handle_responses(now);
}

template <class Member>
void Fleet<Member>::handle_responses(Instant now) {
  while (const auto response = http_.poll_response()) {
    if (leaving_) {
      farewells_ -= farewells_ > 0 ? 1 : 0;
      continue;
    }
    Member& member = *members_[response->id];
    member.location = response->location;
    handle_answer(member, *response, now);
    member.flush();
  }
}

template <class Member>
void Fleet<Member>::handle_answer(Member& member, const HttpResponse& response, Instant now) {
  if (response.status == 201 || response.status == 200) {  // WHIP and WHEP say 201; some older servers 200
    member.answered = now;
    member.client.handle_answer(response.body, now);
    return;
  }
  member.http_failure = response.status == 0 ? "http" : "http_" + std::to_string(response.status);
  if (std::exchange(told_refusal_, true)) return;
  const std::string& why = response.status == 0 ? response.error : response.body;
  std::fprintf(stderr, "POST failed (%ld): %.200s\n", response.status, why.c_str());
}

template <class Member>
bool Fleet<Member>::settled(Instant now) const {
  return std::ranges::all_of(members_, [&](const std::unique_ptr<Member>& member) {
    return member->ready() || !member->failure().empty() || now - member->posted >= kJoinPatience;
  });
}

template <class Member>
void Fleet<Member>::say_goodbye() {
  leaving_ = true;
  const Instant now = io::read_monotonic();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[i];
    member.client.close(now);
    member.flush();
    if (member.location.empty()) continue;
    ++farewells_;
    http_.start({.id = i, .method = "DELETE", .url = member.location, .body = {}, .token = token_});
  }
  while (farewells_ > 0 && io::read_monotonic() - now < kFarewellPatience) turn();
}

// Of this process, user and system.
double cpu_seconds();
double as_milliseconds(Duration duration);
double as_seconds(Duration duration);

// What both commands need of their options, or false once stderr says what is wrong. `who`: "viewers", …
bool options_make_sense(const char* who, const std::string& url, unsigned count, unsigned most, unsigned seconds);
// Prints the report on stdout and on stderr who failed of what. The exit status.
int conclude(const char* who, const std::string& report, const std::map<std::string, unsigned>& failures);

}  // namespace plenary::bench
