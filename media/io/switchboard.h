// A shard without its sockets: datagrams, frames, commands and time in; batches of datagrams, frames for the room
// processes and events out. One thread; a test drives it with a virtual clock.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "media/base/random.h"
#include "media/forward/counters.h"
#include "media/io/early_hellos.h"
#include "media/io/peer_table.h"
#include "media/io/shard.h"
#include "media/io/track_table.h"
#include "media/peer/send_batch.h"
#include "media/rtp/frame.h"

namespace plenary::io {

constexpr std::size_t kViewersThatMatter = 4;  // less for every fourth of them at least, or a step saves nothing
constexpr std::size_t kReadAtOnce = 256;       // datagrams
constexpr std::size_t kReadWhenLate = 16'384;  // more than kUdpReceiveBuffer holds: each takes 700 bytes at least

class Switchboard {
 public:
  // `shard` of `shards`.
  Switchboard(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random, std::size_t shard = 0,
              std::size_t shards = 1);
  ~Switchboard();
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  // AddFeed's and RemoveFeed's sockets are the shell's.
  void handle_command(ShardCommand command, Instant now);
  // Decrypted in place. `received` as the kernel says, where it does.
  void handle_datagram(MutableBytes datagram, const ice::Tuple& path, Instant received);
  void handle_frame(FeedId feed, rtp::Frame frame, Instant now);
  // End of file or an error on the frame socket.
  void handle_feed_closed(FeedId feed, Instant now);
  // What another shard's poll_relay() gave for us.
  void handle_relayed(std::size_t from, const Relayed& relayed, Instant now);
  void handle_timeout(Instant now);
  // This thread stood still for so long: nobody is given up for what it did not hear. Before what has come since.
  void handle_pause(Duration paused, Instant now);
  // After each turn of the loop: too much to do costs viewers their pictures, and comes back to them.
  void handle_turn(const LoadShedding::Turn& turn);
  // How many datagrams to hand over, and the rest of that call, before the others get their turn and all is written.
  // When late, all that have come: what overflows outside is lost whatever it is, here sound goes first.
  [[nodiscard]] std::size_t datagrams_at_once() const { return load_.is_late() ? kReadWhenLate : kReadAtOnce; }
  [[nodiscard]] Shed shed() const { return load_.shed(); }

  // Fills the batch with what is due. True: the batch is full, send it and call again.
  bool poll_output(peer::SendBatch& batch, Instant now);
  // Between two such calls, of what waits: sound goes before pictures.
  void hurry_sound();
  [[nodiscard]] bool hurries_sound() const { return hurries_; }
  struct FeedOutput {
    FeedId feed{};
    rtp::Frame frame;  // payloads are whole RTP packets
  };
  std::optional<FeedOutput> poll_feed_output();
  std::optional<RelayOutput> poll_relay();
  // Of the speaker whose picture goes to that feed under that number.
  void want_key_frame(FeedId feed, std::uint16_t feed_video, Instant now);
  std::optional<ShardEvent> poll_event();
  // Somebody is reached over this path.
  [[nodiscard]] bool knows(const ice::Tuple& path) { return peers_.find_path(path) != nullptr; }
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // Every peer gets its close_notify with the next outputs.
  void close_all(Instant now);
  Counters& counters() { return counters_; }
  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  [[nodiscard]] std::size_t tracks() const { return tracks_.size(); }

 private:
  void handle(AddPeer& command, Instant now);
  void handle(RemovePeer& command, Instant now);
  void handle(RestartIce& command, Instant now);
  void handle(AddFeed& command, Instant now);
  void handle(RemoveFeed& command, Instant now);
  void handle(RelayFeed& command, Instant now);
  void handle(AddFeedTrack& command, Instant now);
  void handle(SetTrackSource& command, Instant now);
  void handle(AddRelayedTrack& command, Instant now);
  void handle(SetSlate& command, Instant now);
  void handle(RemoveTrack& command, Instant now);
  void handle(SetSlot& command, Instant now);
  void handle(SetUplink& command, Instant now);
  void handle(RequestKeyFrame& command, Instant now);

