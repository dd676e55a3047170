// A crowd of pages on one meeting: how fast they join, how soon a change of the list is with all of them, and how soon
// a request is acknowledged meanwhile. Prints one JSON object. One thread, raw sockets, so that it takes little of the
// machine that the server runs on too.
//
//   crowd PORT ROOM SECRET_FILE [PAGES] [WAITING] [SECONDS]
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "media/crypto/random.h"
#include "server/auth/secret_file.h"
#include "server/auth/token_signer.h"

namespace plenary::server {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kJoiningAtOnce = 64;     // connections being set up; a crowd arrives, it does not attack
constexpr milliseconds kBetweenRequests{100};  // ten changes of the list a second while it is measured
constexpr milliseconds kBetweenActs{1'000};    // of the moderator, each moving every row
constexpr milliseconds kFilledWithin{60'000}, kQuiet{1'000};
constexpr milliseconds kLastChange{5'000};  // waited for at the end
constexpr std::size_t kReadsBetween = 16;   // of other pages, until those are looked at that wait for an answer
constexpr std::size_t kComingBack = 2'000;  // of them lose their connection then, and are back

constexpr unsigned char kPong = 0x8A;

enum class Step { idle, upgrading, joining, joined };

struct Page {
  int socket = -1;
  Step step = Step::idle;
  std::string token;
  std::string in;
  std::uint64_t seq = 0;
  std::size_t known = 0;  // requests that it has been told of
};

struct Call {
  std::uint64_t id = 0;
  Clock::time_point sent;
  std::size_t page = 0;
};

double milliseconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(at, 1) - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::uint64_t number_behind(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  std::uint64_t number = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + key.size(), text.data() + text.size(), number);
  return number;
}

// A client's frame (RFC 6455 §5.2). A masking key of zeros is a masking key.
std::string frame(std::string_view text, unsigned char head = 0x81) {
  std::string out(1, static_cast<char>(head));
  if (text.size() < 126) {
    out += static_cast<char>(0x80 | text.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 0xFF);
  }
  out.append(4, '\0');
  return out.append(text);
}

class Crowd {
 public:
  Crowd(std::uint16_t port, std::string room, std::size_t pages, std::size_t waiting)
      : port_(port), room_(std::move(room)), pages_(pages), waiting_(waiting) {}

  bool run(const TokenSigner& signer, std::chrono::seconds seconds);

 private:
  void sign(const TokenSigner& signer);
  bool join_all();
  void open(std::size_t index);
  void write(Page& page, std::string_view bytes);
  void lose(Page& page);
  void call(Page& page, std::uint64_t id, std::string_view method, std::string_view params);
  void ask(std::size_t index);
  void turn(milliseconds wait);
  void read_asking();
  void watch(int epoll, std::size_t index);
  void read(std::size_t index);
  void take(std::size_t index, std::string_view message, Clock::time_point at);
  void take_change(Page& page, std::string_view message, Clock::time_point at);
  void take_answer(std::string_view message, Clock::time_point at);
  bool fill_list();
  void load(std::chrono::seconds seconds);
  void come_back();
  void print(double join_seconds, std::chrono::seconds seconds) const;

  std::uint16_t port_;
  std::string room_;
  std::vector<Page> pages_;  // the first one is the moderator's
  std::size_t waiting_;
  int epoll_ = ::epoll_create1(0);
  int asking_ = ::epoll_create1(0);  // pages that wait for an answer
  std::size_t next_to_open_ = 0, opening_ = 0, joined_ = 0;
  bool measuring_ = false;
  std::uint64_t next_call_ = 10;
  std::vector<Call> calls_;  // requests that have no answer yet
  std::vector<double> acknowledged_;
  std::vector<Clock::time_point> asked_;  // of each request in the list, in its order
  std::vector<double> delivered_;         // from each request to each page, while measuring
  std::uint64_t bytes_ = 0, changes_ = 0, refused_ = 0, lost_ = 0, missed_ = 0, caught_up_ = 0;
  std::string first_refusal_;
  std::size_t came_back_ = 0;
  double back_seconds_ = 0;
};

void Crowd::sign(const TokenSigner& signer) {
  crypto::SystemRandom random;
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  static constexpr std::array<const char*, 5> kCategories = {"government", "private_sector", "civil_society",
                                                             "academia", "international_organization"};
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    Claims claims{.subject = fmt::format("crowd-{}", i), .name = fmt::format("Person {} of the crowd", i)};
    claims.role = i == 0 ? "moderator" : "participant";
    claims.room = room_;
    claims.organisation = "Ministry of Digital Affairs";
    claims.category = kCategories[i % kCategories.size()];
    claims.country = "CH";
    claims.expires = now + std::chrono::hours(1);
    pages_[i].token = signer.sign(std::move(claims), now, random);
  }
}

void Crowd::open(std::size_t index) {
  Page& page = pages_[index];
  page.socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (page.socket < 0 || ::connect(page.socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ++lost_;
    return;
  }
  const int on = 1;
  ::setsockopt(page.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(page.socket, F_SETFL, O_NONBLOCK);
  watch(epoll_, index);
  page.step = Step::upgrading;
  ++opening_;
  write(page, fmt::format("GET /ws/{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Protocol: plenary.v1\r\n\r\n",
                          room_, port_));
}

void Crowd::watch(int epoll, std::size_t index) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, pages_[index].socket, &event);
}

// What a page sends is small, so the kernel takes it whole.
void Crowd::write(Page& page, std::string_view bytes) {
  if (page.socket < 0) return;
  if (::send(page.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) lose(page);
}

void Crowd::lose(Page& page) {
  ++lost_;
  fmt::print(stderr, "lost: page {}\n", &page - pages_.data());
  ::close(page.socket);
  page.socket = -1;
  page.step = Step::idle;
}

void Crowd::call(Page& page, std::uint64_t id, std::string_view method, std::string_view params) {
  write(page, frame(fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params)));
}

void Crowd::ask(std::size_t index) {
  Page& page = pages_[index];
  const std::uint64_t id = next_call_++;
  asked_.push_back(Clock::now());
  if (measuring_) {
    calls_.push_back({id, asked_.back(), index});
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, page.socket, nullptr);
    watch(asking_, index);
  }
  call(page, id, "floor.request",
       fmt::format(R"({{"key":"k{}","kind":"statement","topic":"Rural access and the cost of it","language":"en"}})",
                   id));
}

