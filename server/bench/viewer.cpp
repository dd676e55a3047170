#include "server/bench/viewer.h"

#include <algorithm>
#include <utility>

#include "media/ice/stun.h"

namespace plenary::bench {
namespace {

// RFC 7983 §7, by the first byte.
bool is_dtls(Bytes bytes) { return !bytes.empty() && bytes[0] >= 20 && bytes[0] <= 63; }
bool is_media(Bytes bytes) { return bytes.size() >= 8 && bytes[0] >= 128 && bytes[0] <= 191; }

}  // namespace

Viewer::Viewer(ViewerSettings settings, std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random)
    : settings_(settings),
      certificate_(std::move(certificate)),
      random_(random),
      local_(ice::make_credentials(random)),
      ssrc_(random.u32()) {}

std::string Viewer::offer() const {
  return sdp::write_viewer_offer(
      {.ice = local_, .fingerprint = certificate_->fingerprint(), .audio = settings_.audio, .video = settings_.video});
}

void Viewer::fail(std::string why) {
  state_ = ViewerState::failed;
  failure_ = std::move(why);
}

bool Viewer::handle_answer(std::string_view answer, Instant now) {
  auto parsed = sdp::parse_answer(answer);
  if (!parsed) {
    fail(parsed.error().code);
    return false;
  }
  answer_ = *std::move(parsed);
  // Answerers that are no servers in spirit choose the active side, as RFC 5763 §5 would have them.
  if (answer.find("a=setup:active") != std::string_view::npos) role_ = crypto::DtlsRole::passive;
  ice_.emplace(local_, answer_->ice, answer_->candidates, random_, now);
  state_ = ViewerState::checking;
  advance(now);
  return true;
}

void Viewer::handle_datagram(Bytes bytes, const Address& from, Instant now) {
  if (!ice_ || state_ == ViewerState::failed || state_ == ViewerState::closed) return;
  if (ice::looks_like_stun(bytes)) {
    if (const auto message = ice::parse_stun(bytes)) ice_->handle_message(*message, from, now);
  } else if (is_dtls(bytes)) {
    if (!dtls_ && ice_->selected()) begin_dtls(now);
    if (dtls_) dtls_->handle_datagram(bytes, now);
  } else if (is_media(bytes) && media_) {
    media_->handle_packet(bytes, now);
  }
  advance(now);
}

void Viewer::handle_timeout(Instant now) {
  if (!ice_ || state_ == ViewerState::failed || state_ == ViewerState::closed) return;
  ice_->handle_timeout(now);
  if (dtls_) dtls_->handle_timeout(now);
  if (media_) media_->handle_timeout(now);
  advance(now);
}

void Viewer::begin_dtls(Instant now) {
  dtls_.emplace(certificate_, role_, answer_->fingerprint, now);
  state_ = ViewerState::handshaking;
}

// Whatever came, hand it on: ICE to DTLS, DTLS to media, all of them to the outputs.
void Viewer::advance(Instant now) {
  if (!dtls_ && ice_->selected()) begin_dtls(now);
  if (dtls_ && !media_) take_keys(now);
  while (auto datagram = ice_->poll_output()) outputs_.push_back(*std::move(datagram));
  if (const auto& to = ice_->selected()) {
    while (dtls_) {
      auto bytes = dtls_->poll_output();
      if (!bytes) break;
      outputs_.push_back({*to, *std::move(bytes)});
    }
    if (media_ && ice_->round_trip()) media_->set_round_trip(*ice_->round_trip());
    while (media_) {
      auto bytes = media_->poll_output();
      if (!bytes) break;
      outputs_.push_back({*to, *std::move(bytes)});
    }
  }
  if (ice_->failed()) return fail(ice_->selected() ? "consent" : "ice");
  if (dtls_ && dtls_->state() == crypto::DtlsState::failed) return fail(dtls_->failure());
  if (dtls_ && dtls_->state() == crypto::DtlsState::closed) return fail("closed_by_server");
}

void Viewer::take_keys(Instant now) {
  const auto keys = dtls_->take_keys();
  if (!keys) return;
  profile_ = keys->profile;
  connected_at_ = now;
  state_ = ViewerState::connected;
  media_.emplace(*keys, answer_->media, ssrc_, local_.ufrag, settings_.receive);
}

std::optional<Datagram> Viewer::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  Datagram datagram = std::move(outputs_.front());
  outputs_.erase(outputs_.begin());
  return datagram;
}

std::optional<Instant> Viewer::next_timeout() const {
  if (!ice_ || state_ == ViewerState::failed || state_ == ViewerState::closed) return std::nullopt;
  std::optional<Instant> next = ice_->next_timeout();
  for (const auto& other :
       {dtls_ ? dtls_->next_timeout() : std::nullopt, media_ ? media_->next_timeout() : std::nullopt}) {
    if (other && (!next || *other < *next)) next = other;
  }
  return next;
}

void Viewer::close(Instant now) {
  if (state_ == ViewerState::failed || state_ == ViewerState::closed) return;
  if (dtls_ && ice_->selected()) {
    dtls_->close(now);
    while (auto bytes = dtls_->poll_output()) outputs_.push_back({*ice_->selected(), *std::move(bytes)});
  }
  state_ = ViewerState::closed;
}

std::vector<SlotReport> Viewer::slots() const { return media_ ? media_->slots() : std::vector<SlotReport>{}; }
ReceiveTotals Viewer::totals() const { return media_ ? media_->totals() : ReceiveTotals{}; }
std::optional<ReceivedFrame> Viewer::poll_frame(std::size_t slot) {
  return media_ ? media_->poll_frame(slot) : std::nullopt;
}

}  // namespace plenary::bench
