#include "server/bench/speaker.h"

#include <utility>

#include "media/sdp/speaker_client.h"

namespace plenary::bench {
namespace {

// An SSRC of 0 means "not signalled" where this is read.
SenderSsrcs make_ssrcs(RandomSource& random) {
  const std::uint32_t first = random.u32() & ~3U;
  return {.audio = first | 1, .video = first | 2, .rtx = first | 3};
}

}  // namespace

Speaker::Speaker(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random)
    : random_(random), transport_(std::move(certificate), random), ssrcs_(make_ssrcs(random)) {}

std::string Speaker::offer() const {
  return sdp::write_speaker_offer({.ice = transport_.local(),
                                   .fingerprint = transport_.fingerprint(),
                                   .audio_ssrc = ssrcs_.audio,
                                   .video_ssrc = ssrcs_.video,
                                   .rtx_ssrc = ssrcs_.rtx,
                                   .cname = transport_.local().ufrag});
}

bool Speaker::handle_answer(std::string_view answer, Instant now) { return transport_.handle_answer(answer, now); }

void Speaker::handle_datagram(Bytes bytes, const Address& from, Instant now) {
  const std::optional<Bytes> packet = transport_.handle_datagram(bytes, from, now);
  if (packet && media_) media_->handle_packet(*packet, now);
  advance(now);
}

void Speaker::handle_timeout(Instant now) {
  if (transport_.ended()) return;
  transport_.handle_timeout(now);
  if (media_) media_->handle_timeout(now);
  advance(now);
}

void Speaker::send_frame(const rtp::Frame& frame, Instant now) {
  if (!media_ || transport_.ended()) return;
  media_->send_frame(frame, now);
  media_->handle_timeout(now);
  advance(now);
}

void Speaker::advance(Instant now) {
  if (transport_.ended()) return;
  if (!media_) {
    if (const auto keys = transport_.take_keys(now)) {
      media_.emplace(*keys, transport_.answer()->media, ssrcs_, transport_.local().ufrag, random_);
      begins_ = true;
    }
  }
  while (media_) {
    auto bytes = media_->poll_output();
    if (!bytes) break;
    transport_.send(*std::move(bytes));
  }
}

bool Speaker::take_key_frame_request() {
  const bool asked = media_ && media_->take_key_frame_request();
  return std::exchange(begins_, false) || asked;
}

std::optional<Instant> Speaker::next_timeout() const {
  std::optional<Instant> next = transport_.next_timeout();
  if (!next) return std::nullopt;
  const std::optional<Instant> media = media_ ? media_->next_timeout() : std::nullopt;
  return media && *media < *next ? media : next;
}

std::vector<SendReport> Speaker::reports() const { return media_ ? media_->reports() : std::vector<SendReport>{}; }

}  // namespace plenary::bench