void Crowd::turn(milliseconds wait) {
  std::array<epoll_event, 512> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), static_cast<int>(wait.count()));
  if (count <= 0) read_asking();
  for (int i = 0; i < count; ++i) {
    if (static_cast<std::size_t>(i) % kReadsBetween == 0) read_asking();
    read(events[static_cast<std::size_t>(i)].data.u64);
  }
}

// Each page is a machine of its own: an answer does not wait for this thread to read what ten thousand others got.
void Crowd::read_asking() {
  std::array<epoll_event, 16> events;
  const int count = calls_.empty() ? 0 : ::epoll_wait(asking_, events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) read(events[static_cast<std::size_t>(i)].data.u64);
}

void Crowd::read(std::size_t index) {
  static std::array<char, 256 * 1024> buffer;
  Page& page = pages_[index];
  const ssize_t size = ::recv(page.socket, buffer.data(), buffer.size(), 0);
  const Clock::time_point at = Clock::now();
  if (size <= 0) {
    if (size < 0 && errno == EAGAIN) return;
    lose(page);
    return;
  }
  bytes_ += static_cast<std::uint64_t>(size);
  page.in.append(buffer.data(), static_cast<std::size_t>(size));
  std::string_view rest = page.in;
  if (page.step == Step::upgrading) {
    const std::size_t end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 4);
    page.step = Step::joining;
    call(page, 1, "meeting.join", fmt::format(R"({{"token":"{}"}})", page.token));
  }
  while (rest.size() >= 2 && page.socket >= 0) {
    std::size_t length = rest[1] & 0x7F, head = 2;
    if (length >= 126) {
      const std::size_t wide = length == 126 ? 2 : 8;
      if (rest.size() < 2 + wide) break;
      length = 0;
      for (std::size_t i = 0; i < wide; ++i) length = length << 8 | static_cast<unsigned char>(rest[2 + i]);
      head += wide;
    }
    if (rest.size() < head + length) break;
    if ((rest[0] & 0x0F) == 1) take(index, rest.substr(head, length), at);
    if ((rest[0] & 0x0F) == 9) write(page, frame(rest.substr(head, length), kPong));
    rest.remove_prefix(head + length);
  }
  page.in = rest.empty() ? std::string() : std::string(rest);
}

