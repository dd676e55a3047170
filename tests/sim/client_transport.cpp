#include "tests/sim/client_transport.h"

#include "media/rtp/packet.h"

namespace plenary::sim {
namespace {

constexpr Duration kCheckRetry = std::chrono::milliseconds(50);
constexpr Duration kConsentCheck = std::chrono::milliseconds(2'500);  // browsers, RFC 7675

}  // namespace

ClientTransport::ClientTransport(Config config, RandomSource& random, Instant now)
    : config_(std::move(config)), random_(random), tie_breaker_(random.u64()), check_due_(now) {}

ByteVector ClientTransport::make_check(Instant) {
  check_.reset();
  transaction_.emplace();
  random_.fill(*transaction_);
  const ice::StunRequest request{.transaction = *transaction_,
                                 .username = config_.remote.ufrag + ":" + config_.local.ufrag,
                                 .priority = 0x6e0001ff,
                                 .tie_breaker = tie_breaker_,
                                 .controlling = true,
                                 .use_candidate = true};
  return ice::write_binding_request(request, config_.remote.password);
}

std::optional<ClientTransport::Clear> ClientTransport::handle_datagram(Bytes datagram, Instant now) {
  if (datagram.empty()) return std::nullopt;
  if (ice::looks_like_stun(datagram)) {
    handle_stun(datagram, now);
    return std::nullopt;
  }
  if (datagram[0] >= 20 && datagram[0] <= 63) {
    if (!dtls_) return std::nullopt;
    dtls_->handle_datagram(datagram, now);
    if (std::optional<crypto::SrtpKeys> keys = dtls_->take_keys()) {
      profile_ = keys->profile;
      srtp_.emplace(*keys);
    }
    take_dtls_output();
    return std::nullopt;
  }
  if (!srtp_) return std::nullopt;
  Clear clear{.bytes = ByteVector(datagram.begin(), datagram.end()), .rtcp = rtp::is_rtcp(datagram)};
  const std::optional<std::size_t> length =
      clear.rtcp ? srtp_->unprotect_rtcp(clear.bytes) : srtp_->unprotect_rtp(clear.bytes);
  if (!length) {
    ++refused_;
    return std::nullopt;
  }
  clear.bytes.resize(*length);
  return clear;
}

void ClientTransport::handle_stun(Bytes datagram, Instant now) {
  const std::optional<ice::StunMessage> message = ice::parse_stun(datagram);
  if (!message || message->message_class != ice::StunClass::success || message->transaction != transaction_ ||
      !ice::check_integrity(*message, config_.remote.password)) {
    return;
  }
  ++checks_answered_;
  check_.reset();
  ice_works_ = true;
  check_due_ = now + kConsentCheck;
  if (!dtls_) {
    dtls_.emplace(config_.certificate, crypto::DtlsRole::active, config_.server_fingerprint, now, config_.srtp);
    take_dtls_output();
  }
}

void ClientTransport::take_dtls_output() {
  while (std::optional<ByteVector> datagram = dtls_->poll_output()) output_.push_back(std::move(*datagram));
}

void ClientTransport::handle_timeout(Instant now) {
  if (check_due_ && now >= *check_due_) {
    if (!check_) check_ = make_check(now);
    output_.push_back(*check_);
    check_due_ = now + kCheckRetry;
  }
  if (dtls_ && dtls_->next_timeout() && now >= *dtls_->next_timeout()) {
    dtls_->handle_timeout(now);
    take_dtls_output();
  }
}

std::optional<Instant> ClientTransport::next_timeout() const {
  std::optional<Instant> next = check_due_;
  if (dtls_ && dtls_->next_timeout() && (!next || *dtls_->next_timeout() < *next)) next = dtls_->next_timeout();
  return next;
}

std::optional<ByteVector> ClientTransport::poll_output() {
  if (output_.empty()) return std::nullopt;
  ByteVector datagram = std::move(output_.front());
  output_.pop_front();
  return datagram;
}

void ClientTransport::send_rtp(Bytes clear, Instant) {
  if (!srtp_) return;
  ByteVector packet(clear.begin(), clear.end());
  packet.resize(clear.size() + crypto::kMaxSrtpTrailer);
  const std::optional<std::size_t> length = srtp_->protect_rtp(packet, clear.size());
  if (!length) return;
  packet.resize(*length);
  output_.push_back(std::move(packet));
}

void ClientTransport::send_rtcp(Bytes clear, Instant) {
  if (!srtp_ || clear.empty()) return;
  ByteVector packet(clear.begin(), clear.end());
  packet.resize(clear.size() + crypto::kMaxSrtpTrailer);
  const std::optional<std::size_t> length = srtp_->protect_rtcp(packet, clear.size());
  if (!length) return;
  packet.resize(*length);
  output_.push_back(std::move(packet));
}

void ClientTransport::restart_ice(ice::Credentials local, ice::Credentials remote, Instant now) {
  config_.local = std::move(local);
  config_.remote = std::move(remote);
  check_again(now);
}

void ClientTransport::close(Instant now) {
  if (!dtls_) return;
  dtls_->close(now);
  take_dtls_output();
  check_due_.reset();
}

}  // namespace plenary::sim
