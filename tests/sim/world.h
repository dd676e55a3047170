// One shard or several, a room whose home is the first, and its people, in virtual time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/io/switchboard.h"
#include "tests/sim/network.h"
#include "tests/sim/speaker_client.h"
#include "tests/sim/viewer_client.h"

namespace plenary::sim {

// PLENARY_SEED, or `fallback`.
std::uint64_t scenario_seed(std::uint64_t fallback);

// A room process in so far as a shard sees it: frames in time, key frames when asked.
struct RoomTrack {
  TrackId track{};
  std::uint16_t number = 0;
  Codec codec = Codec::h264;
  std::uint16_t stream = 0;
  Duration interval{};
  std::uint16_t parts = 1;
  std::size_t size = 1'000;
  std::optional<Duration> key_frame_every;  // besides those asked for
  bool answers_key_frames = true;
  bool running = true;
  std::uint32_t frames = 0;
  std::uint32_t timestamp = 0;
  Instant due{};
  Instant key_frame_due{};
  bool key_frame = true;
  std::uint64_t key_frames_asked = 0;
  TrackId layer_of = kNoTrack;
  std::uint64_t bitrate = 0;
  bool while_watched = false;  // made only then
};

// The thread of the first shard, where its work takes time: what comes meanwhile waits, and too much of it is lost.
struct Processor {
  Duration per_packet{};  // that is sent
  Duration per_turn = std::chrono::microseconds(50);
  std::size_t most_datagrams = 4'000;  // as many as a receive buffer holds
  std::size_t most_frames = 64;        // of the room process; as many as its socket pair holds
  std::uint64_t datagrams_lost = 0;
  std::uint64_t frames_lost = 0;
  Duration longest_turn{};
};

class World {
 public:
  explicit World(std::uint64_t seed, std::size_t shards = 1);

  // ---- people, on the shard that their number names ----
  // Whether those who come offer the dependency descriptor beside AV1.
  bool viewers_read_dependencies = true;
  // `only`: of H.264 and VP8 the one that the viewer decodes.
  ViewerClient& add_viewer(PeerId id, unsigned audio = 1, unsigned video = 1, bool redundant_audio = false,
                           crypto::SrtpOffer srtp = crypto::SrtpOffer::both, std::optional<Codec> only = {},
                           bool vp9_and_av1 = true);
  SpeakerClient& add_speaker(PeerId id, Codec video = Codec::h264, std::uint16_t stream = 900,
                             Duration clock_ahead = {}, bool reduced_size = true, std::size_t layers = 0);
  [[nodiscard]] Address address(PeerId id) const { return addresses_.at(id); }
  // Another network: datagrams come from a new address from now on.
  Address move(PeerId id);
  // A new browser tab under the same address as before would be a new peer; this one only stops.
  void vanish(PeerId id);
  Link& up(PeerId id) { return network.up(address(id)); }
  Link& down(PeerId id) { return network.down(address(id)); }
  void both_ways(PeerId id, const Link& link) { up(id) = down(id) = link; }
  // As if the datagram had come from there.
  void inject(const Address& from, ByteVector bytes);

  // Somebody who is nobody's client, on a perfect line.
  void talk_to(ClientTransport& client, const Address& from, Duration duration);

  // ---- the room ----
  RoomTrack& add_room_track(FeedId feed, RoomTrack track);
  RoomTrack& add_picture(FeedId feed, TrackId id, std::uint16_t number = 1);
  RoomTrack& add_sound(FeedId feed, TrackId id, std::uint16_t number = 2);
  // The slate of `codec`, handed over as a room process does.
  void add_slate(FeedId feed, TrackId id, std::uint16_t number, Codec codec, std::uint16_t stream);
  // To the shards that it is for.
  void command(const io::ShardCommand& command);
  void close_feed(FeedId feed);

  // ---- time ----
  void run_for(Duration duration) { run_until(now + duration); }
  void run_until(Instant end);
  // True as soon as it holds; false after `patience`.
  bool run_until_true(const std::function<bool()>& holds, Duration patience);

  // ---- what happened ----
  template <class Event>
  [[nodiscard]] std::vector<Event> told() const {
    std::vector<Event> found;
    for (const auto& [at, event] : events) {
      if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
    }
    return found;
  }
  [[nodiscard]] std::uint64_t count(Count count) { return board.counters().get(count); }

  std::uint64_t seed;
  Instant now = Instant(std::chrono::hours(1));
  SeededRandom random;
  std::optional<Processor> processor;  // none: work takes no time
  bool keeps_pictures = false;         // viewers who are added from here on, as AddPeer's
  std::shared_ptr<const crypto::Certificate> certificate;
  std::vector<std::unique_ptr<io::Switchboard>> boards;
  io::Switchboard& board;  // the first
  Network network;
  std::vector<std::pair<Instant, io::ShardEvent>> events;     // of the first shard
  std::vector<std::shared_ptr<const io::Relayed>> relayed;    // for each shard that it went to
  std::function<bool(const io::RelayOutput&)> loses_relayed;  // true: it is lost, and a gap told
  std::vector<std::pair<Instant, io::Switchboard::FeedOutput>> to_room;
  // Datagrams that the server sent to addresses where nobody listens.
  std::map<Address, std::uint64_t> to_nobody;
  Address server = Address::v4(10, 0, 0, 1, 7000);  // the first shard; the others have the next ports

 private:
  [[nodiscard]] Address server_of(std::size_t shard) const;
  std::size_t run_board(std::size_t shard);
  void run_turn();
  void to_board(FeedId feed, rtp::Frame frame);
  void to_board(std::size_t shard, Network::Datagram datagram);
  void run_relays();
  void step();
  [[nodiscard]] std::optional<Instant> next_event() const;
  void run_room();
  void run_people();
  void run_boards();
  void take_event(io::ShardEvent event);
  Address new_address();

  std::map<PeerId, Address> addresses_;
  std::map<Address, PeerId> at_address_;
  std::map<Address, std::vector<ByteVector>> to_stranger_;
  std::map<PeerId, std::unique_ptr<ViewerClient>> viewers_;
  std::map<PeerId, std::unique_ptr<SpeakerClient>> speakers_;
  std::vector<std::pair<FeedId, std::unique_ptr<RoomTrack>>> room_tracks_;
  peer::SendBatch batch_;
  std::uint16_t next_host_ = 1;

  // Of the processor.
  std::deque<std::pair<Instant, Network::Datagram>> waiting_datagrams_;
  std::deque<std::pair<FeedId, rtp::Frame>> waiting_frames_;
  std::optional<Instant> turn_began_;
  Instant busy_until_{};
  Duration waited_{};
};

}  // namespace plenary::sim