void Crowd::take(std::size_t index, std::string_view message, Clock::time_point at) {
  Page& page = pages_[index];
  if (message.find(R"("method":"meeting.changed")") != std::string_view::npos) return take_change(page, message, at);
  if (message.find(R"("method":"meeting.state")") != std::string_view::npos) {
    ++caught_up_;
    page.seq = number_behind(message, R"("seq":)") - 1;
    return take_change(page, message, at);
  }
  if (message.find(R"("error")") != std::string_view::npos) {
    ++refused_;
    if (first_refusal_.empty()) first_refusal_ = message;
  }
  if (page.step == Step::joining) {
    page.step = Step::joined;
    page.seq = number_behind(message, R"("seq":)");
    --opening_;
    ++joined_;
    return;
  }
  take_answer(message, at);
}

void Crowd::take_change(Page& page, std::string_view message, Clock::time_point at) {
  const std::uint64_t seq = number_behind(message, R"("seq":)");
  if (seq != page.seq + 1) ++missed_;
  page.seq = seq;
  ++changes_;
  const std::uint64_t waiting = std::min<std::uint64_t>(number_behind(message, R"("waiting":)"), asked_.size());
  for (; page.known < waiting; ++page.known) {
    if (page.known >= waiting_) delivered_.push_back(milliseconds_between(asked_[page.known], at));
  }
}

void Crowd::take_answer(std::string_view message, Clock::time_point at) {
  const std::uint64_t id = number_behind(message, R"("id":)");
  const auto sent = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.id == id; });
  if (sent == calls_.end()) return;
  acknowledged_.push_back(milliseconds_between(sent->sent, at));
  ::epoll_ctl(asking_, EPOLL_CTL_DEL, pages_[sent->page].socket, nullptr);
  watch(epoll_, sent->page);
  calls_.erase(sent);
}

bool Crowd::join_all() {
  while (joined_ + lost_ + refused_ < pages_.size()) {
    while (opening_ < kJoiningAtOnce && next_to_open_ < pages_.size()) open(next_to_open_++);
    turn(milliseconds(10));
  }
  return joined_ == pages_.size();
}

// Who waits when it begins; the last page knows of all.
bool Crowd::fill_list() {
  for (std::size_t i = 1; i <= waiting_ && i < pages_.size(); ++i) {
    ask(i);
    turn(milliseconds(0));
  }
  const Clock::time_point end = Clock::now() + kFilledWithin;
  Clock::time_point quiet = Clock::now() + kQuiet;
  while (Clock::now() < end && Clock::now() < quiet) {
    const std::uint64_t before = changes_;
    turn(milliseconds(50));
    if (changes_ != before) quiet = Clock::now() + kQuiet;
  }
  return refused_ == 0;
}

// New people ask at the end of the list, and the moderator passes the first one over, which moves rows of every page.
void Crowd::load(std::chrono::seconds seconds) {
  measuring_ = true;
  const Clock::time_point end = Clock::now() + seconds;
  Clock::time_point next_ask = Clock::now(), next_act = Clock::now();
  std::size_t asking = waiting_ + 1;
  bool open = true;
  while (Clock::now() < end) {
    if (Clock::now() >= next_ask && asking < pages_.size()) {
      ask(asking++);
      next_ask += kBetweenRequests;
    }
    if (Clock::now() >= next_act) {
      call(pages_[0], next_call_++, "list.order", open ? R"({"order":"balance"})" : R"({"order":"asked"})");
      open = !open;
      next_act += kBetweenActs;
    }
    turn(milliseconds(1));
  }
  const Clock::time_point last = Clock::now() + kLastChange;
  while (Clock::now() < last) turn(milliseconds(10));
}

