#include "server/bench/viewer.h"

#include <utility>

namespace plenary::bench {

Viewer::Viewer(ViewerSettings settings, std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random)
    : settings_(settings), transport_(std::move(certificate), random, settings.srtp), ssrc_(random.u32()) {}

std::string Viewer::offer() const {
  return sdp::write_viewer_offer({.ice = transport_.local(),
                                  .fingerprint = transport_.fingerprint(),
                                  .audio = settings_.audio,
                                  .video = settings_.video});
}

bool Viewer::handle_answer(std::string_view answer, Instant now) { return transport_.handle_answer(answer, now); }

void Viewer::handle_datagram(Bytes bytes, const Address& from, Instant now) {
  const std::optional<Bytes> packet = transport_.handle_datagram(bytes, from, now);
  if (packet && media_) media_->handle_packet(*packet, now);
  advance(now);
}

void Viewer::handle_timeout(Instant now) {
  if (transport_.ended()) return;
  transport_.handle_timeout(now);
  if (media_) media_->handle_timeout(now);
  advance(now);
}

void Viewer::advance(Instant now) {
  if (transport_.ended()) return;
  if (!media_) {
    if (const auto keys = transport_.take_keys(now)) {
      media_.emplace(*keys, transport_.answer()->media, ssrc_, transport_.local().ufrag, settings_.receive);
    }
  }
  if (!media_) return;
  if (transport_.round_trip()) media_->set_round_trip(*transport_.round_trip());
  while (auto bytes = media_->poll_output()) transport_.send(*std::move(bytes));
}

std::optional<Instant> Viewer::next_timeout() const {
  std::optional<Instant> next = transport_.next_timeout();
  if (!next) return std::nullopt;
  const std::optional<Instant> media = media_ ? media_->next_timeout() : std::nullopt;
  return media && *media < *next ? media : next;
}

std::vector<SlotReport> Viewer::slots() const { return media_ ? media_->slots() : std::vector<SlotReport>{}; }
ReceiveTotals Viewer::totals() const { return media_ ? media_->totals() : ReceiveTotals{}; }
std::optional<ReceivedFrame> Viewer::poll_frame(std::size_t slot) {
  return media_ ? media_->poll_frame(slot) : std::nullopt;
}

}  // namespace plenary::bench
