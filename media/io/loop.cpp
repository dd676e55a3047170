#include "media/io/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "media/base/check.h"
#include "media/base/log.h"
#include "media/io/clock.h"

namespace plenary::io {
namespace {

// Feeds are tagged by their number plus this; the control thread never gets that far.
constexpr std::uint64_t kUdpTag = 0;
constexpr std::uint64_t kCommandTag = 1;
constexpr std::uint64_t kTimerTag = 2;
constexpr std::uint64_t kRelayTag = 3;
constexpr std::uint64_t kTcpTag = 4;
constexpr std::uint64_t kFirstFeedTag = 16;
constexpr std::uint64_t kFirstTcpTag = std::uint64_t{1} << 62;
constexpr std::size_t kMaxReady = 64;

void drain(int descriptor) {
  std::uint64_t value = 0;
  while (::read(descriptor, &value, sizeof value) < 0 && errno == EINTR) {
  }
}

}  // namespace

Loop::Loop(ShardConfig config, SharedState& shared, std::unique_ptr<UdpSocket> udp)
    : shared_(shared),
      index_(config.index),
      mesh_(std::move(config.mesh)),
      board_(std::move(config.certificate), random_, index_, mesh_ ? mesh_->shards() : 1),
      udp_(std::move(udp)) {}

Loop::~Loop() {
  if (epoll_ >= 0) ::close(epoll_);
  if (timer_ >= 0) ::close(timer_);
}

Result<std::unique_ptr<Loop>> Loop::make(ShardConfig config, SharedState& shared) {
  Result<std::unique_ptr<UdpSocket>> udp = UdpSocket::open(config.bind);
  if (!udp) return udp.error();
  const std::optional<Address> tcp = config.tcp;
  std::unique_ptr<Loop> loop(new Loop(std::move(config), shared, std::move(*udp)));
  loop->epoll_ = epoll_create1(EPOLL_CLOEXEC);
  loop->timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (loop->epoll_ < 0 || loop->timer_ < 0 || !loop->watch(loop->udp_->descriptor(), kUdpTag) ||
      !loop->watch(shared.command_descriptor, kCommandTag) || !loop->watch(loop->timer_, kTimerTag) ||
      (loop->mesh_ && !loop->watch(loop->mesh_->descriptor(loop->index_), kRelayTag))) {
    return Error{"shard", std::string("The media thread cannot wait for its sockets: ") + std::strerror(errno)};
  }
  if (tcp) {
    Result<std::unique_ptr<TcpSockets>> sockets = TcpSockets::listen(*tcp, loop->epoll_, kTcpTag, kFirstTcpTag);
    if (!sockets) return sockets.error();
    loop->tcp_ = std::move(*sockets);
  }
  return loop;
}

bool Loop::watch(int descriptor, std::uint64_t tag) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Loop::run() {
  while (!shared_.stop.load(std::memory_order_relaxed)) {
    waited_ = {};
    oldest_ = sound_oldest_ = Instant::max();
    const Instant woke = wait();
    const Instant now = look_at_clock();
    board_.handle_timeout(now);
    relay_all();
    write_all(now);
    board_.handle_turn({.woke = woke, .ended = read_monotonic(), .waited = waited_});
    tell_events();
    set_timer(now);
    if (now >= counters_due_) publish_counters(now);
  }
  const Instant now = read_monotonic();
  board_.close_all(now);
  write_all(now);
  publish_counters(now);
}

Instant Loop::look_at_clock() {
  const Instant now = read_monotonic();
  const Instant expected = std::max(looked_at_, timer_at_.value_or(now));
  looked_at_ = now;
  if (now - expected < kPauseNoticed) return now;
  const auto paused = std::chrono::duration_cast<std::chrono::milliseconds>(now - expected);
  log(LogLevel::warning, "shard.paused", {{"ms", std::to_string(paused.count())}});
  board_.handle_pause(now - expected, now);
  return now;
}

Instant Loop::wait() {
  std::array<epoll_event, kMaxReady> ready{};
  const int count = epoll_wait(epoll_, ready.data(), kMaxReady, held_.empty() ? -1 : 0);
  const Instant woke = look_at_clock();
  take_held(woke);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = ready[static_cast<std::size_t>(i)].data.u64;
    if (tag == kUdpTag) {
      read_udp();
    } else if (tag == kCommandTag) {
      drain(shared_.command_descriptor);
      take_commands();
    } else if (tag == kTimerTag) {
      drain(timer_);
      timer_at_.reset();
    } else if (tag == kRelayTag) {
      drain(mesh_->descriptor(index_));
      take_relayed();
    } else if (tag == kTcpTag) {
      tcp_->accept(read_monotonic(), board_.counters());
    } else if (tag >= kFirstTcpTag) {
      read_tcp(tag);
    } else {
      read_feed(FeedId{tag - kFirstFeedTag});
    }
  }
  return woke;
}

