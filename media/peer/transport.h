// ICE-lite, DTLS and SRTP of one peer: datagrams in, clear packets out, and the other way round.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/time.h"
#include "media/crypto/certificate.h"
#include "media/crypto/dtls.h"
#include "media/crypto/srtp.h"
#include "media/forward/counters.h"
#include "media/ice/ice_lite.h"
#include "media/peer/media_cipher.h"
#include "media/peer/send_batch.h"

namespace plenary::peer {

constexpr Duration kConnectDeadline = std::chrono::seconds(30);  // from the answer to the first key
constexpr std::size_t kMaxControlDatagrams = 32;  // STUN and DTLS waiting to leave; a handshake flight has four

class Transport {
 public:
  struct Config {
    ice::Credentials local;
    ice::Credentials remote;
    crypto::Fingerprint fingerprint;
    bool dtls_active = false;  // we open the handshake, on the first path that is validated
    std::shared_ptr<const crypto::Certificate> certificate;
    MediaWay way = MediaWay::to_peer;
  };
  enum class State : std::uint8_t { connecting, connected, closed };

  Transport(Config config, Counters& counters, Instant now);

  // True when the check was authentic: this path belongs to the peer from now on.
  bool handle_stun(const ice::StunMessage& message, const ice::Tuple& path, Instant now);
  void handle_dtls(Bytes datagram, const ice::Tuple& path, Instant now);
  // In place; nothing when it is not authentic. What is may show that a check from `path` was no recorded one.
  std::optional<MutableBytes> open_rtp(MutableBytes datagram, const ice::Tuple& path);
  std::optional<MutableBytes> open_rtcp(MutableBytes datagram, const ice::Tuple& path);
  void handle_timeout(Instant now);
  // This process stood still for so long, with what the peer sent meanwhile lost or not read yet.
  void handle_pause(Duration paused, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // STUN answers and handshake; false when the batch is full.
  bool write_control(SendBatch& batch);
  [[nodiscard]] bool has_control() const { return !control_.empty(); }
  // Once connected: seals what is sent.
  [[nodiscard]] MediaCipher& cipher() { return *cipher_; }
  void prefetch_key() const {
    if (cipher_) cipher_->prefetch_key();
  }

  void restart_ice(ice::Credentials local, ice::Credentials remote);
  // With close_notify.
  void close(Instant now, std::string reason = "closed");

  [[nodiscard]] State state() const { return state_; }
  // Why it closed: "closed", "consent", "fingerprint", "handshake", "timeout", "no_srtp", "never_connected",
  // "too_much".
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // Where media goes; nothing before the first authentic check.
  [[nodiscard]] const std::optional<ice::Tuple>& path() const { return path_; }
  [[nodiscard]] const ice::IceLite& ice() const { return ice_; }
  [[nodiscard]] bool validated(const ice::Tuple& path) const { return ice_.validated(path); }
  // Once connected.
  [[nodiscard]] crypto::SrtpProfile profile() const { return cipher_->profile(); }

 private:
  struct Control {
    ice::Tuple path;
    ByteVector bytes;
  };
  void choose_path();
  void open_dtls(Instant now);
  void handshake_progress();
  void take_dtls_output();
  void queue(const ice::Tuple& path, ByteVector bytes);
  void fail(std::string reason);

  crypto::Fingerprint fingerprint_;  // until the handshake begins
  const std::shared_ptr<const crypto::Certificate> certificate_;
  const bool dtls_active_;
  const MediaWay way_;
  Counters& counters_;
  Instant started_;
  State state_ = State::connecting;
  std::string reason_;
  ice::IceLite ice_;
  std::optional<ice::Tuple> path_;
  std::optional<ice::Tuple> dtls_path_;  // where the last handshake datagram came from
  std::optional<crypto::Dtls> dtls_;
  std::optional<Instant> dtls_due_;  // its next timeout, kept here because each turn asks for it
  std::optional<MediaCipher> cipher_;
  std::vector<Control> control_;  // empty most of the time, and then without memory
};

}  // namespace plenary::peer
