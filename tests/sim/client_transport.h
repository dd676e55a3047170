// The browser's end of a transport: controlling ICE agent, active DTLS, SRTP by libsrtp. Sans-IO like the server's.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "media/base/random.h"
#include "media/crypto/dtls.h"
#include "media/crypto/srtp.h"
#include "media/ice/ice_lite.h"

namespace plenary::sim {

class ClientTransport {
 public:
  struct Config {
    ice::Credentials local;
    ice::Credentials remote;
    crypto::Fingerprint server_fingerprint;
    std::shared_ptr<const crypto::Certificate> certificate;
    crypto::SrtpOffer srtp = crypto::SrtpOffer::both;
  };
  ClientTransport(Config config, RandomSource& random, Instant now);

  // STUN and DTLS are handled; SRTP comes back in clear.
  struct Clear {
    ByteVector bytes;
    bool rtcp = false;
  };
  std::optional<Clear> handle_datagram(Bytes datagram, Instant now);
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<ByteVector> poll_output();

  void send_rtp(Bytes clear, Instant now);
  void send_rtcp(Bytes clear, Instant now);
  // New network or new credentials: check again at once.
  void check_again(Instant now) {
    check_due_ = now;
    check_.reset();
  }
  void restart_ice(ice::Credentials local, ice::Credentials remote, Instant now);
  void close(Instant now);
  // Anything, as it is: what an attacker on the path would send.
  void send_raw(ByteVector bytes) { output_.push_back(std::move(bytes)); }
  ByteVector make_check(Instant now);

  [[nodiscard]] bool connected() const { return srtp_.has_value(); }
  [[nodiscard]] bool ice_works() const { return ice_works_; }
  [[nodiscard]] crypto::DtlsState dtls_state() const { return dtls_ ? dtls_->state() : crypto::DtlsState::handshaking; }
  [[nodiscard]] std::uint64_t checks_answered() const { return checks_answered_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] crypto::SrtpProfile profile() const { return profile_; }

 private:
  void handle_stun(Bytes datagram, Instant now);
  void take_dtls_output();

  Config config_;
  RandomSource& random_;
  std::uint64_t tie_breaker_;
  std::optional<ice::TransactionId> transaction_;
  std::optional<Instant> check_due_;
  std::optional<ByteVector> check_;  // not answered yet; sent again as it is (RFC 8489 §6.2.1)
  bool ice_works_ = false;
  std::optional<crypto::Dtls> dtls_;
  std::optional<crypto::SrtpSession> srtp_;
  crypto::SrtpProfile profile_{};
  std::deque<ByteVector> output_;
  std::uint64_t checks_answered_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace plenary::sim