void Loop::read_udp() {
  const Duration offset = realtime_offset();
  const std::size_t most = board_.datagrams_at_once();
  for (std::size_t done = 0; done < most;) {
    const Instant now = read_monotonic();
    const std::span<const UdpSocket::Datagram> datagrams = udp_->receive(now, offset, board_.counters());
    if (!datagrams.empty()) {
      oldest_ = std::min(oldest_, datagrams.front().received);
      waited_ = std::max(waited_, now - datagrams.front().received);
    }
    for (const UdpSocket::Datagram& datagram : datagrams) {
      board_.handle_datagram(datagram.bytes, datagram.path, datagram.received);
    }
    if (datagrams.size() < kReceiveAtOnce) return;
    done += datagrams.size();
  }
}

void Loop::read_tcp(std::uint64_t tag) {
  const Instant now = read_monotonic();
  oldest_ = std::min(oldest_, now);
  tcp_->handle_ready(
      tag, [&](MutableBytes datagram, const ice::Tuple& path) { board_.handle_datagram(datagram, path, now); },
      board_.counters());
}

void Loop::read_feed(FeedId id) {
  const auto feed = feeds_.find(id);
  if (feed == feeds_.end()) return;
  frames_.clear();
  Instant arrived = Instant::max();
  const FeedSocket::Read read = feed->second->read(frames_, arrived, board_.counters());
  const Instant now = read_monotonic();
  oldest_ = std::min(oldest_, arrived);
  for (rtp::Frame& frame : frames_) {
    if (kind_of(frame.codec) == MediaKind::audio) sound_oldest_ = std::min(sound_oldest_, arrived);
    board_.handle_frame(id, std::move(frame), now);
  }
  if (read != FeedSocket::Read::closed) return;
  feeds_.erase(feed);
  board_.handle_feed_closed(id, now);
}

void Loop::take_relayed() {
  const Instant now = read_monotonic();
  oldest_ = std::min(oldest_, now);
  for (std::size_t from = 0; from < mesh_->shards(); ++from) {
    if (from == index_) continue;
    // No more than a full queue, or a busy shard could keep this one here.
    for (std::size_t i = 0; i < kMaxRelayed; ++i) {
      const std::shared_ptr<const Relayed> relayed = mesh_->pop(from, index_);
      if (!relayed) break;
      board_.handle_relayed(from, *relayed, now);
    }
  }
}

// Before this shard sends to its own viewers, so that the others send at the same time.
void Loop::relay_all() {
  bool any = false;
  while (const std::optional<RelayOutput> output = board_.poll_relay()) {
    any = true;
    const ShardSet refused = mesh_->push(index_, *output);
    if (refused != 0) board_.counters().add(Count::relay_refused, static_cast<std::uint64_t>(std::popcount(refused)));
  }
  if (any) mesh_->wake(index_);
}

void Loop::take_commands() {
  const Instant now = read_monotonic();
  while (std::optional<std::unique_ptr<ShardCommand>> command = shared_.commands.pop()) {
    take_command(std::move(**command), now);
  }
}

void Loop::take_command(ShardCommand command, Instant now) {
  if (const auto* add = std::get_if<AddFeed>(&command)) {
    if (add->socket < 0) return;
    auto feed = std::make_unique<FeedSocket>(add->socket);
    if (!watch(feed->descriptor(), static_cast<std::uint64_t>(add->feed) + kFirstFeedTag)) {
      log(LogLevel::error, "shard.feed_not_watched", {{"reason", std::strerror(errno)}});
      board_.handle_feed_closed(add->feed, now);
      return;
    }
    feeds_[add->feed] = std::move(feed);
  } else if (const auto* remove = std::get_if<RemoveFeed>(&command)) {
    feeds_.erase(remove->feed);
  }
  board_.handle_command(std::move(command), now);
}

void Loop::write_all(Instant now) {
  const Instant began = now;
  Instant looked = now;
  for (bool more = true; more;) {
    more = board_.poll_output(batch_, now);
    const Instant sent = send_batch();
    if (!more || sent - looked < kLookForSound || sent - began > kLookForSoundUntil) continue;
    now = looked = sent;
    look_for_sound(now);
  }
  while (const std::optional<Switchboard::FeedOutput> output = board_.poll_feed_output()) {
    const auto feed = feeds_.find(output->feed);
    if (feed == feeds_.end()) {
      board_.counters().add(Count::room_frames_without_room);
      continue;
    }
    // Browsers make no key frame by themselves, and the room process cannot ask while it sees nothing.
    if (!feed->second->write(output->frame, board_.counters())) {
      board_.want_key_frame(output->feed, output->frame.track, now);
    }
  }
}

