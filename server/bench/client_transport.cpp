#include "server/bench/client_transport.h"

#include <utility>

#include "media/ice/stun.h"

namespace plenary::bench {
namespace {

// RFC 7983 §7, by the first byte.
bool is_dtls(Bytes bytes) { return !bytes.empty() && bytes[0] >= 20 && bytes[0] <= 63; }
bool is_media(Bytes bytes) { return bytes.size() >= 8 && bytes[0] >= 128 && bytes[0] <= 191; }

}  // namespace

ClientTransport::ClientTransport(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random,
                                 crypto::SrtpOffer srtp)
    : certificate_(std::move(certificate)), random_(random), srtp_(srtp), local_(ice::make_credentials(random)) {}

void ClientTransport::fail(std::string why) {
  state_ = ClientState::failed;
  failure_ = std::move(why);
}

bool ClientTransport::handle_answer(std::string_view answer, Instant now) {
  auto parsed = sdp::parse_answer(answer);
  if (!parsed) {
    fail(parsed.error().code);
    return false;
  }
  answer_ = *std::move(parsed);
  // Answerers that are no servers in spirit choose the active side, as RFC 5763 §5 would have them.
  if (answer.find("a=setup:active") != std::string_view::npos) role_ = crypto::DtlsRole::passive;
  ice_.emplace(local_, answer_->ice, answer_->candidates, random_, now);
  state_ = ClientState::checking;
  advance(now);
  return true;
}

std::optional<Bytes> ClientTransport::handle_datagram(Bytes bytes, const Address& from, Instant now) {
  if (!ice_ || ended()) return std::nullopt;
  if (is_media(bytes)) return bytes;
  if (ice::looks_like_stun(bytes)) {
    if (const auto message = ice::parse_stun(bytes)) ice_->handle_message(*message, from, now);
  } else if (is_dtls(bytes)) {
    if (!dtls_ && ice_->selected()) begin_dtls(now);
    if (dtls_) dtls_->handle_datagram(bytes, now);
  }
  advance(now);
  return std::nullopt;
}

void ClientTransport::handle_timeout(Instant now) {
  if (!ice_ || ended()) return;
  ice_->handle_timeout(now);
  if (dtls_) dtls_->handle_timeout(now);
  advance(now);
}

void ClientTransport::begin_dtls(Instant now) {
  dtls_.emplace(certificate_, role_, answer_->fingerprint, now, srtp_);
  state_ = ClientState::handshaking;
}

// Whatever came, hand it on: ICE to DTLS, both to the outputs.
void ClientTransport::advance(Instant now) {
  if (!dtls_ && ice_->selected()) begin_dtls(now);
  while (auto datagram = ice_->poll_output()) outputs_.push_back(*std::move(datagram));
  while (dtls_) {
    auto bytes = dtls_->poll_output();
    if (!bytes) break;
    send(*std::move(bytes));
  }
  if (ice_->failed()) return fail(ice_->selected() ? "consent" : "ice");
  if (dtls_ && dtls_->state() == crypto::DtlsState::failed) return fail(dtls_->failure());
  if (dtls_ && dtls_->state() == crypto::DtlsState::closed) return fail("closed_by_server");
}

std::optional<crypto::SrtpKeys> ClientTransport::take_keys(Instant now) {
  if (!dtls_ || ended()) return std::nullopt;
  auto keys = dtls_->take_keys();
  if (!keys) return std::nullopt;
  profile_ = keys->profile;
  connected_at_ = now;
  state_ = ClientState::connected;
  return keys;
}

void ClientTransport::send(ByteVector bytes) {
  if (ice_ && ice_->selected()) outputs_.push_back({*ice_->selected(), std::move(bytes)});
}

std::optional<Datagram> ClientTransport::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  Datagram datagram = std::move(outputs_.front());
  outputs_.pop_front();
  return datagram;
}

std::optional<Instant> ClientTransport::next_timeout() const {
  if (!ice_ || ended()) return std::nullopt;
  std::optional<Instant> next = ice_->next_timeout();
  const std::optional<Instant> handshake = dtls_ ? dtls_->next_timeout() : std::nullopt;
  if (handshake && (!next || *handshake < *next)) next = handshake;
  return next;
}

void ClientTransport::close(Instant now) {
  if (ended()) return;
  if (dtls_) {
    dtls_->close(now);
    while (auto bytes = dtls_->poll_output()) send(*std::move(bytes));
  }
  state_ = ClientState::closed;
}

}  // namespace plenary::bench
