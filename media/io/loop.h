// The thread of a shard: one epoll over the UDP socket, the frame sockets, two eventfds (commands, other
// shards) and a timer. All that it
// decides is the switchboard's.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/base/bounded_queue.h"
#include "media/crypto/random.h"
#include "media/io/feed_socket.h"
#include "media/io/send_delays.h"
#include "media/io/shard.h"
#include "media/io/switchboard.h"
#include "media/io/tcp_sockets.h"
#include "media/io/udp_socket.h"

namespace plenary::io {

constexpr Duration kCountersInterval = std::chrono::seconds(1);
// A timer is never set nearer than this: work that falls due together is done together.
constexpr Duration kTimerSlack = std::chrono::microseconds(500);
// Events that found the queue full: when they are told again, and how many may wait, a thousand for each peer; a
// control thread that stands still for so long is dead, and so is this process then.
constexpr Duration kTellAgain = std::chrono::milliseconds(10);
constexpr std::size_t kMaxUntold = 10'000'000;

// What the two threads share: bounded queues and the numbers for /metrics.
struct SharedState {
  SharedState() : commands(kMaxCommands), events(kMaxEvents) {}
  BoundedQueue<std::unique_ptr<ShardCommand>> commands;
  BoundedQueue<std::unique_ptr<ShardEvent>> events;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Count::last_)> counts{};
  std::atomic<std::uint64_t> peers{0};
  std::atomic<std::uint64_t> tracks{0};
  struct Delays {
    std::array<std::atomic<std::uint64_t>, std::tuple_size_v<SendDelays::Counts>> counts{};
    std::atomic<std::int64_t> sum{0};  // microseconds
  };
  std::array<Delays, kDelayKinds> delays{};
  std::atomic<bool> stop{false};
  int command_descriptor = -1;  // eventfd
  int event_descriptor = -1;    // eventfd
};

// A turn that takes longer than this looks in between for sound, which then goes before what is left to send: a key
// frame to a thousand viewers takes a tenth of a second, which players that hold back less would hear.
constexpr Duration kLookForSound = std::chrono::milliseconds(2);
// No longer, or a shard with too much to do would come to nothing else.
constexpr Duration kLookForSoundUntil = std::chrono::milliseconds(500);
// So much later than the timer said: the process was stopped, or the machine stood still with it.
constexpr Duration kPauseNoticed = std::chrono::seconds(1);

class Loop {
 public:
  static Result<std::unique_ptr<Loop>> make(ShardConfig config, SharedState& shared);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until `shared.stop`; then every peer gets its close_notify.
  void run();
  [[nodiscard]] std::uint16_t port() const { return udp_->port(); }
  [[nodiscard]] bool receives_rows() const { return udp_->receives_rows(); }
  [[nodiscard]] bool sends_runs() const { return udp_->sends_runs(); }
  [[nodiscard]] std::optional<std::uint16_t> tcp_port() const {
    return tcp_ ? std::optional(tcp_->port()) : std::nullopt;
  }

 private:
  // What came with the sound that was looked for in the middle of a turn: it has to wait for its own.
  struct Held {
    Instant arrived{};
    FeedId feed{};
    rtp::Frame frame;
    std::size_t from = 0;                    // the shard, of what was relayed
    std::shared_ptr<const Relayed> relayed;  // null: it is a frame of the feed
  };

  Loop(ShardConfig config, SharedState& shared, std::unique_ptr<UdpSocket> udp);
  [[nodiscard]] bool watch(int descriptor, std::uint64_t tag);
  // Returns when something had come.
  Instant wait();
  Instant look_at_clock();
  void read_udp();
  void read_feed(FeedId feed);
  void read_tcp(std::uint64_t tag);
  void take_relayed();
  void relay_all();
  void take_commands();
  void take_command(ShardCommand command, Instant now);
  void write_all(Instant now);
  // Returns when that was done.
  Instant send_batch();
  void look_for_sound(Instant now);
  void take_held(Instant now);
  void tell_events();
  void set_timer(Instant now);
  void publish_counters(Instant now);

  SharedState& shared_;
  std::size_t index_;
  std::shared_ptr<RelayMesh> mesh_;
  crypto::SystemRandom random_;
  Switchboard board_;
  std::unique_ptr<UdpSocket> udp_;
  std::unique_ptr<TcpSockets> tcp_;  // null: not served
  peer::SendBatch batch_;
  std::unordered_map<FeedId, std::unique_ptr<FeedSocket>> feeds_;
  std::vector<rtp::Frame> frames_;
  std::deque<ShardEvent> untold_;
  int epoll_ = -1;
  int timer_ = -1;
  std::optional<Instant> timer_at_;
  Instant looked_at_{};     // the last look_at_clock()
  Duration waited_{};       // of the oldest datagram that was read in this turn
  Instant oldest_{};        // when the first came of what was read in this turn; later than the turn: nothing came
  Instant sound_oldest_{};  // the same of rooms' sound
  std::array<SendDelays, kDelayKinds> delays_{};
  std::uint64_t sound_counted_ = 0;
  std::deque<Held> held_;
  Instant counters_due_{};
};

}  // namespace plenary::io
