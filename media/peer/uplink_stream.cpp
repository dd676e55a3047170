#include "media/peer/uplink_stream.h"

#include <algorithm>
#include <utility>

#include "media/rtp/key_frame.h"

namespace plenary::peer {

UplinkStream::UplinkStream(const sdp::NegotiatedMedia& media, std::optional<std::size_t> layer, Counters& counters)
    : media_(media),
      counters_(counters),
      layer_(layer),
      codec_(media.codecs.empty() ? Codec::opus : media.codecs.front().codec),
      clock_(clock_rate(codec_)) {}

UplinkStream::Match UplinkStream::match(std::uint8_t payload_type) const {
  for (const sdp::CodecChoice& codec : media_.codecs) {
    if (codec.payload_type == payload_type) return {.codec = &codec, .repair = false};
    if (codec.rtx_payload_type == payload_type) return {.codec = &codec, .repair = true};
  }
  return {};
}

bool UplinkStream::latch(const rtp::Packet& packet, const sdp::CodecChoice& codec, bool restored, Instant received) {
  if (ssrc_ == packet.ssrc && codec_ == codec.codec) return true;
  if (restored || (layer_ && ssrc_)) return false;
  const auto& signalled = media_.remote_ssrcs;
  const bool expected = std::find(signalled.begin(), signalled.end(), packet.ssrc) != signalled.end();
  if (ssrc_ && ssrc_ != packet.ssrc && !expected && received - last_packet_ < kRelatchAfter) return false;
  // Each change costs the shard a new track: a sender that changes to and fro keeps what it had first.
  if (ssrc_ && received - latched_at_ < kRelatchAfter) return false;
  latched_at_ = received;
  restarted_ = ssrc_.has_value();
  ssrc_ = packet.ssrc;
  codec_ = codec.codec;
  nack_ = codec.nack;
  pli_ = codec.pli;
  fir_ = codec.fir;
  nacks_ = rtp::NackTracker();
  statistics_.emplace(packet.ssrc, clock_rate(codec_));
  clock_ = rtp::SourceClock(clock_rate(codec_));
  requests_.forget();
  return true;
}

bool UplinkStream::handle_packet(const rtp::Packet& packet, const sdp::CodecChoice& codec, bool restored,
                                 std::size_t size, Instant received) {
  if (!latch(packet, codec, restored, received)) {
    counters_.add(Count::rtp_unknown_stream);
    return false;
  }
  last_packet_ = received;
  if (!restored) {
    statistics_->handle_packet(packet.sequence, packet.timestamp, size, received);
    clock_.handle_packet(packet.timestamp, received);
  }
  const rtp::NackTracker::Arrival arrival = nacks_.handle_packet(packet.sequence, received);
  if (arrival == rtp::NackTracker::Arrival::duplicate) {
    counters_.add(Count::rtp_duplicate);
    return false;
  }
  if (arrival == rtp::NackTracker::Arrival::jumped || nacks_.take_gave_up()) want_key_frame(received);
  if (rtp::payload_starts_key_frame(codec_, packet.payload)) requests_.handle_key_frame(received);
  return true;
}

void UplinkStream::handle_sender_report(const rtp::SenderReport& report, const rtp::RemoteClock& clock, Instant now) {
  if (!statistics_ || report.ssrc != ssrc_) return;
  statistics_->handle_sender_report(report, now);
  clock_.handle_sender_report(report, clock, now);
}

Instant UplinkStream::captured(std::uint32_t timestamp, Instant received) const {
  return clock_.captured(timestamp).value_or(received);
}

void UplinkStream::write_nacks(std::uint32_t our_ssrc, Instant now, ByteVector& out) {
  // Polled in any case: it also gives up what nobody needs any more.
  std::vector<std::uint16_t> sequences = nacks_.poll_nacks(now);
  if (nacks_.take_gave_up()) want_key_frame(now);
  if (!nack_ || !ssrc_ || sequences.empty()) return;
  counters_.add(Count::nacks_sent);
  rtp::write_rtcp(rtp::Nack{.sender_ssrc = our_ssrc, .media_ssrc = *ssrc_, .sequences = std::move(sequences)}, out);
}

void UplinkStream::write_key_frame_request(std::uint32_t our_ssrc, Instant now, ByteVector& out) {
  if (!ssrc_ || !requests_.poll(now)) return;
  if (pli_) {
    rtp::write_rtcp(rtp::PictureLoss{.sender_ssrc = our_ssrc, .media_ssrc = *ssrc_}, out);
  } else if (fir_) {
    rtp::write_rtcp(
        rtp::FullIntraRequest{.sender_ssrc = our_ssrc, .media_ssrc = *ssrc_, .command_sequence = fir_sequence_++}, out);
  } else {
    return;
  }
  counters_.add(Count::key_frame_requests_sent);
}

std::optional<rtp::ReportBlock> UplinkStream::make_block(Instant now) {
  return statistics_ ? statistics_->make_block(now) : std::nullopt;
}

std::optional<Instant> UplinkStream::next_timeout() const {
  std::optional<Instant> next = nacks_.next_timeout();
  const std::optional<Instant> key_frame = ssrc_ ? requests_.next_timeout() : std::nullopt;
  if (key_frame && (!next || *key_frame < *next)) next = key_frame;
  return next;
}

bool UplinkStream::take_restarted() { return std::exchange(restarted_, false); }

}  // namespace plenary::peer