  void handle_stun(Bytes datagram, const ice::Tuple& path, Instant now);
  void after_input(PeerEntry& entry, Instant now);
  void take_events(PeerEntry& entry, Instant now);
  void prefetch_writers() const;
  void tell_quality(PeerEntry& entry);
  void leave(PeerEntry& entry, Instant now);
  void finish_leaving(PeerEntry& entry);
  void write_later(PeerEntry& entry);
  bool write_sound(peer::SendBatch& batch, Instant now);
  bool limit_pictures(PeerEntry& entry);
  bool limit_all_pictures();
  void wake(TrackEntry& entry);
  void wake_all();
  void seal(peer::SendBatch& batch);

  void set_wish(PeerEntry& entry, std::size_t slot, TrackId track, Duration delay);
  void apply_wish(PeerEntry& entry, std::size_t slot, int layer);
  void apply_wishes_for(TrackEntry& track);
  // The encodings of one picture that a slot can carry, from the best to the least.
  struct Encodings {
    std::size_t count = 0;
    std::array<TrackEntry*, bandwidth::kMaxLayers> best_first{};
    void add(TrackEntry* track) {
      if (track != nullptr && count < best_first.size()) best_first[count++] = track;
    }
    [[nodiscard]] TrackEntry* best() const { return best_first[0]; }
    // `layer` counts from the lowest, as viewers do; beyond the highest is the highest.
    [[nodiscard]] TrackEntry* at(std::size_t layer) const {
      return count == 0 ? nullptr : best_first[layer < count ? count - 1 - layer : 0];
    }
  };
  Encodings encodings_for(PeerEntry& entry, std::size_t slot);
  void show_content(PeerEntry& entry, std::size_t slot);
  void refresh_layers(TrackId picture);
  void stay_or_go(PeerEntry& entry, std::size_t slot);
  void choose_layers(PeerEntry& entry);
  void carry(PeerEntry& entry, std::size_t slot, TrackId carried, int layer);
  void let_go(TrackId carried);
  void forget(const forward::Track* track);

  void route_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now);
  void forward_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now);
  void forward_stream(PeerEntry& entry, const peer::Speaker::Received& received, Instant now);
  TrackEntry* uplink_track(TrackId id, Codec codec, PeerEntry* speaker, bool& switched, Instant now);
  void arrange_layers(PeerEntry& entry, const peer::Speaker::Received& received, Instant now);
  void show_layers(const RelayedLayers& arriving, PeerEntry* speaker, Instant now);
  void feed_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now);
  std::optional<forward::LayerLine::Place> place_in_feed(PeerEntry& entry, const peer::Speaker::Received& received,
                                                         bool key_frame, Instant now);
  void want_feed_key_frame(PeerEntry& entry, Instant now);
  void stop_forwarding(PeerEntry& entry, Instant now);

  void handle(const RelayedFrame& relayed, std::size_t from, Instant now);
  void handle(const RelayedFeedEnd& relayed, std::size_t from, Instant now);
  void handle(const RelayedPacket& relayed, std::size_t from, Instant now);
  void handle(const RelayedLayers& relayed, std::size_t from, Instant now);
  void handle(const RelayedTrackEnd& relayed, std::size_t from, Instant now);
  void handle(const RelayedKeyFrameWish& relayed, std::size_t from, Instant now);
  void handle(const RelayGap& relayed, std::size_t from, Instant now);
  void relay(ShardSet to, Relayed what);

  std::shared_ptr<const crypto::Certificate> certificate_;
  RandomSource& random_;
  ShardSet others_;  // all shards but this one
  Counters counters_;
  std::deque<ShardEvent> events_;
  std::deque<RelayOutput> relays_;
  std::unordered_map<FeedId, ShardSet> relayed_feeds_;
  TrackTable tracks_;
  PeerTable peers_;
  std::unique_ptr<EarlyHellos> early_hellos_;
  // Who has something to send, in turn. Those before written_ are done with; when all are, the memory stays.
  std::vector<PeerEntry*> writers_;
  std::size_t written_ = 0;
  std::size_t sound_written_ = 0;  // ahead of their turn
  // Came since writers_ was last done with, and sound since it was hurried.
  bool sound_waits_ = false;
  bool more_waits_ = false;
  bool hurries_ = false;
  LoadShedding load_;
  std::vector<FeedOutput> feed_output_;
  std::size_t feed_output_done_ = 0;
};

}  // namespace plenary::io
