#include "server/bench/media_receiver.h"

#include <algorithm>
#include <utility>

#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/rtx.h"

namespace plenary::bench {

// What is known of one m-line, over all SSRCs that it had.
struct MediaReceiver::Slot {
  sdp::NegotiatedMedia media;
  std::optional<Instant> first_packet;
  std::optional<Instant> first_key_frame;
  std::optional<Instant> last_key_frame_request;
  bool wants_key_frame = false;
  std::uint64_t retransmissions = 0;
};

struct MediaReceiver::Stream {
  Stream(std::size_t slot, std::uint32_t ssrc, bool retransmits, Codec codec, bool keep_frames)
      : slot(slot),
        ssrc(ssrc),
        retransmits(retransmits),
        codec(codec),
        statistics(ssrc, clock_rate(codec)),
        frames(kind_of(codec), keep_frames) {}

  const std::size_t slot;
  const std::uint32_t ssrc;
  const bool retransmits;  // RTX: the rest is unused then
  Codec codec;
  rtp::ReceiveStatistics statistics;
  rtp::NackTracker missing;
  FrameAssembler frames;
  std::uint64_t arrived = 0;
};

namespace {

std::optional<sdp::CodecChoice> codec_of(const sdp::NegotiatedMedia& media, std::uint8_t payload_type) {
  for (const sdp::CodecChoice& codec : media.codecs) {
    if (codec.payload_type == payload_type || codec.rtx_payload_type == payload_type) return codec;
  }
  return std::nullopt;
}

void earlier(std::optional<Instant>& least, std::optional<Instant> other) {
  if (other && (!least || *other < *least)) least = other;
}

}  // namespace

MediaReceiver::MediaReceiver(const crypto::SrtpKeys& keys, std::vector<sdp::NegotiatedMedia> media, std::uint32_t ssrc,
                             std::string cname, ReceiveSettings settings)
    : ssrc_(ssrc), cname_(std::move(cname)), settings_(settings), srtp_(keys), transport_feedback_(ssrc) {
  for (sdp::NegotiatedMedia& one : media) slots_.push_back({.media = std::move(one)});
}
MediaReceiver::~MediaReceiver() = default;
MediaReceiver::MediaReceiver(MediaReceiver&&) noexcept = default;

std::optional<std::size_t> MediaReceiver::slot_of(const rtp::Packet& packet) const {
  std::optional<std::size_t> by_payload_type;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const sdp::NegotiatedMedia& media = slots_[i].media;
    if (!codec_of(media, packet.payload_type)) continue;
    const bool named = packet.ssrc == media.ssrc || packet.ssrc == media.rtx_ssrc ||
                       std::ranges::find(media.remote_ssrcs, packet.ssrc) != media.remote_ssrcs.end();
    const auto mid = media.extensions.mid == 0 ? std::nullopt : rtp::find_extension(packet, media.extensions.mid);
    if ((named && packet.ssrc != 0) || (mid && as_text(*mid) == media.mid)) return i;
    if (!by_payload_type) by_payload_type = i;
  }
  return by_payload_type;
}

MediaReceiver::Stream* MediaReceiver::stream_of(const rtp::Packet& packet) {
  if (const auto known = streams_.find(packet.ssrc); known != streams_.end()) return known->second.get();
  const std::optional<std::size_t> slot = slot_of(packet);
  if (!slot) return nullptr;
  const sdp::CodecChoice codec = codec_of(slots_[*slot].media, packet.payload_type).value();
  auto stream = std::make_unique<Stream>(*slot, packet.ssrc, codec.rtx_payload_type == packet.payload_type, codec.codec,
                                         settings_.keep_frames);
  return (streams_[packet.ssrc] = std::move(stream)).get();
}

std::optional<Bytes> MediaReceiver::decrypt(Bytes packet) {
  scratch_.assign(packet.begin(), packet.end());
  const bool rtcp = rtp::is_rtcp(packet);
  const auto length = rtcp ? srtp_.unprotect_rtcp(scratch_) : srtp_.unprotect_rtp(scratch_);
  ++(length ? totals_.decrypted : totals_.unauthentic);
  if (!length) return std::nullopt;
  return Bytes(scratch_).first(*length);
}

void MediaReceiver::handle_packet(Bytes packet, Instant now) {
  if (!next_report_) next_report_ = now + kReportInterval;
  rtp::is_rtcp(packet) ? handle_rtcp(packet, now) : handle_rtp(packet, now);
}

