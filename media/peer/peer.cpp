#include "media/peer/peer.h"

#include <algorithm>

#include "media/base/prefetch.h"
#include "media/rtp/packet.h"

namespace plenary::peer {

Peer::Peer(const Config& config, RandomSource& random, Counters& counters, Instant now)
    : id_(config.id),
      counters_(counters),
      transport_({.local = config.local_ice,
                  .remote = config.negotiated.remote_ice,
                  .fingerprint = config.negotiated.remote_fingerprint,
                  .dtls_active = config.negotiated.dtls_active,
                  .certificate = config.certificate,
                  .way = config.use == Use::viewer ? MediaWay::to_peer : MediaWay::from_peer},
                 counters, now) {
  if (config.use == Use::viewer) {
    viewer_ = std::make_unique<Viewer>(config.negotiated, config.cname, random, counters);
  } else {
    speaker_ = std::make_unique<Speaker>(config.negotiated, config.cname, random, counters);
  }
}

bool Peer::handle_stun(const ice::StunMessage& message, const ice::Tuple& path, Instant now) {
  return transport_.handle_stun(message, path, now);
}

std::optional<Speaker::Received> Peer::handle_datagram(MutableBytes datagram, const ice::Tuple& path, Instant now) {
  // RFC 7983: 20–63 DTLS, 128–191 RTP and RTCP.
  if (datagram.empty()) return std::nullopt;
  const std::uint8_t first = datagram[0];
  if (first >= 20 && first <= 63) {
    transport_.handle_dtls(datagram, path, now);
    return std::nullopt;
  }
  if (first < 128 || first > 191) {
    counters_.add(Count::not_media);
    return std::nullopt;
  }
  if (rtp::is_rtcp(datagram)) {
    handle_srtcp(datagram, path, now);
    return std::nullopt;
  }
  return handle_srtp(datagram, path, now);
}

std::optional<Speaker::Received> Peer::handle_srtp(MutableBytes datagram, const ice::Tuple& path, Instant now) {
  const std::optional<MutableBytes> clear = transport_.open_rtp(datagram, path);
  if (!clear || !speaker_) return std::nullopt;
  last_uplink_ = std::max(last_uplink_, now);  // what lay in the kernel while we stood still says nothing of now
  uplink_started_ = true;
  return speaker_->handle_rtp(*clear, now);
}

void Peer::handle_srtcp(MutableBytes datagram, const ice::Tuple& path, Instant now) {
  const std::optional<MutableBytes> clear = transport_.open_rtcp(datagram, path);
  if (!clear) return;
  counters_.add(Count::rtcp_in);
  const rtp::RtcpCompound compound = rtp::parse_rtcp(*clear);
  if (compound.fault) counters_.add(Count::rtcp_malformed);
  if (viewer_) viewer_->handle_rtcp(compound, now);
  if (speaker_) {
    if (uplink_started_) last_uplink_ = std::max(last_uplink_, now);
    speaker_->handle_rtcp(compound, now);
  }
}

void Peer::handle_timeout(Instant now) {
  transport_.handle_timeout(now);
  if (speaker_ && speaker_->over_limit()) transport_.close(now, "too_much");
}

void Peer::handle_pause(Duration paused, Instant now) {
  transport_.handle_pause(paused, now);
  last_uplink_ = std::min(last_uplink_ + paused, now);
}

bool Peer::write(SendBatch& batch, Instant now) {
  if (!transport_.write_control(batch)) return false;
  if (transport_.state() != Transport::State::connected || !transport_.path()) return true;
  const ice::Tuple path = *transport_.path();
  if (viewer_) return viewer_->write(batch, path, transport_.cipher(), now);
  return speaker_->write(batch, path, transport_.cipher(), now);
}

void Peer::prefetch_parts() const {
  if (!viewer_) return;
  prefetch(viewer_.get(), sizeof(Viewer));
  transport_.prefetch_key();
}

void Peer::prefetch_slots() const {
  if (viewer_) viewer_->prefetch_slots();
}

void Peer::prefetch_tracks() const {
  if (viewer_) viewer_->prefetch_tracks();
}

bool Peer::write_sound(SendBatch& batch, Instant now) {
  const bool connected = transport_.state() == Transport::State::connected && transport_.path();
  return !viewer_ || !connected || viewer_->write_sound(batch, *transport_.path(), transport_.cipher(), now);
}

std::optional<Instant> Peer::next_timeout(Instant now) const {
  std::optional<Instant> next = transport_.next_timeout();
  const auto sooner = [&next](const std::optional<Instant>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (transport_.state() != Transport::State::connected) return next;
  if (viewer_) sooner(viewer_->next_timeout(now));
  if (speaker_) sooner(speaker_->next_timeout());
  if (uplink_started_ && !uplink_silent_) sooner(last_uplink_ + kUplinkSilentAfter);
  return next;
}

std::optional<Peer::Event> Peer::poll_event(Instant now) {
  if (!told_connected_ && transport_.state() == Transport::State::connected) {
    told_connected_ = true;
    return Event::connected;
  }
  if (!told_closed_ && transport_.state() == Transport::State::closed) {
    told_closed_ = true;
    return Event::closed;
  }
  if (!uplink_started_ || told_closed_) return std::nullopt;
  const bool silent = now - last_uplink_ >= kUplinkSilentAfter;
  if (silent == uplink_silent_) return std::nullopt;
  uplink_silent_ = silent;
  return silent ? Event::uplink_silent : Event::uplink_back;
}

}  // namespace plenary::peer
