#include "media/peer/transport.h"

#include <algorithm>
#include <cstring>

namespace plenary::peer {
namespace {

// RFC 6347 §4.1: type, version, epoch, sequence, length.
constexpr std::size_t kRecordHeader = 13;

// What of a datagram is protected. In a running session records of epoch 0 are nobody's: alerts and hellos that anyone
// can forge, or the rest of a flight whose encrypted end (Finished) says all that is to say.
Bytes skip_plaintext_records(Bytes datagram) {
  while (datagram.size() >= kRecordHeader && load_u16(datagram.data() + 3) == 0) {
    const std::size_t length = kRecordHeader + load_u16(datagram.data() + 11);
    if (length > datagram.size()) return {};
    datagram = datagram.subspan(length);
  }
  return datagram;
}

}  // namespace

Transport::Transport(Config config, Counters& counters, Instant now)
    : fingerprint_(std::move(config.fingerprint)),
      certificate_(std::move(config.certificate)),
      dtls_active_(config.dtls_active),
      way_(config.way),
      counters_(counters),
      started_(now),
      ice_(std::move(config.local), std::move(config.remote), now) {}

bool Transport::handle_stun(const ice::StunMessage& message, const ice::Tuple& path, Instant now) {
  if (state_ == State::closed) return false;
  ice::IceResult result = ice_.handle_request(message, path, now);
  if (result.reply) {
    counters_.add(Count::stun_answered);
    queue(path, std::move(*result.reply));
  }
  if (!result.authenticated) {
    counters_.add(result.drop == ice::IceDrop::replayed ? Count::stun_replayed : Count::stun_refused);
    return false;
  }
  if (!ice_.validated(path)) return false;  // answered with an error
  if (result.awaits_proof) counters_.add(Count::path_moves_unproven);
  choose_path();
  if (dtls_active_ && !dtls_) {
    dtls_path_ = path;
    open_dtls(now);
    handshake_progress();
  }
  return true;
}

void Transport::choose_path() {
  if (ice_.selected()) {
    path_ = ice_.selected();
  } else if (!ice_.tuples().empty() && (!path_ || !ice_.validated(*path_))) {
    path_ = ice_.tuples().front();
  }
}

void Transport::handle_dtls(Bytes datagram, const ice::Tuple& path, Instant now) {
  if (state_ == State::closed) return;
  if (!ice_.validated(path)) {
    counters_.add(Count::dtls_unvalidated);
    return;
  }
  if (state_ == State::connected) {
    datagram = skip_plaintext_records(datagram);
    if (datagram.empty()) {
      counters_.add(Count::dtls_plaintext_ignored);
      return;
    }
  }
  if (!dtls_) open_dtls(now);
  dtls_path_ = path;
  dtls_->handle_datagram(datagram, now);
  handshake_progress();
}

void Transport::open_dtls(Instant now) {
  counters_.add(Count::dtls_handshakes);
  const crypto::DtlsRole role = dtls_active_ ? crypto::DtlsRole::active : crypto::DtlsRole::passive;
  dtls_.emplace(certificate_, role, std::move(fingerprint_), now);
}

void Transport::handshake_progress() {
  take_dtls_output();
  switch (dtls_->state()) {
    case crypto::DtlsState::handshaking:
      return;
    case crypto::DtlsState::connected:
      break;
    case crypto::DtlsState::failed:
      counters_.add(Count::dtls_failed);
      fail(dtls_->failure() == "too_much" ? "handshake" : dtls_->failure());
      return;
    case crypto::DtlsState::closed:
      fail("closed");
      return;
  }
  if (state_ != State::connecting) return;
  const std::optional<crypto::SrtpKeys> keys = dtls_->take_keys();
  if (!keys) {
    fail("no_srtp");
    return;
  }
  cipher_.emplace(*keys, way_);
  state_ = State::connected;
}

void Transport::take_dtls_output() {
  while (std::optional<ByteVector> datagram = dtls_->poll_output()) {
    const std::optional<ice::Tuple>& path = dtls_path_ ? dtls_path_ : path_;
    if (path) queue(*path, std::move(*datagram));
  }
  dtls_due_ = dtls_->next_timeout();
}

void Transport::queue(const ice::Tuple& path, ByteVector bytes) {
  // A peer that asks faster than we answer is answered less often.
  if (control_.size() == kMaxControlDatagrams || bytes.size() > kMaxDatagram) {
    counters_.add(Count::control_dropped);
    return;
  }
  control_.push_back({.path = path, .bytes = std::move(bytes)});
}

bool Transport::write_control(SendBatch& batch) {
  if (control_.empty()) return true;
  std::size_t written = 0;
  for (const Control& control : control_) {
    std::uint8_t* out = batch.next(control.path);
    if (out == nullptr) break;
    std::memcpy(out, control.bytes.data(), control.bytes.size());
    batch.end_run();
    batch.commit(control.bytes.size());
    batch.end_run();
    ++written;
  }
  control_.erase(control_.begin(), control_.begin() + static_cast<std::ptrdiff_t>(written));
  if (!control_.empty()) return false;
  control_.shrink_to_fit();
  return true;
}

std::optional<MutableBytes> Transport::open_rtp(MutableBytes datagram, const ice::Tuple& path) {
  if (state_ != State::connected) return std::nullopt;
  const std::optional<MutableBytes> clear = cipher_->open_rtp(datagram);
  if (!clear) {
    counters_.add(Count::srtp_refused);
  } else if (ice_.prove(path)) {
    choose_path();
  }
  return clear;
}

std::optional<MutableBytes> Transport::open_rtcp(MutableBytes datagram, const ice::Tuple& path) {
  if (state_ != State::connected) return std::nullopt;
  const std::optional<MutableBytes> clear = cipher_->open_rtcp(datagram);
  if (!clear) {
    counters_.add(Count::srtcp_refused);
  } else if (ice_.prove(path)) {
    choose_path();
  }
  return clear;
}

void Transport::handle_timeout(Instant now) {
  if (state_ == State::closed) return;
  if (dtls_due_ && now >= *dtls_due_) {
    dtls_->handle_timeout(now);
    handshake_progress();
  }
  if (state_ == State::connecting && now - started_ >= kConnectDeadline) {
    fail(dtls_ ? "timeout" : "never_connected");
  } else if (state_ == State::connected && ice_.consent_lost(now)) {
    fail("consent");
  }
}

void Transport::handle_pause(Duration paused, Instant now) {
  started_ = std::min(started_ + paused, now);
  ice_.handle_pause(paused, now);
}

std::optional<Instant> Transport::next_timeout() const {
  if (state_ == State::closed) return std::nullopt;
  Instant next = state_ == State::connecting ? started_ + kConnectDeadline : ice_.consent_until();
  if (dtls_due_) next = std::min(next, *dtls_due_);
  return next;
}

void Transport::restart_ice(ice::Credentials local, ice::Credentials remote) {
  ice_.restart(std::move(local), std::move(remote));
}

void Transport::close(Instant now, std::string reason) {
  if (state_ == State::closed) return;
  if (dtls_) {
    dtls_->close(now);
    take_dtls_output();
  }
  fail(std::move(reason));
}

void Transport::fail(std::string reason) {
  state_ = State::closed;
  reason_ = std::move(reason);
}

}  // namespace plenary::peer