void MediaReceiver::handle_rtp(Bytes packet, Instant now) {
  if (packet.size() < rtp::kMinHeader) return;
  const auto known = streams_.find(load_u32(packet.data() + 8));
  Stream* stream = known == streams_.end() ? nullptr : known->second.get();
  // The length of a padding is encrypted.
  const bool padded = (packet[0] & 0x20) != 0;
  const bool clear = padded || stream == nullptr || stream->retransmits || !slots_[stream->slot].first_key_frame ||
                     stream->arrived % std::max(1U, settings_.decrypt_every) == 0;
  const std::size_t size = packet.size();
  if (clear) {
    const std::optional<Bytes> decrypted = decrypt(packet);
    if (!decrypted) return;
    packet = *decrypted;
  }
  const auto parsed = rtp::parse_packet(packet);
  if (!parsed) return;
  if (clear) stream = stream_of(*parsed);  // no stream before something of it was authentic
  if (stream == nullptr) {
    ++totals_.unknown;
    return;
  }
  const std::uint8_t transport_cc = slots_[stream->slot].media.extensions.transport_cc;
  if (const auto number = transport_cc == 0 ? std::nullopt : rtp::find_extension(*parsed, transport_cc);
      number && number->size() >= 2) {
    transport_feedback_.handle_packet(load_u16(number->data()), parsed->ssrc, now);
  }
  if (stream->retransmits) return handle_retransmission(*stream, *parsed, now);
  handle_media(*stream, *parsed, size, clear, now);
}

void MediaReceiver::handle_media(Stream& stream, const rtp::Packet& packet, std::size_t size, bool clear, Instant now) {
  Slot& slot = slots_[stream.slot];
  ++stream.arrived;
  if (const auto codec = codec_of(slot.media, packet.payload_type)) stream.codec = codec->codec;
  if (!slot.first_packet) slot.first_packet = now;
  const bool key = clear && rtp::payload_starts_key_frame(stream.codec, packet.payload);
  if (!slot.first_key_frame && (key || slot.media.kind == MediaKind::audio)) slot.first_key_frame = now;
  stream.statistics.handle_packet(packet.sequence, packet.timestamp, size, now);
  const auto arrival = stream.missing.handle_packet(packet.sequence, now);
  if (arrival == rtp::NackTracker::Arrival::duplicate) return;
  FramePacket piece{.sequence = packet.sequence,
                    .timestamp = packet.timestamp,
                    .marker = packet.marker,
                    .padding_only = packet.payload.empty(),
                    .starts_key_frame = key,
                    .received = now,
                    .payload = {}};
  if (settings_.keep_frames && clear) piece.payload.assign(packet.payload.begin(), packet.payload.end());
  stream.frames.add(std::move(piece));
}

void MediaReceiver::handle_retransmission(Stream& stream, const rtp::Packet& packet, Instant now) {
  Slot& slot = slots_[stream.slot];
  ++slot.retransmissions;
  const auto content = rtp::parse_rtx(packet);
  if (!content) return;
  // RFC 4588 §5.3 would have SSRCs of one CNAME tried; here a slot has one stream at a time.
  Stream* original = nullptr;
  for (const auto& [ssrc, other] : streams_) {
    if (other->slot != stream.slot || other->retransmits) continue;
    if (original == nullptr || ssrc == slot.media.ssrc) original = other.get();
  }
  if (original == nullptr) return;
  if (original->missing.handle_packet(content->sequence, now) == rtp::NackTracker::Arrival::duplicate) return;
  FramePacket piece{.sequence = content->sequence,
                    .timestamp = packet.timestamp,
                    .marker = packet.marker,
                    .padding_only = false,
                    .starts_key_frame = rtp::payload_starts_key_frame(original->codec, content->payload),
                    .received = now,
                    .payload = {}};
  if (settings_.keep_frames) piece.payload.assign(content->payload.begin(), content->payload.end());
  original->frames.add(std::move(piece));
}

void MediaReceiver::handle_rtcp(Bytes packet, Instant now) {
  const std::optional<Bytes> clear = decrypt(packet);
  if (!clear) return;
  for (const rtp::RtcpPacket& one : rtp::parse_rtcp(*clear).packets) {
    const auto* sender_report = std::get_if<rtp::SenderReport>(&one);
    if (sender_report == nullptr) continue;
    ++totals_.sender_reports;
    const auto stream = streams_.find(sender_report->ssrc);
    if (stream != streams_.end()) stream->second->statistics.handle_sender_report(*sender_report, now);
  }
}

void MediaReceiver::handle_timeout(Instant now) {
  for (const auto& [ssrc, stream] : streams_) stream->frames.handle_timeout(now);
  ask_for_missing(now);
  ask_for_key_frames(now);
  ByteVector feedback;
  while (const auto message = transport_feedback_.poll_feedback(now)) rtp::write_rtcp(*message, feedback);
  send(feedback);
  if (next_report_ && now >= *next_report_) report(now);
}

