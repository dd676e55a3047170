// One media thread: a UDP socket, the peers on it, the tracks they watch, and the socket pairs of the room processes
// whose home it is. It shares nothing: the control thread posts commands and polls events, both by bounded queues, and
// other shards get copies of a room's packets in the same way (relay.h).
// Every peer, track and feed is named by the control thread; the number says which shard it belongs to (home_of).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "media/base/address.h"
#include "media/base/media_types.h"
#include "media/base/result.h"
#include "media/base/time.h"
#include "media/crypto/certificate.h"
#include "media/ice/ice_lite.h"
#include "media/io/load_shedding.h"
#include "media/io/relay_mesh.h"
#include "media/io/send_delays.h"
#include "media/sdp/negotiate.h"

namespace plenary::io {

struct ShardConfig {
  Address bind;  // [::]:7000 serves both IP versions
  std::shared_ptr<const crypto::Certificate> certificate;
  std::optional<Address> tcp;        // for networks that block UDP; none: not served
  std::size_t index = 0;             // among the shards of this server
  std::shared_ptr<RelayMesh> mesh;   // to the others; null: there are none
  std::optional<std::uint32_t> cpu;  // the thread is kept on it; none: the system decides
};

// ---- commands: control thread to shard ----

enum class PeerUse : std::uint8_t { viewer, speaker };
struct AddPeer {
  PeerId peer{};
  PeerUse use = PeerUse::viewer;
  ice::Credentials local_ice;
  sdp::Negotiated negotiated;
  std::string cname;
  // A viewer whom a shard that cannot keep up leaves all pictures: the room's own screen, who looks after speakers.
  bool keeps_pictures = false;
};
// Sends close_notify, then forgets.
struct RemovePeer {
  PeerId peer{};
};
struct RestartIce {
  PeerId peer{};
  ice::Credentials local;
  ice::Credentials remote;
};

// `socket` is our end of the frame pair to a room process; the shard owns it from now on.
struct AddFeed {
  FeedId feed{};
  int socket = -1;
};
struct RemoveFeed {
  FeedId feed{};
};
// To the feed's home: its frames go to these shards too. Slates do always.
struct RelayFeed {
  FeedId feed{};
  ShardSet to = 0;
};

// To every shard: frames of feed_track in that feed go into this track. When the feed goes away the track lives on:
// give it to the next feed by SetTrackSource; timestamps and sequences continue, the slate fills the time between. Once
// more for a track that is there: its layer or bitrate has changed.
struct AddFeedTrack {
  TrackId track{};
  Codec codec = Codec::opus;
  std::string h264_profile_level_id;
  FeedId feed{};
  std::uint16_t feed_track = 0;
  TrackId layer_of = kNoTrack;  // the picture of which this is a lower layer, or which it is in another codec; either
                                // may be named first
  std::uint64_t bitrate = 0;    // bit/s that it is encoded with; 0: unknown, as of what is passed through
};
struct SetTrackSource {
  TrackId track{};
  FeedId feed{};
  std::uint16_t feed_track = 0;
};
// To all shards but its home: a speaker's track that home may relay, until RemoveTrack.
struct AddRelayedTrack {
  TrackId track{};
};
// Shown on `track` while its feed is silent (no frame for kSlateAfter) or gone. One for each codec.
struct SetSlate {
  TrackId track{};
  TrackId slate{};
};
struct RemoveTrack {
  TrackId track{};
};

// What a viewer's slot (index among the negotiated media) carries from now on; kNoTrack: nothing. A video slot asks for
// a key frame by itself and starts with one. `delay` holds packets back, to match the desk's sound.
struct SetSlot {
  PeerId peer{};
  std::size_t slot = 0;
  TrackId track{};
  Duration delay{};
};

// A speaker's media: into `audio`/`video` tracks for viewers when `forward`, and to the room process as feed tracks
// when `feed` is set, the picture only with `feed_video`. Neither: counted and dropped at this first hop.
// A picture that comes in layers is `video` to viewers' slots all the same; `layers` are tracks for all layers but one
// (kNoTrack: a layer that has none is dropped), and a slot carries the best that arrives and its line allows. The room
// process gets the best.
struct SetUplink {
  PeerId peer{};
  TrackId audio{};
  TrackId video{};
  std::array<TrackId, sdp::kMaxSpeakerLayers - 1> layers{};
  bool forward = false;
  std::optional<FeedId> feed;
  std::uint16_t feed_audio = 0;
  std::optional<std::uint16_t> feed_video;
  ShardSet relay_to = 0;  // which also have viewers; with `forward`
};
// To the track's home. Also what a room process asks for when its decoder lost the picture.
struct RequestKeyFrame {
  TrackId track{};
};

using ShardCommand =
    std::variant<AddPeer, RemovePeer, RestartIce, AddFeed, RemoveFeed, RelayFeed, AddFeedTrack, SetTrackSource,
                 AddRelayedTrack, SetSlate, RemoveTrack, SetSlot, SetUplink, RequestKeyFrame>;

// Which of `all` shards a command is for.
ShardSet addressees(const ShardCommand& command, ShardSet all);

// ---- events: shard to control thread ----

struct PeerConnected {
  PeerId peer{};
  Address remote;
  std::string srtp_profile;
};
// reason: "closed", "consent", "fingerprint", "handshake", "timeout", "no_srtp", "never_connected", "too_much" (a
// speaker far above any camera), "refused" (too many peers)
struct PeerClosed {
  PeerId peer{};
  std::string reason;
};
// Media of this kind arrived (and again after a silence): codec and what it is.
struct UplinkStarted {
  PeerId peer{};
  MediaKind kind{};
  Codec codec{};
};
// Nothing authenticated for kUplinkSilence (2 s); `last_packet` is when the last one came. And back.
struct UplinkSilent {
  PeerId peer{};
  Instant last_packet{};
};
struct UplinkBack {
  PeerId peer{};
};
// How a routed speaker's sound arrives, once a second while it does.
struct UplinkQuality {
  PeerId peer{};
  std::uint32_t packets_expected = 0;  // in the last second
  std::uint32_t packets_lost = 0;      // before repair
  Duration jitter{};
  std::optional<Duration> round_trip;
};
// Ask the room process for a key frame of this track; at most one per 250 ms.
struct KeyFrameWanted {
  TrackId track{};
  FeedId feed{};
  std::uint16_t feed_track = 0;
};
struct FeedClosed {
  FeedId feed{};
};
// First and last viewer of a track: lets the room process encode on demand.
struct TrackWatched {
  TrackId track{};
  bool watched = false;
};
struct TrackLive {
  TrackId track{};
  bool live = false;
};  // slate or not

// What this shard leaves out from now on because it cannot keep up, or no longer.
struct LoadShed {
  Shed shed{};
};

using ShardEvent = std::variant<PeerConnected, PeerClosed, UplinkStarted, UplinkSilent, UplinkBack, UplinkQuality,
                                KeyFrameWanted, FeedClosed, TrackWatched, TrackLive, LoadShed>;

constexpr Duration kSlateAfter = std::chrono::milliseconds(500);
constexpr Duration kUplinkSilence = std::chrono::seconds(2);
constexpr Duration kPeerConnectDeadline = std::chrono::seconds(30);  // who never connects keeps no seat
constexpr std::size_t kMaxCommands = 65'536;
constexpr std::size_t kMaxEvents = 65'536;

// Whose delay is counted apart: sound, and everything else.
enum class DelayOf : std::uint8_t { sound, rest };
constexpr std::size_t kDelayKinds = 2;

// Named counters, for /metrics; a snapshot taken by the shard about once a second.
struct ShardCounters {
  std::vector<std::pair<std::string, std::uint64_t>> values;  // "plenary_rtp_packets_sent_total", …
  std::uint64_t peers = 0;                                    // now
  std::uint64_t tracks = 0;
  // Of what was sent, by DelayOf.
  struct Delays {
    SendDelays::Counts counts{};
    std::chrono::microseconds sum{};
  };
  std::array<Delays, kDelayKinds> delays{};
};

class Shard {
 public:
  // Binds and starts the thread. Refused: an address that is in use, a CPU that this process may not use.
  static Result<std::unique_ptr<Shard>> start(ShardConfig config);
  ~Shard();  // ends the thread; peers get close_notify

  // Control thread only, all of them. `post` is false when the queue is full; the command is as before then.
  [[nodiscard]] bool post(ShardCommand&& command);
  std::optional<ShardEvent> poll_event();
  [[nodiscard]] int event_descriptor() const;  // an eventfd, readable while events wait
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::optional<std::uint16_t> tcp_port() const;
  [[nodiscard]] bool receives_rows() const;  // several datagrams a message (UDP GRO)
  [[nodiscard]] bool sends_runs() const;     // the same on the way out (UDP GSO)
  ShardCounters counters() const;

 private:
  struct State;
  explicit Shard(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plenary::io
