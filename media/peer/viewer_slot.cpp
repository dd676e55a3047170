#include "media/peer/viewer_slot.h"

#include <algorithm>

#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/rtx.h"

namespace plenary::peer {
namespace {

// What a viewer is told by header extension: which slot, when it left (receivers estimate by it), how loud, and the
// transport-wide sequence where we estimate.
rtp::ExtensionIds outgoing(const sdp::NegotiatedMedia& media, bool numbered) {
  return {.mid = media.extensions.mid,
          .audio_level = media.kind == MediaKind::audio ? media.extensions.audio_level : std::uint8_t{0},
          .abs_send_time = media.extensions.abs_send_time,
          .transport_cc = numbered ? media.extensions.transport_cc : std::uint8_t{0},
          .dependency_descriptor = media.extensions.dependency_descriptor};
}

constexpr std::uint8_t kPaddingBit = 0x20;  // RFC 3550 §5.1

// Below 2^15, so that nobody is unsure about the first roll-over.
std::uint64_t first_sequence(RandomSource& random) { return 1 + random.u32() % 0x7fff; }

}  // namespace

ViewerSlot::ViewerSlot(const sdp::NegotiatedMedia& media, std::string cname, RandomSource& random, Counters& counters)
    : counters_(counters),
      kind_(media.kind),
      ssrc_(media.ssrc),
      rtx_ssrc_(media.rtx_ssrc),
      cname_(std::move(cname)),
      codecs_(media.codecs),
      header_(media.ssrc, outgoing(media, false), media.mid),
      rtx_header_(media.rtx_ssrc, outgoing(media, false), media.mid),
      numbered_header_(media.ssrc, outgoing(media, true), media.mid),
      numbered_rtx_header_(media.rtx_ssrc, outgoing(media, true), media.mid),
      forwarder_({.first_sequence = first_sequence(random), .first_timestamp = random.u32()}, counters),
      rtx_next_(first_sequence(random)) {}

const sdp::CodecChoice* ViewerSlot::choice(Codec codec) const {
  const auto found = std::find_if(codecs_.begin(), codecs_.end(), [codec](const auto& c) { return c.codec == codec; });
  return found == codecs_.end() ? nullptr : &*found;
}

const sdp::CodecChoice* ViewerSlot::padding_type() const {
  const auto found = std::find_if(codecs_.begin(), codecs_.end(), [](const auto& c) { return c.rtx_payload_type; });
  return found == codecs_.end() ? nullptr : &*found;
}

bool ViewerSlot::set_track(forward::Track* track, Duration delay, bool live_only) {
  frame_sent_ = false;
  if (track != nullptr && choice(track->codec()) == nullptr) {
    counters_.add(Count::codec_not_negotiated);
    forwarder_.set_track(nullptr, {});
    return false;
  }
  forwarder_.set_track(track, delay, live_only);
  return true;
}

ViewerSlot::Wrote ViewerSlot::write_next(const Way& way, Instant now) {
  std::uint8_t* out = way.batch.next(way.path);
  if (out == nullptr) return Wrote::batch_full;
  const std::optional<forward::Forwarder::Out> packet = forwarder_.next(now);
  if (!packet) return Wrote::nothing;
  const std::size_t length = seal(*packet, false, out, way, now);
  if (length == 0) {
    counters_.add(Count::seal_failed);
    return Wrote::packet;
  }
  way.batch.commit(length);
  frame_sent_ |= packet->packet->marker;
  last_size_ = length;
  budget_.handle_sent(length);
  ++packets_;
  octets_ += static_cast<std::uint32_t>(packet->packet->payload.size());
  counters_.add(Count::rtp_out);
  counters_.add(Count::rtp_bytes_out, length);
  if (kind_ == MediaKind::audio) counters_.add(Count::rtp_sound_out);
  return Wrote::packet;
}

ViewerSlot::Wrote ViewerSlot::write_repair(std::uint16_t sequence, const Way& way, Instant now) {
  std::uint8_t* out = way.batch.next(way.path);
  if (out == nullptr) return Wrote::batch_full;
  const std::optional<forward::Forwarder::Out> packet = forwarder_.repair(sequence, now);
  if (!packet) return Wrote::nothing;
  const sdp::CodecChoice* codec = choice(packet->codec);
  if (codec == nullptr || !codec->rtx_payload_type || rtx_ssrc_ == 0) {
    counters_.add(Count::nack_without_rtx);
    return Wrote::nothing;
  }
  switch (budget_.request(sequence, packet->packet->payload.size(), now)) {
    case rtp::ResendBudget::Verdict::too_soon:
      counters_.add(Count::nack_too_soon);
      return Wrote::nothing;
    case rtp::ResendBudget::Verdict::over_budget:
      counters_.add(Count::nack_over_budget);
      return Wrote::nothing;
    case rtp::ResendBudget::Verdict::allowed:
      break;
  }
  const std::size_t length = seal(*packet, true, out, way, now);
  way.batch.commit(length);
  counters_.add(length == 0 ? Count::seal_failed : Count::rtx_out);
  return Wrote::packet;
}

ViewerSlot::Wrote ViewerSlot::write_padding(std::size_t bytes, const Way& way, Instant now) {
  const sdp::CodecChoice* codec = padding_type();
  if (codec == nullptr || rtx_ssrc_ == 0) return Wrote::nothing;
  std::uint8_t* out = way.batch.next(way.path);
  if (out == nullptr) return Wrote::batch_full;
  std::array<std::uint8_t, kMaxPadding> padding{};
  const std::size_t size = std::clamp<std::size_t>(bytes, 1, kMaxPadding);
  padding[size - 1] = static_cast<std::uint8_t>(size);
  const std::uint64_t index = rtx_next_++;
  rtp::HeaderFields fields{.payload_type = *codec->rtx_payload_type, .sequence = static_cast<std::uint16_t>(index)};
  const std::size_t header = begin_header(fields, true, size, way, now).write(out, fields);
  out[0] |= kPaddingBit;
  const std::size_t length = encrypt(way, out, header, {}, Bytes(padding).first(size), true, index);
  way.batch.commit(length);
  counters_.add(length == 0 ? Count::seal_failed : Count::probes_out);
  return Wrote::packet;
}

// Which writer, and what it is to say of the sending itself.
const rtp::HeaderWriter& ViewerSlot::begin_header(rtp::HeaderFields& fields, bool repair, std::size_t payload,
                                                  const Way& way, Instant now) const {
  fields.abs_send_time = rtp::abs_send_time(now);
  if (way.bandwidth == nullptr) return repair ? rtx_header_ : header_;
  const rtp::HeaderWriter& writer = repair ? numbered_rtx_header_ : numbered_header_;
  const std::size_t size =
      writer.size(fields.descriptor.size()) + payload + crypto::kGcmTag;  // the other profile has 6 bytes less
  fields.transport_sequence = way.bandwidth->on_sent(size, kind_ == MediaKind::video, now);
  return writer;
}

std::size_t ViewerSlot::write_redundancy(const forward::Forwarder::Out& packet, std::uint8_t payload_type,
                                         std::uint8_t* out) const {
  std::array<rtp::RedBlock, rtp::kMaxRedGenerations> older;
  std::size_t count = 0;
  for (std::size_t n = red_.generations(); n > 0; --n) {
    const std::optional<forward::Forwarder::Out> before = forwarder_.earlier(packet, n);
    if (before) older[count++] = {.timestamp = before->timestamp, .payload = before->packet->payload};
  }
  const std::size_t own = packet.packet->payload.size();
  return rtp::write_red_prefix(payload_type, packet.timestamp, std::span(older).first(count),
                               rtp::kMaxPayload - std::min(own, rtp::kMaxPayload), out);
}

std::size_t ViewerSlot::seal(const forward::Forwarder::Out& out_packet, bool repair, std::uint8_t* out, const Way& way,
                             Instant now) {
  const forward::TrackPacket& packet = *out_packet.packet;
  const sdp::CodecChoice* codec = choice(out_packet.codec);
  if (codec == nullptr) return 0;
  const std::uint64_t index = repair ? rtx_next_++ : out_packet.sequence;
  rtp::HeaderFields fields;
  fields.marker = packet.marker;
  fields.payload_type = repair ? *codec->rtx_payload_type : codec->payload_type;
  fields.sequence = static_cast<std::uint16_t>(index);
  fields.timestamp = out_packet.timestamp;
  if (packet.audio_level != forward::kNoLevel) fields.audio_level = packet.audio_level;
  std::array<std::uint8_t, rtp::kMaxDescriptor> descriptor;
  if (packet.numbers.frame_number) {
    std::copy(packet.descriptor.begin(), packet.descriptor.end(), descriptor.begin());
    const std::uint16_t number = *packet.numbers.frame_number + out_packet.numbers.frame_number;
    rtp::set_frame_number(descriptor, number);
    fields.descriptor = Bytes(descriptor).first(packet.descriptor.size());
  }
  const bool redundant = !repair && codec->red_payload_type && red_.generations() > 0;
  if (redundant) fields.payload_type = *codec->red_payload_type;
  // What goes before the shared payload: the original sequence of a repair, a picture number of this viewer's own, the
  // sound before this.
  std::array<std::uint8_t, std::max(rtp::kRtxPrefix + rtp::kMaxNumbersPrefix, rtp::kMaxRedPrefix)> prefix;
  std::size_t prefix_size = 0;
  if (redundant) {
    prefix_size = write_redundancy(out_packet, codec->payload_type, prefix.data());
    counters_.add(Count::red_out);
  }
  Bytes payload = packet.payload;
  if (repair) {
    store_u16(prefix.data(), static_cast<std::uint16_t>(out_packet.sequence));
    prefix_size = rtp::kRtxPrefix;
  }
  if (packet.numbers.prefix() > 0) {
    std::array<std::uint8_t, rtp::kMaxNumbersPrefix> numbers{};
    const std::size_t size = rtp::copy_rewritten_numbers(payload, packet.numbers, out_packet.numbers, numbers);
    std::copy_n(numbers.begin(), size, prefix.begin() + prefix_size);
    prefix_size += size;
    payload = payload.subspan(size);
  }
  const std::size_t header = begin_header(fields, repair, prefix_size + payload.size(), way, now).write(out, fields);
  return encrypt(way, out, header, Bytes(prefix).first(prefix_size), payload, repair, index);
}

std::size_t ViewerSlot::encrypt(const Way& way, std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload,
                                bool repair, std::uint64_t index) {
  const std::size_t length =
      way.cipher.seal_rtp(way.batch.unsealed(), out, header, prefix, payload, repair ? rtx_ssrc_ : ssrc_, index);
  // What waits for AES-CM is counted by its batch.
  if (length > 0 && way.cipher.profile() == crypto::SrtpProfile::aead_aes_128_gcm) counters_.add(Count::sealed_gcm);
  return length;
}

std::optional<rtp::SenderReport> ViewerSlot::make_report(Instant now) const {
  const std::optional<forward::Forwarder::Anchor>& anchor = forwarder_.anchor();
  if (!anchor || packets_ == 0) return std::nullopt;
  // RFC 3550 §6.4.1: the timestamp of the very instant that the NTP time says, which is the sending of the report.
  const std::uint32_t rate = clock_rate(kind_ == MediaKind::audio ? Codec::opus : Codec::h264);
  const auto since = static_cast<std::uint32_t>(rtp::to_ticks(now - anchor->instant, rate));
  return rtp::SenderReport{.ssrc = ssrc_,
                           .ntp = rtp::ntp_time(now),
                           .rtp_timestamp = anchor->timestamp + since,
                           .packets = packets_,
                           .octets = octets_,
                           .blocks = {}};
}

void ViewerSlot::handle_report_block(const rtp::ReportBlock& block, Instant now) {
  if (const std::optional<Duration> trip = rtp::round_trip(block, now)) budget_.set_round_trip(*trip);
  red_.handle_loss(block.fraction_lost, now);
}

void ViewerSlot::handle_key_frame_request(Instant now) {
  if (forward::Track* track = forwarder_.track()) track->key_frame_requests().want(now);
}

}  // namespace plenary::peer