void MediaReceiver::ask_for_missing(Instant now) {
  for (const auto& [ssrc, stream] : streams_) {
    if (stream->retransmits) continue;
    const auto codec = std::ranges::find(slots_[stream->slot].media.codecs, stream->codec, &sdp::CodecChoice::codec);
    stream->missing.set_round_trip(round_trip_);
    const std::vector<std::uint16_t> sequences = stream->missing.poll_nacks(now);
    if (stream->missing.take_gave_up()) slots_[stream->slot].wants_key_frame = true;
    if (sequences.empty() || codec == slots_[stream->slot].media.codecs.end() || !codec->nack) continue;
    totals_.nacks += sequences.size();
    ByteVector compound;
    rtp::write_rtcp(rtp::Nack{.sender_ssrc = ssrc_, .media_ssrc = ssrc, .sequences = sequences}, compound);
    send(compound);
  }
}

void MediaReceiver::ask_for_key_frames(Instant now) {
  for (const auto& [ssrc, stream] : streams_) {
    Slot& slot = slots_[stream->slot];
    if (stream->retransmits || slot.media.kind != MediaKind::video) continue;
    const bool never_came = !slot.first_key_frame && slot.first_packet && now - *slot.first_packet >= kKeyFramePatience;
    const bool too_soon = slot.last_key_frame_request && now - *slot.last_key_frame_request < kKeyFrameRequestInterval;
    if (too_soon || !(never_came || slot.wants_key_frame)) continue;
    slot.last_key_frame_request = now;
    slot.wants_key_frame = false;
    ++totals_.key_frame_requests;
    ByteVector compound;
    rtp::write_rtcp(rtp::PictureLoss{.sender_ssrc = ssrc_, .media_ssrc = ssrc}, compound);
    send(compound);
  }
}

void MediaReceiver::report(Instant now) {
  next_report_ = now + kReportInterval;
  rtp::ReceiverReport receiver_report{.ssrc = ssrc_, .blocks = {}};
  for (const auto& [ssrc, stream] : streams_) {
    if (stream->retransmits) continue;
    if (const auto block = stream->statistics.make_block(now)) receiver_report.blocks.push_back(*block);
  }
  ByteVector compound;
  rtp::write_rtcp(receiver_report, compound);
  rtp::write_rtcp(rtp::SourceDescription{.ssrc = ssrc_, .cname = cname_}, compound);
  send(compound);
}

void MediaReceiver::send(const ByteVector& compound) {
  if (compound.empty()) return;
  ByteVector packet(compound);
  packet.resize(compound.size() + crypto::kMaxSrtpTrailer);
  const auto length = srtp_.protect_rtcp(packet, compound.size());
  if (!length) return;
  packet.resize(*length);
  outputs_.push_back(std::move(packet));
}

std::optional<ByteVector> MediaReceiver::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  ByteVector packet = std::move(outputs_.front());
  outputs_.erase(outputs_.begin());
  return packet;
}

std::optional<Instant> MediaReceiver::next_timeout() const {
  std::optional<Instant> next = next_report_;
  earlier(next, transport_feedback_.next_timeout());
  for (const auto& [ssrc, stream] : streams_) {
    earlier(next, stream->frames.next_timeout());
    if (!stream->retransmits) earlier(next, stream->missing.next_timeout());
  }
  return next;
}

std::vector<SlotReport> MediaReceiver::slots() const {
  std::vector<SlotReport> reports;
  for (const Slot& slot : slots_) {
    SlotReport report{.kind = slot.media.kind, .mid = slot.media.mid};
    report.retransmissions = slot.retransmissions;
    report.first_packet = slot.first_packet;
    report.first_key_frame = slot.first_key_frame;
    reports.push_back(report);
  }
  for (const auto& [ssrc, stream] : streams_) {
    if (stream->retransmits) continue;
    SlotReport& report = reports[stream->slot];
    report.packets += stream->statistics.packets();
    report.bytes += stream->statistics.octets();
    report.lost += stream->statistics.cumulative_lost();
    report.recovered += stream->missing.recovered();
    report.given_up += stream->missing.given_up();
    report.duplicates += stream->missing.duplicates();
    report.jitter = std::max(report.jitter, stream->statistics.jitter());
    report.frames += stream->frames.complete();
    report.broken_frames += stream->frames.broken();
    report.key_frames += stream->frames.key_frames();
  }
  return reports;
}

std::optional<ReceivedFrame> MediaReceiver::poll_frame(std::size_t slot) {
  for (const auto& [ssrc, stream] : streams_) {
    if (stream->slot != slot || stream->retransmits) continue;
    if (auto frame = stream->frames.poll_frame()) return frame;
  }
  return std::nullopt;
}

}  // namespace plenary::bench
