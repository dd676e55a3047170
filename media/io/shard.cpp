#include "media/io/shard.h"

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "media/base/overloaded.h"
#include "media/io/loop.h"

namespace plenary::io {

ShardSet addressees(const ShardCommand& command, ShardSet all) {
  const auto one = [](auto id) { return ShardSet{1} << home_of(id); };
  return all &
         std::visit(
             Overloaded{[&](const AddPeer& c) { return one(c.peer); }, [&](const RemovePeer& c) { return one(c.peer); },
                        [&](const RestartIce& c) { return one(c.peer); }, [&](const SetSlot& c) { return one(c.peer); },
                        [&](const SetUplink& c) { return one(c.peer); }, [&](const AddFeed& c) { return one(c.feed); },
                        [&](const RelayFeed& c) { return one(c.feed); },
                        [&](const RequestKeyFrame& c) { return one(c.track); },
                        [&](const AddRelayedTrack& c) { return ~one(c.track); },
                        [](const auto&) { return ~ShardSet{0}; }},
             command);
}

namespace {

Status keep_on(std::thread& thread, std::uint32_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  const int error = pthread_setaffinity_np(thread.native_handle(), sizeof set, &set);
  if (error == 0) return Done{};
  return Error{"cpu", "The media thread cannot be kept on CPU " + std::to_string(cpu) + ": " + std::strerror(error)};
}

}  // namespace

struct Shard::State {
  SharedState shared;
  std::unique_ptr<Loop> loop;
  std::thread thread;

  ~State() {
    if (thread.joinable()) {
      shared.stop.store(true, std::memory_order_relaxed);
      wake();
      thread.join();
    }
    loop.reset();
    for (const int descriptor : {shared.command_descriptor, shared.event_descriptor}) {
      if (descriptor >= 0) ::close(descriptor);
    }
  }
  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(shared.command_descriptor, &one, sizeof one);
  }
};

Shard::Shard(std::unique_ptr<State> state) : state_(std::move(state)) {}

Shard::~Shard() = default;

Result<std::unique_ptr<Shard>> Shard::start(ShardConfig config) {
  auto state = std::make_unique<State>();
  state->shared.command_descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  state->shared.event_descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (state->shared.command_descriptor < 0 || state->shared.event_descriptor < 0) {
    return Error{"shard", std::string("The media thread cannot be reached: ") + std::strerror(errno)};
  }
  const std::optional<std::uint32_t> cpu = config.cpu;
  const std::size_t index = config.index;
  Result<std::unique_ptr<Loop>> loop = Loop::make(std::move(config), state->shared);
  if (!loop) return loop.error();
  state->loop = std::move(*loop);
  state->thread = std::thread([running = state->loop.get()] { running->run(); });
  pthread_setname_np(state->thread.native_handle(), ("media-" + std::to_string(index)).c_str());  // for `top -H`
  if (cpu) {
    if (Status kept = keep_on(state->thread, *cpu); !kept) return kept.error();
  }
  return std::unique_ptr<Shard>(new Shard(std::move(state)));
}

bool Shard::post(ShardCommand&& command) {
  auto boxed = std::make_unique<ShardCommand>(std::move(command));
  if (!state_->shared.commands.push(std::move(boxed))) {
    command = std::move(*boxed);  // the queue left it
    return false;
  }
  state_->wake();
  return true;
}

std::optional<ShardEvent> Shard::poll_event() {
  if (std::optional<std::unique_ptr<ShardEvent>> event = state_->shared.events.pop()) return std::move(**event);
  std::uint64_t value = 0;
  [[maybe_unused]] const ssize_t drained = ::read(state_->shared.event_descriptor, &value, sizeof value);
  // One more look: an event may have come between the pop and the drain.
  if (std::optional<std::unique_ptr<ShardEvent>> event = state_->shared.events.pop()) return std::move(**event);
  return std::nullopt;
}

int Shard::event_descriptor() const { return state_->shared.event_descriptor; }

std::uint16_t Shard::port() const { return state_->loop->port(); }

std::optional<std::uint16_t> Shard::tcp_port() const { return state_->loop->tcp_port(); }

bool Shard::receives_rows() const { return state_->loop->receives_rows(); }

bool Shard::sends_runs() const { return state_->loop->sends_runs(); }

ShardCounters Shard::counters() const {
  ShardCounters counters;
  for (std::size_t i = 0; i < state_->shared.counts.size(); ++i) {
    counters.values.emplace_back(count_name(static_cast<Count>(i)),
                                 state_->shared.counts[i].load(std::memory_order_relaxed));
  }
  counters.peers = state_->shared.peers.load(std::memory_order_relaxed);
  counters.tracks = state_->shared.tracks.load(std::memory_order_relaxed);
  for (std::size_t of = 0; of < kDelayKinds; ++of) {
    const SharedState::Delays& delays = state_->shared.delays[of];
    for (std::size_t i = 0; i < delays.counts.size(); ++i) {
      counters.delays[of].counts[i] = delays.counts[i].load(std::memory_order_relaxed);
    }
    counters.delays[of].sum = std::chrono::microseconds(delays.sum.load(std::memory_order_relaxed));
  }
  counters.values.emplace_back("plenary_shard_events_refused_total", state_->shared.events.refused());
  return counters;
}

}  // namespace plenary::io
