// What viewers and speakers have in common: ICE as the controlling side, DTLS, and where media goes. Without a socket
// or a clock; shares with media/peer only the wire formats.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/random.h"
#include "media/base/time.h"
#include "media/crypto/certificate.h"
#include "media/crypto/dtls.h"
#include "media/sdp/negotiate.h"
#include "server/bench/ice_client.h"

namespace plenary::bench {

enum class ClientState : std::uint8_t { offering, checking, handshaking, connected, failed, closed };

class ClientTransport {
 public:
  // `random` must outlive the transport.
  ClientTransport(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random,
                  crypto::SrtpOffer srtp = crypto::SrtpOffer::both);

  [[nodiscard]] const ice::Credentials& local() const { return local_; }
  [[nodiscard]] crypto::Fingerprint fingerprint() const { return certificate_->fingerprint(); }

  // False if it cannot be used; failure() says why.
  bool handle_answer(std::string_view answer, Instant now);
  // SRTP or SRTCP comes back, for the owner to decrypt; what else came is dealt with here.
  std::optional<Bytes> handle_datagram(Bytes bytes, const Address& from, Instant now);
  void handle_timeout(Instant now);
  // Once, when the handshake is done.
  std::optional<crypto::SrtpKeys> take_keys(Instant now);
  // Encrypted media; lost while there is no way to the server.
  void send(ByteVector bytes);
  std::optional<Datagram> poll_output();
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  // Says goodbye by close_notify.
  void close(Instant now);

  [[nodiscard]] ClientState state() const { return state_; }
  [[nodiscard]] bool ended() const { return state_ == ClientState::failed || state_ == ClientState::closed; }
  // A stable word once failed: that of Refusal::code, "ice", "consent", one of crypto::Dtls or "closed_by_server".
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::optional<crypto::SrtpProfile> profile() const { return profile_; }
  [[nodiscard]] std::optional<Instant> connected_at() const { return connected_at_; }
  [[nodiscard]] const std::optional<sdp::Answer>& answer() const { return answer_; }
  [[nodiscard]] std::optional<Duration> round_trip() const { return ice_ ? ice_->round_trip() : std::nullopt; }

 private:
  void fail(std::string why);
  void advance(Instant now);
  void begin_dtls(Instant now);

  const std::shared_ptr<const crypto::Certificate> certificate_;
  RandomSource& random_;
  const crypto::SrtpOffer srtp_;
  const ice::Credentials local_;
  ClientState state_ = ClientState::offering;
  std::string failure_;
  std::optional<sdp::Answer> answer_;
  crypto::DtlsRole role_ = crypto::DtlsRole::active;
  std::optional<IceClient> ice_;
  std::optional<crypto::Dtls> dtls_;
  std::optional<crypto::SrtpProfile> profile_;
  std::optional<Instant> connected_at_;
  std::deque<Datagram> outputs_;
};

}  // namespace plenary::bench