void Loop::look_for_sound(Instant now) {
  for (auto& [id, feed] : feeds_) {
    Instant arrived = now;
    frames_.clear();
    // That it has closed is told again when its turn comes.
    (void)feed->read(frames_, arrived, board_.counters());
    for (rtp::Frame& frame : frames_) {
      if (kind_of(frame.codec) == MediaKind::audio) {
        sound_oldest_ = board_.hurries_sound() ? std::min(sound_oldest_, arrived) : arrived;
        board_.handle_frame(id, std::move(frame), now);
      } else {
        held_.push_back({.arrived = arrived, .feed = id, .frame = std::move(frame)});
      }
    }
  }
  for (std::size_t from = 0; mesh_ && from < mesh_->shards(); ++from) {
    if (from == index_) continue;
    for (std::size_t i = 0; i < kMaxRelayed; ++i) {
      std::shared_ptr<const Relayed> relayed = mesh_->pop(from, index_);
      if (!relayed) break;
      const auto* frame = std::get_if<RelayedFrame>(relayed.get());
      if (frame != nullptr && kind_of(frame->frame.codec) == MediaKind::audio) {
        sound_oldest_ = board_.hurries_sound() ? std::min(sound_oldest_, now) : now;
        board_.handle_relayed(from, *relayed, now);
      } else {
        held_.push_back({.arrived = now, .from = from, .relayed = std::move(relayed)});
      }
    }
  }
  relay_all();
  board_.hurry_sound();
}

void Loop::take_held(Instant now) {
  for (Held& held : held_) {
    oldest_ = std::min(oldest_, held.arrived);
    if (held.relayed) {
      board_.handle_relayed(held.from, *held.relayed, now);
    } else {
      board_.handle_frame(held.feed, std::move(held.frame), now);
    }
  }
  held_.clear();
}

Instant Loop::send_batch() {
  Counters& counters = board_.counters();
  const auto sent = [&] { return counters.get(Count::datagrams_out) + counters.get(Count::tcp_datagrams_out); };
  const std::uint64_t before = sent();
  if (batch_.has_tcp()) {
    if (tcp_) tcp_->send(batch_, counters);
    batch_.remove_tcp();
  }
  if (!batch_.empty()) udp_->send(batch_, counters);
  batch_.clear();
  const Instant done = read_monotonic();
  const std::uint64_t datagrams = sent() - before;
  const std::uint64_t sound =
      counters.get(Count::rtp_sound_out) - std::exchange(sound_counted_, counters.get(Count::rtp_sound_out));
  const auto count = [&](DelayOf of, std::uint64_t packets, Instant arrived) {
    if (arrived != Instant::max()) delays_[static_cast<std::size_t>(of)].add(done - arrived, packets);
  };
  count(DelayOf::sound, std::min(sound, datagrams), sound_oldest_ == Instant::max() ? oldest_ : sound_oldest_);
  count(DelayOf::rest, datagrams - std::min(sound, datagrams), oldest_);
  return done;
}

void Loop::tell_events() {
  // An event that the control thread never hears of would leave it with a wrong picture; a wish for a key frame comes
  // again by itself.
  const bool waited = !untold_.empty();
  while (std::optional<ShardEvent> event = board_.poll_event()) untold_.push_back(std::move(*event));
  if (untold_.empty()) return;
  while (!untold_.empty()) {
    auto event = std::make_unique<ShardEvent>(std::move(untold_.front()));
    if (!shared_.events.push(std::move(event))) {
      untold_.front() = std::move(*event);  // the queue left it
      break;
    }
    untold_.pop_front();
  }
  if (!untold_.empty() && !waited) board_.counters().add(Count::events_delayed);
  std::erase_if(untold_, [&](const ShardEvent& event) { return std::holds_alternative<KeyFrameWanted>(event); });
  PLENARY_CHECK(untold_.size() < kMaxUntold);
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(shared_.event_descriptor, &one, sizeof one);
}

void Loop::set_timer(Instant now) {
  std::optional<Instant> next = board_.next_timeout();
  if (!untold_.empty()) next = std::min(next.value_or(now + kTellAgain), now + kTellAgain);
  // On a server that is idle otherwise, strangers are looked at too, and what was left out comes back.
  const bool looks = (tcp_ && tcp_->size() > 0) || board_.shed() != Shed::nothing;
  if (looks) next = std::min(next.value_or(counters_due_), counters_due_);
  if (!next) return;
  const Instant at = std::max(*next, now + kTimerSlack);
  if (timer_at_ && *timer_at_ <= at) return;
  timer_at_ = at;
  const std::int64_t nanoseconds = to_nanoseconds(at);
  itimerspec spec{};
  spec.it_value.tv_sec = nanoseconds / 1'000'000'000;
  spec.it_value.tv_nsec = nanoseconds % 1'000'000'000;
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Loop::publish_counters(Instant now) {
  counters_due_ = now + kCountersInterval;
  if (tcp_)
    tcp_->sweep(
        now, [this](const ice::Tuple& path) { return board_.knows(path); }, board_.counters());
  for (std::size_t i = 0; i < shared_.counts.size(); ++i) {
    shared_.counts[i].store(board_.counters().get(static_cast<Count>(i)), std::memory_order_relaxed);
  }
  shared_.peers.store(board_.peers(), std::memory_order_relaxed);
  shared_.tracks.store(board_.tracks(), std::memory_order_relaxed);
  for (std::size_t of = 0; of < kDelayKinds; ++of) {
    SharedState::Delays& delays = shared_.delays[of];
    for (std::size_t i = 0; i < delays.counts.size(); ++i) {
      delays.counts[i].store(delays_[of].counts()[i], std::memory_order_relaxed);
    }
    delays.sum.store(delays_[of].sum().count(), std::memory_order_relaxed);
  }
}

}  // namespace plenary::io
