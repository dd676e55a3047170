#include "media/crypto/dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "media/base/check.h"
#include "media/crypto/dtls_bio.h"
#include "media/crypto/dtls_context.h"
#include "media/crypto/dtls_record.h"
#include "media/crypto/dtls_session.h"

namespace plenary::crypto {
namespace {

constexpr Duration kDtlsLongestRetransmit = std::chrono::seconds(2);
// OpenSSL keeps up to ten messages that came too early, each with all the memory its first fragment asks for: 50 KB.
// The longest seen of browsers is a ClientHello with ML-KEM, below 2,000 bytes.
constexpr std::size_t kMaxHandshakeMessage = 5'000;
constexpr std::size_t kMaxOutputs = 64;  // datagrams; a flight has fewer than ten
constexpr std::size_t kSrtpKeyLength = 16;

// OpenSSL keeps its retransmission timer by the wall clock, which has no say here. It never sends a flight again within
// this hour; we do.
constexpr unsigned kNever = 3'600'000'000;  // µs
unsigned openssl_interval(SSL* /*ssl*/, unsigned /*last*/) { return kNever; }

std::optional<SrtpKeys> export_keys(SSL* ssl, DtlsRole role) {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl);
  if (profile == nullptr) return std::nullopt;
  SrtpKeys keys;
  std::size_t salt_length = 0;
  switch (profile->id) {
    case SRTP_AEAD_AES_128_GCM:
      keys.profile = SrtpProfile::aead_aes_128_gcm;
      salt_length = 12;  // RFC 7714 §12
      break;
    case SRTP_AES128_CM_SHA1_80:
      keys.profile = SrtpProfile::aes128_cm_sha1_80;
      salt_length = 14;  // RFC 3711 §8.2
      break;
    default:
      return std::nullopt;
  }
  static constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";  // RFC 5764 §4.2
  std::array<std::uint8_t, 2 * (kSrtpKeyLength + 14)> material{};
  const std::size_t length = 2 * (kSrtpKeyLength + salt_length);
  if (SSL_export_keying_material(ssl, material.data(), length, kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  ByteReader reader(Bytes(material).first(length));
  const auto take = [&reader](std::size_t count) {
    const Bytes bytes = reader.take(count);
    return ByteVector(bytes.begin(), bytes.end());
  };
  ByteVector client_key = take(kSrtpKeyLength);
  ByteVector server_key = take(kSrtpKeyLength);
  ByteVector client_salt = take(salt_length);
  ByteVector server_salt = take(salt_length);
  const bool client = role == DtlsRole::active;
  keys.local_key = client ? client_key : server_key;
  keys.local_salt = client ? client_salt : server_salt;
  keys.remote_key = client ? server_key : client_key;
  keys.remote_salt = client ? server_salt : client_salt;
  OPENSSL_cleanse(material.data(), material.size());
  return keys;
}

}  // namespace

struct Dtls::State {
  State(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint expected, SrtpOffer offer);
  ~State() { SSL_free(ssl_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void advance(Instant now);
  void finish(Instant now);
  void end(DtlsState state, const char* failure);
  void collect_outputs(Instant now);
  ByteVector number_clear_records(ByteVector datagram);
  void push(ByteVector datagram);
  void resend_flight(Instant now);
  void retransmit(Instant now);
  void handle_running(Bytes datagram, Instant now);
  void answer_late_handshake(Instant now);

  const std::shared_ptr<const Certificate> certificate_;
  const DtlsRole role_;
  PeerCertificateCheck check_;
  DatagramPipe pipe_;
  SSL* ssl_ = nullptr;                  // during the handshake only
  std::optional<DtlsSession> session_;  // from the master secret on

  DtlsState dtls_state_ = DtlsState::handshaking;
  std::string failure_;
  std::optional<SrtpKeys> keys_;
  std::vector<ByteVector> outputs_;
  std::size_t taken_bytes_ = 0;

  // RFC 6347 §4.2.4: our last flight, to be sent again until the peer's next one shows that it arrived.
  std::vector<ByteVector> flight_;
  std::uint64_t next_clear_ = 0;  // number of our next record in epoch 0
  Duration interval_ = kDtlsFirstRetransmit;
  std::optional<Instant> retransmit_at_;
  std::optional<Instant> deadline_;
  // A passive side's last flight has no timer: it is sent again when the peer repeats its own.
  std::optional<Instant> connected_at_;
  Instant last_resend_{};
};

Dtls::State::State(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint expected, SrtpOffer offer)
    : certificate_(std::move(certificate)), role_(role), check_{std::move(expected)} {
  ssl_ = SSL_new(certificate_->dtls_context());
  PLENARY_CHECK(ssl_ != nullptr);
  BIO* bio = make_datagram_bio(&pipe_);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, &check_);
  PLENARY_CHECK(SSL_set_mtu(ssl_, kDtlsMtu) > 0);
  DTLS_set_timer_cb(ssl_, openssl_interval);
  if (offer == SrtpOffer::aes_cm) {
    PLENARY_CHECK(SSL_set_tlsext_use_srtp(ssl_, "SRTP_AES128_CM_SHA1_80") == 0);  // 0 is success
  }
  role_ == DtlsRole::active ? SSL_set_connect_state(ssl_) : SSL_set_accept_state(ssl_);
}

void Dtls::State::push(ByteVector datagram) {
  if (outputs_.size() >= kMaxOutputs) outputs_.erase(outputs_.begin());
  outputs_.push_back(std::move(datagram));
}

void Dtls::State::collect_outputs(Instant now) {
  if (pipe_.outgoing.empty()) return;
  flight_ = std::move(pipe_.outgoing);
  pipe_.outgoing.clear();
  for (const ByteVector& datagram : flight_) push(number_clear_records(datagram));
  interval_ = kDtlsFirstRetransmit;
  retransmit_at_ = now + interval_;
}

// Numbers of clear records are not authenticated. All are given here, so that what OpenSSL sends after a repetition of
// ours is not taken for a replay.
ByteVector Dtls::State::number_clear_records(ByteVector datagram) {
  ByteReader reader(datagram);
  for (std::size_t at = 0; const auto record = take_record(reader); at = datagram.size() - reader.remaining()) {
    if (record->epoch == 0) store_u64(datagram.data() + at + 3, next_clear_++);
  }
  return datagram;
}

void Dtls::State::end(DtlsState state, const char* failure) {
  dtls_state_ = state;
  failure_ = failure;
  retransmit_at_.reset();
  deadline_.reset();
  flight_.clear();
  keys_.reset();
  session_.reset();
  SSL_free(ssl_);
  ssl_ = nullptr;
}

void Dtls::State::advance(Instant now) {
  // The queue belongs to the thread: an old error of another user would be taken for ours.
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
  collect_outputs(now);
  if (error == SSL_ERROR_NONE) {
    finish(now);
  } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    end(DtlsState::failed, check_.mismatched ? "fingerprint" : "handshake");
  }
  ERR_clear_error();
}

void Dtls::State::finish(Instant now) {
  // No way around the check is known; if there is one, it must not lead to keys.
  if (!check_.matched) return end(DtlsState::failed, "fingerprint");
  if (!session_) session_ = DtlsSession::take_over(ssl_, role_ == DtlsRole::active);
  if (!session_) return end(DtlsState::failed, "handshake");
  keys_ = export_keys(ssl_, role_);
  if (!keys_) {
    push(session_->close_notify());
    return end(DtlsState::failed, "no_srtp");
  }
  dtls_state_ = DtlsState::connected;
  connected_at_ = now;
  last_resend_ = now;
  retransmit_at_.reset();
  deadline_.reset();
  if (role_ == DtlsRole::active) flight_.clear();  // the peer's Finished says that all of it arrived
  SSL_free(ssl_);
  ssl_ = nullptr;
}

// Each record gets a new number: OpenSSL, for one, answers a repeated Finished only if it did not see its number
// before.
void Dtls::State::resend_flight(Instant now) {
  last_resend_ = now;
  for (const ByteVector& datagram : flight_) {
    ByteVector again;
    ByteReader reader(datagram);
    for (std::size_t at = 0; const auto record = take_record(reader); at = datagram.size() - reader.remaining()) {
      const std::size_t size = kRecordHeader + record->body.size();
      std::optional<ByteVector> anew;
      if (record->epoch > 0) {
        if (!session_) session_ = DtlsSession::take_over(ssl_, role_ == DtlsRole::active);
        if (session_) anew = session_->send_again(*record);
      }
      const Bytes bytes = anew ? Bytes(*anew) : Bytes(datagram).subspan(at, size);
      again.insert(again.end(), bytes.begin(), bytes.end());
    }
    push(number_clear_records(std::move(again)));
  }
}

void Dtls::State::retransmit(Instant now) {
  resend_flight(now);
  interval_ = std::min(interval_ * 2, kDtlsLongestRetransmit);
  retransmit_at_ = now + interval_;
}

// RFC 6347 §4.2.4: whoever sent the last flight sends it again when the peer repeats its own. At most once an interval,
// and only as long as a peer may still be in its handshake: what asks for it may be forged.
void Dtls::State::answer_late_handshake(Instant now) {
  if (role_ != DtlsRole::passive || !connected_at_ || flight_.empty()) return;
  if (now - *connected_at_ > kDtlsDeadline) return flight_.clear();
  if (now - last_resend_ < kDtlsFirstRetransmit / 2) return;
  resend_flight(now);
}

void Dtls::State::handle_running(Bytes datagram, Instant now) {
  if (session_->ends_with(datagram)) {
    push(session_->close_notify());  // RFC 5246 §7.2.1: the other party must answer with its own
    return end(DtlsState::closed, "");
  }
  if (inspect_datagram(datagram).any_handshake) answer_late_handshake(now);
}

Dtls::Dtls(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint expected, Instant now,
           SrtpOffer offer)
    : state_(std::make_unique<State>(std::move(certificate), role, std::move(expected), offer)) {
  if (role == DtlsRole::passive) return;
  state_->deadline_ = now + kDtlsDeadline;
  state_->advance(now);
}

Dtls::~Dtls() = default;
Dtls::Dtls(Dtls&&) noexcept = default;
Dtls& Dtls::operator=(Dtls&&) noexcept = default;

void Dtls::handle_datagram(Bytes datagram, Instant now) {
  State& state = *state_;
  if (state.dtls_state_ == DtlsState::connected) return state.handle_running(datagram, now);
  if (state.dtls_state_ != DtlsState::handshaking) return;
  const DtlsDatagram seen = inspect_datagram(datagram);
  if (!seen.any_record) return;
  if (!state.deadline_) state.deadline_ = now + kDtlsDeadline;
  state.taken_bytes_ += datagram.size();
  if (state.taken_bytes_ > kMaxHandshakeBytes || seen.longest_message > kMaxHandshakeMessage) {
    return state.end(DtlsState::failed, "too_much");
  }
  state.pipe_.incoming = datagram;
  state.advance(now);
  state.pipe_.incoming = {};
}

void Dtls::handle_timeout(Instant now) {
  State& state = *state_;
  if (state.dtls_state_ != DtlsState::handshaking) return;
  if (state.deadline_ && now >= *state.deadline_) return state.end(DtlsState::failed, "timeout");
  if (state.retransmit_at_ && now >= *state.retransmit_at_) state.retransmit(now);
}

std::optional<ByteVector> Dtls::poll_output() {
  if (state_->outputs_.empty()) return std::nullopt;
  ByteVector datagram = std::move(state_->outputs_.front());
  state_->outputs_.erase(state_->outputs_.begin());
  if (state_->outputs_.empty()) state_->outputs_.shrink_to_fit();
  return datagram;
}

std::optional<Instant> Dtls::next_timeout() const {
  if (!state_->deadline_ || !state_->retransmit_at_) return state_->deadline_;
  return std::min(*state_->deadline_, *state_->retransmit_at_);
}

DtlsState Dtls::state() const { return state_->dtls_state_; }
const std::string& Dtls::failure() const { return state_->failure_; }

std::optional<SrtpKeys> Dtls::take_keys() {
  std::optional<SrtpKeys> keys = std::move(state_->keys_);
  state_->keys_.reset();
  return keys;
}

void Dtls::close(Instant /*now*/) {
  State& state = *state_;
  if (state.dtls_state_ != DtlsState::handshaking && state.dtls_state_ != DtlsState::connected) return;
  if (state.dtls_state_ == DtlsState::connected) state.push(state.session_->close_notify());
  state.end(DtlsState::closed, "");
}

}  // namespace plenary::crypto