// The network was gone for many of them, and all try again in the same moment; browsers would wait a little each.
void Crowd::come_back() {
  const std::size_t first = pages_.size() - std::min(kComingBack, pages_.size() - 1);
  for (std::size_t i = first; i < pages_.size(); ++i) {
    if (pages_[i].socket >= 0) ::close(pages_[i].socket);
    pages_[i] = {.token = pages_[i].token, .known = pages_[i].known};
  }
  const Clock::time_point start = Clock::now();
  const std::size_t joined = std::exchange(joined_, 0);
  for (std::size_t i = first; i < pages_.size(); ++i) open(i);
  while (joined_ < pages_.size() - first && Clock::now() < start + kFilledWithin) turn(milliseconds(10));
  came_back_ = std::exchange(joined_, joined);
  back_seconds_ = milliseconds_between(start, Clock::now()) / 1'000;
}

void Crowd::print(double join_seconds, std::chrono::seconds seconds) const {
  fmt::print(
      R"({{"pages": {}, "joined": {}, "joins_per_second": {:.0f}, "waiting": {}, "seconds": {}, )"
      R"("requests": {}, "deliveries": {}, "changes_a_page": {}, "delivered_ms": {{"p50": {:.1f}, "p99": {:.1f}, "max": {:.1f}}}, )"
      R"("acknowledged": {}, "acknowledged_ms": {{"p50": {:.1f}, "p99": {:.1f}}}, )"
      R"("received_mbytes": {:.0f}, "refused": {}, "lost": {}, "missed": {}, "caught_up": {}, "came_back": {}, "back_within_s": {:.1f}}})"
      "\n",
      pages_.size(), joined_, static_cast<double>(joined_) / join_seconds, waiting_, seconds.count(),
      asked_.size() - waiting_, delivered_.size(), changes_ / std::max<std::size_t>(1, joined_),
      percentile(delivered_, 50), percentile(delivered_, 99), percentile(delivered_, 100), acknowledged_.size(),
      percentile(acknowledged_, 50), percentile(acknowledged_, 99), static_cast<double>(bytes_) / 1e6, refused_, lost_,
      missed_, caught_up_, came_back_, back_seconds_);
}

bool Crowd::run(const TokenSigner& signer, std::chrono::seconds seconds) {
  sign(signer);
  const Clock::time_point start = Clock::now();
  const bool all = join_all();
  const double join_seconds = milliseconds_between(start, Clock::now()) / 1'000;
  fmt::print(stderr, "joined {} of {} in {:.1f} s\n", joined_, pages_.size(), join_seconds);
  if (all && fill_list()) load(seconds);
  if (all) come_back();
  if (!first_refusal_.empty()) fmt::print(stderr, "refused: {}\n", first_refusal_);
  print(join_seconds, seconds);
  return all && refused_ == 0 && lost_ == 0;
}

}  // namespace
}  // namespace plenary::server

int main(int argc, char** argv) {
  using namespace plenary::server;
  if (argc < 4) {
    fmt::print(stderr, "crowd PORT ROOM SECRET_FILE [PAGES] [WAITING] [SECONDS]\n");
    return 2;
  }
  plenary::Result<std::string> secret = read_secret_file(argv[3]);
  if (!secret) {
    fmt::print(stderr, "{}\n", secret.error().message);
    return 1;
  }
  const auto number = [&](int at, unsigned long otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  Crowd crowd(static_cast<std::uint16_t>(number(1, 0)), argv[2], number(4, 10'000), number(5, 200));
  return crowd.run(TokenSigner(*secret), std::chrono::seconds(number(6, 20))) ? 0 : 1;
}
