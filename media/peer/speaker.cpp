#include "media/peer/speaker.h"

#include <algorithm>

#include "media/rtp/av1.h"
#include "media/rtp/key_frame.h"
#include "media/rtp/rtx.h"
#include "media/rtp/vp9.h"

namespace plenary::peer {
namespace {

rtp::ExtensionIds incoming(const sdp::ExtensionIds& ids) {
  return {.mid = ids.mid,
          .rid = ids.rid,
          .repaired_rid = ids.repaired_rid,
          .audio_level = ids.audio_level,
          .abs_send_time = ids.abs_send_time,
          .transport_cc = ids.transport_cc,
          .dependency_descriptor = ids.dependency_descriptor};
}

}  // namespace

Speaker::Speaker(const sdp::Negotiated& negotiated, std::string cname, RandomSource& random, Counters& counters)
    : counters_(counters), ssrc_(random.u32() | 1), cname_(std::move(cname)), reduced_size_(negotiated.reduced_size) {
  bool transport_cc = false;
  bool remb = false;
  for (const sdp::NegotiatedMedia& media : negotiated.media) {
    if (media.layers.empty()) streams_.emplace_back(media, std::nullopt, counters);
    for (std::size_t i = 0; i < media.layers.size(); ++i) streams_.emplace_back(media, i, counters);
    if (!media.layers.empty()) layers_.emplace(std::min(media.layers.size(), sdp::kMaxSpeakerLayers));
    for (const sdp::CodecChoice& codec : media.codecs) {
      transport_cc |= codec.transport_cc && media.extensions.transport_cc != 0;
      remb |= codec.remb;
    }
  }
  if (transport_cc) transport_feedback_.emplace(ssrc_);
  if (remb) bandwidth_.emplace(kMaxUplinkBitrate);
}

bool Speaker::police(std::size_t size, Instant now) {
  if (now - second_began_ >= std::chrono::seconds(1)) {
    const bool over = second_packets_ > kMaxUplinkPackets || second_bytes_ > kMaxUplinkBytes;
    seconds_over_ = over ? seconds_over_ + 1 : 0;
    second_began_ = now;
    second_packets_ = 0;
    second_bytes_ = 0;
  }
  ++second_packets_;
  second_bytes_ += size;
  return second_packets_ <= kMaxUplinkPackets && second_bytes_ <= kMaxUplinkBytes;
}

std::optional<Speaker::Received> Speaker::handle_rtp(Bytes bytes, Instant received) {
  counters_.add(Count::rtp_in);
  if (!police(bytes.size(), received)) {
    counters_.add(Count::uplink_policed);
    return std::nullopt;
  }
  const std::optional<rtp::Packet> packet = rtp::parse_packet(bytes);
  if (!packet) {
    counters_.add(Count::rtp_malformed);
    return std::nullopt;
  }
  if (bandwidth_) bandwidth_->handle_packet(bytes.size(), received);
  UplinkStream* stream = nullptr;
  UplinkStream::Match match;
  for (UplinkStream& one : streams_) {
    match = one.match(packet->payload_type);
    stream = match.codec != nullptr ? &one : nullptr;
    if (stream != nullptr) break;
  }
  if (stream == nullptr) {
    counters_.add(Count::rtp_unknown_stream);
    return std::nullopt;
  }
  const rtp::HeaderExtensions extensions = rtp::read_extensions(*packet, incoming(stream->media().extensions));
  if (transport_feedback_ && extensions.transport_sequence) {
    transport_feedback_->handle_packet(*extensions.transport_sequence, packet->ssrc, received);
  }
  if (match.repair) counters_.add(Count::rtx_in);
  if (stream->layer()) stream = find_layer(*packet, extensions, match);
  if (stream == nullptr) {
    counters_.add(Count::rtp_unknown_layer);
    return std::nullopt;
  }
  if (!match.repair) return deliver(*stream, *match.codec, bytes, false, bytes.size(), received);
  if (packet->payload.empty()) return std::nullopt;  // a probe
  std::optional<ByteVector> restored =
      stream->ssrc() ? rtp::unwrap_rtx(bytes, *stream->ssrc(), match.codec->payload_type) : std::nullopt;
  if (!restored) {
    counters_.add(Count::rtx_malformed);
    return std::nullopt;
  }
  restored_ = std::move(*restored);
  return deliver(*stream, *match.codec, restored_, true, bytes.size(), received);
}

// RFC 8852 §3, RFC 9143 §9.2: a rid names the layer until its SSRC is known; senders leave it out from then on. Nothing
// for a rid that was not answered, an SSRC that no rid came with, and a layer that has another SSRC or codec already.
UplinkStream* Speaker::find_layer(const rtp::Packet& packet, const rtp::HeaderExtensions& extensions,
                                  const UplinkStream::Match& match) {
  const std::optional<std::string_view>& rid = match.repair ? extensions.repaired_rid : extensions.rid;
  UplinkStream* known = nullptr;
  UplinkStream* named = nullptr;
  for (UplinkStream& stream : streams_) {
    if (!stream.layer()) continue;
    if ((match.repair ? stream.repair_ssrc() : stream.ssrc()) == packet.ssrc) known = &stream;
    if (rid == stream.media().layers[*stream.layer()]) named = &stream;
    // All layers of a picture are one codec: viewers go from one to the other.
    if (stream.ssrc() && stream.codec() != match.codec->codec) return nullptr;
  }
  if (known != nullptr) return rid && named != known ? nullptr : known;
  if (named == nullptr || (match.repair ? named->repair_ssrc() : named->ssrc())) return nullptr;
  if (match.repair) named->learn_repair_ssrc(packet.ssrc);
  return named;
}

std::optional<Speaker::Received> Speaker::deliver(UplinkStream& stream, const sdp::CodecChoice& codec, Bytes bytes,
                                                  bool restored, std::size_t size, Instant received) {
  const std::optional<rtp::Packet> packet = rtp::parse_packet(bytes);
  if (!packet) {
    counters_.add(Count::rtp_malformed);
    return std::nullopt;
  }
  if (!stream.handle_packet(*packet, codec, restored, size, received)) return std::nullopt;
  if (!packet->payload.empty() && !rtp::payload_is_readable(codec.codec, packet->payload)) {
    counters_.add(Count::rtp_payload_malformed);
    return std::nullopt;
  }
  if (stream.layer() && !restored) layers_->handle_packet(*stream.layer(), codec.codec, *packet, received);
  if (!report_due_) report_due_ = received + kReceiverReportInterval / 4;
  const rtp::HeaderExtensions extensions = rtp::read_extensions(*packet, incoming(stream.media().extensions));
  Received what{.kind = stream.kind(),
                .codec = codec.codec,
                .restarted = stream.take_restarted(),
                .packet = *packet,
                .bytes = bytes,
                .captured = stream.captured(packet->timestamp, received),
                .audio_level = extensions.audio_level,
                .layer = stream.layer()};
  if (codec.codec == Codec::vp9 && !stream.layer()) what.spatial = find_spatial(*packet, restored, received);
  if (codec.codec == Codec::av1) {
    what.descriptor = extensions.descriptor;
    if (!stream.layer()) find_targets(stream, what, restored, received);
  }
  return what;
}

// RFC 9628 §4.2.1: a key frame says how many layers its pictures have; more than viewers choose from are one stream.
std::optional<forward::SpatialPlace> Speaker::find_spatial(const rtp::Packet& packet, bool restored, Instant received) {
  const std::optional<rtp::Vp9Descriptor> descriptor = rtp::parse_vp9_descriptor(packet.payload);
  if (descriptor && descriptor->structure && rtp::vp9_payload_starts_key_frame(packet.payload)) {
    const std::size_t layers = descriptor->structure->spatial_layers;
    if ((layers > 1 || spatial_layers_ > 0) && layers <= sdp::kMaxSpeakerLayers) spatial_layers_ = layers;
  }
  if (spatial_layers_ == 0) return std::nullopt;
  if (!layers_) layers_.emplace(sdp::kMaxSpeakerLayers);
  if (!descriptor) return forward::SpatialPlace{.layers = spatial_layers_, .layer = spatial_layers_};
  const forward::SpatialPlace place = forward::spatial_place(*descriptor, spatial_layers_);
  if (restored) return place;
  const bool key_frame = rtp::vp9_payload_starts_key_frame(packet.payload);
  SpeakerLayers::Sizes sizes{};
  for (std::size_t i = 0; descriptor->structure && i < sizes.size(); ++i) {
    sizes[i] = {descriptor->structure->sizes[i].width, descriptor->structure->sizes[i].height};
  }
  layers_->handle_spatial(place, key_frame ? &sizes : nullptr, packet, received);
  return place;
}

// The same of AV1, whose layers no payload tells.
void Speaker::find_targets(UplinkStream& stream, Received& what, bool restored, Instant received) {
  if (what.restarted) dependencies_ = rtp::DependencyReader();
  const std::optional<rtp::DependencyDescriptor> descriptor = dependencies_.read(what.descriptor);
  if (descriptor && descriptor->structure == *dependencies_.structure()) {
    const auto targets = forward::layer_targets(*descriptor->structure, descriptor->frame);
    const bool layered = targets && (targets->layers > 1 || layer_targets_);
    layer_targets_ = layered ? targets : std::nullopt;
  }
  if (!layer_targets_) return;
  if (!layers_) layers_.emplace(sdp::kMaxSpeakerLayers);
  what.spatial = forward::SpatialPlace{.layers = layer_targets_->layers, .layer = layer_targets_->layers};
  if (!descriptor) {
    if (what.packet.payload.empty()) return;  // a probe
    counters_.add(Count::rtp_unknown_layer);
    stream.want_key_frame(received);
    return;
  }
  what.spatial = forward::spatial_place(*descriptor, *layer_targets_);
  what.descriptor_parts = descriptor->parts;
  what.stream_targets = layer_targets_->within;
  if (restored) return;
  const bool key_frame = rtp::av1_payload_starts_key_frame(what.packet.payload);
  SpeakerLayers::Sizes sizes{};
  const std::vector<rtp::PictureSize>& known = dependencies_.structure()->sizes;
  std::copy_n(known.begin(), std::min(known.size(), sizes.size()), sizes.begin());
  layers_->handle_spatial(*what.spatial, key_frame ? &sizes : nullptr, what.packet, received);
}

void Speaker::handle_rtcp(const rtp::RtcpCompound& compound, Instant now) {
  for (const rtp::RtcpPacket& packet : compound.packets) {
    if (const auto* extended = std::get_if<rtp::ExtendedReport>(&packet)) handle_extended_report(*extended, now);
    const auto* report = std::get_if<rtp::SenderReport>(&packet);
    if (report == nullptr) continue;
    const bool known = std::any_of(streams_.begin(), streams_.end(),
                                   [report](const UplinkStream& stream) { return stream.ssrc() == report->ssrc; });
    if (!known) continue;
    clock_.handle_report(report->ntp, now);
    for (UplinkStream& stream : streams_) stream.handle_sender_report(*report, clock_, now);
  }
}

void Speaker::handle_extended_report(const rtp::ExtendedReport& report, Instant now) {
  for (const rtp::ExtendedReport::Echo& echo : report.echoes) {
    const std::optional<Duration> trip = echo.ssrc == ssrc_ ? rtp::round_trip(echo, now) : std::nullopt;
    if (!trip) continue;
    round_trip_ = trip;
    for (UplinkStream& stream : streams_) stream.set_round_trip(*trip);
  }
}

// A layer that has stopped begins with a key frame of its own accord.
bool Speaker::asks_in_vain(const UplinkStream& stream) const {
  return stream.layer() && layers_->stopped(*stream.layer());
}

void Speaker::want_key_frame(Instant now, std::optional<std::size_t> layer) {
  for (UplinkStream& stream : streams_) {
    if (!layer || !stream.layer() || stream.layer() == layer) stream.want_key_frame(now);
  }
}

void Speaker::collect(Instant now) {
  scratch_.clear();
  const bool reports = report_due_ && now >= *report_due_;
  if (reports) write_reports(now);
  if (!reports && !reduced_size_) begin_compound({.ssrc = ssrc_, .blocks = {}});
  const std::size_t before = scratch_.size();
  for (UplinkStream& stream : streams_) {
    stream.write_nacks(ssrc_, now, scratch_);
    if (asks_in_vain(stream)) stream.forget_key_frame_wish();
    stream.write_key_frame_request(ssrc_, now, scratch_);
  }
  if (!reports && scratch_.size() == before) scratch_.clear();
}

// RFC 3550 §6.1: a report comes first, and each compound names its sender.
void Speaker::begin_compound(rtp::ReceiverReport report) {
  rtp::write_rtcp(std::move(report), scratch_);
  rtp::write_rtcp(rtp::SourceDescription{.ssrc = ssrc_, .cname = cname_}, scratch_);
}

void Speaker::write_reports(Instant now) {
  report_due_ = now + kReceiverReportInterval;
  rtp::ReceiverReport report{.ssrc = ssrc_, .blocks = {}};
  std::vector<std::uint32_t> ssrcs;
  for (UplinkStream& stream : streams_) {
    std::optional<rtp::ReportBlock> block = stream.make_block(now);
    if (!block) continue;
    if (bandwidth_ && stream.kind() == MediaKind::video) bandwidth_->handle_loss(block->fraction_lost);
    if (stream.kind() == MediaKind::audio) {
      const rtp::ReceiveStatistics& statistics = *stream.statistics();
      quality_ = Quality{.expected = static_cast<std::uint32_t>(statistics.interval().expected),
                         .lost = static_cast<std::uint32_t>(statistics.interval().lost),
                         .jitter = statistics.jitter(),
                         .round_trip = round_trip_};
    }
    ssrcs.push_back(block->ssrc);
    report.blocks.push_back(*block);
  }
  begin_compound(std::move(report));
  // libwebrtc answers it unasked; who does not know it skips it.
  rtp::write_rtcp(rtp::ExtendedReport{.ssrc = ssrc_, .reference_time = rtp::ntp_time(now)}, scratch_);
  if (!bandwidth_) return;
  if (std::optional<rtp::Remb> remb = bandwidth_->poll_remb(ssrc_, ssrcs, now)) {
    rtp::write_rtcp(std::move(*remb), scratch_);
  }
}

bool Speaker::write(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now) {
  const auto send = [&](const ByteVector& clear) {
    if (clear.empty()) return true;
    if (clear.size() + crypto::kMaxSrtpTrailer > kMaxDatagram) {
      counters_.add(Count::seal_failed);
      return true;
    }
    std::uint8_t* out = batch.next(path);
    if (out == nullptr) return false;
    std::copy(clear.begin(), clear.end(), out);
    batch.commit(cipher.seal_rtcp(out, clear.size()));
    return true;
  };
  if (batch.next(path) == nullptr) return false;
  collect(now);
  if (!send(scratch_)) return false;
  while (transport_feedback_) {
    std::optional<rtp::TransportFeedback> feedback = transport_feedback_->poll_feedback(now);
    if (!feedback) break;
    scratch_.clear();
    if (!reduced_size_) begin_compound({.ssrc = ssrc_, .blocks = {}});
    rtp::write_rtcp(std::move(*feedback), scratch_);
    if (!send(scratch_)) return false;
  }
  return true;
}

std::optional<Instant> Speaker::next_timeout() const {
  std::optional<Instant> next = report_due_;
  const auto sooner = [&next](const std::optional<Instant>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  for (const UplinkStream& stream : streams_) sooner(stream.next_timeout());
  if (transport_feedback_) sooner(transport_feedback_->next_timeout());
  return next;
}

}  // namespace plenary::peer
