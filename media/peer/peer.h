// One peer: its transport and what it is used for. Datagrams and timeouts in; encrypted datagrams, clear packets and
// two events out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "media/peer/speaker.h"
#include "media/peer/transport.h"
#include "media/peer/viewer.h"

namespace plenary::peer {

constexpr Duration kUplinkSilentAfter = std::chrono::seconds(2);  // no packet for so long: the floor is `held`

class Peer {
 public:
  enum class Use : std::uint8_t { viewer, speaker };
  struct Config {
    PeerId id{};
    Use use = Use::viewer;
    ice::Credentials local_ice;
    sdp::Negotiated negotiated;
    std::string cname;
    std::shared_ptr<const crypto::Certificate> certificate;
  };
  Peer(const Config& config, RandomSource& random, Counters& counters, Instant now);

  // True when the check was authentic: the path is the peer's from now on.
  bool handle_stun(const ice::StunMessage& message, const ice::Tuple& path, Instant now);
  // DTLS, SRTP or SRTCP, decrypted in place. A speaker's packet comes back in clear, valid as long as `datagram`.
  std::optional<Speaker::Received> handle_datagram(MutableBytes datagram, const ice::Tuple& path, Instant now);
  void handle_timeout(Instant now);
  // As Transport's.
  void handle_pause(Duration paused, Instant now);
  // Everything due into the batch; false when the batch is full before that.
  bool write(SendBatch& batch, Instant now);
  // A viewer's sound alone, as Viewer's.
  bool write_sound(SendBatch& batch, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout(Instant now) const;
  // Asks for the memory of what write() needs, one step further each: each finds its way through what the step before
  // has brought.
  void prefetch_parts() const;
  void prefetch_slots() const;
  void prefetch_tracks() const;
  void close(Instant now) { transport_.close(now); }

  // What happened, each told once.
  enum class Event : std::uint8_t { connected, closed, uplink_silent, uplink_back };
  std::optional<Event> poll_event(Instant now);

  [[nodiscard]] PeerId id() const { return id_; }
  [[nodiscard]] Transport& transport() { return transport_; }
  [[nodiscard]] const Transport& transport() const { return transport_; }
  // Null for the other use.
  [[nodiscard]] Viewer* viewer() { return viewer_.get(); }
  [[nodiscard]] Speaker* speaker() { return speaker_.get(); }
  [[nodiscard]] Instant last_uplink() const { return last_uplink_; }

 private:
  std::optional<Speaker::Received> handle_srtp(MutableBytes datagram, const ice::Tuple& path, Instant now);
  void handle_srtcp(MutableBytes datagram, const ice::Tuple& path, Instant now);

  PeerId id_;
  Counters& counters_;
  Transport transport_;
  std::unique_ptr<Viewer> viewer_;
  std::unique_ptr<Speaker> speaker_;
  bool told_connected_ = false;
  bool told_closed_ = false;
  bool uplink_started_ = false;
  bool uplink_silent_ = false;
  Instant last_uplink_{};
};

}  // namespace plenary::peer
