#include "server/bench/media_sender.h"

#include <algorithm>
#include <utility>

#include "media/rtp/rtx.h"
#include "media/rtp/timestamp.h"

namespace plenary::bench {
namespace {

// The middle 32 bits of an NTP time, as reports repeat them: 1/65536 s.
std::uint32_t middle(std::uint64_t ntp) { return static_cast<std::uint32_t>(ntp >> 16); }
Duration from_middle(std::uint32_t units) { return Duration(std::int64_t{units} * 1'000'000'000 / 65'536); }

}  // namespace

MediaSender::MediaSender(const crypto::SrtpKeys& keys, const std::vector<sdp::NegotiatedMedia>& media,
                         SenderSsrcs ssrcs, std::string cname, RandomSource& random)
    : srtp_(keys), ssrcs_(ssrcs), cname_(std::move(cname)) {
  for (const sdp::NegotiatedMedia& one : media) {
    add_stream(one, one.kind == MediaKind::audio ? ssrcs.audio : ssrcs.video, random);
  }
}

void MediaSender::add_stream(const sdp::NegotiatedMedia& media, std::uint32_t ssrc, RandomSource& random) {
  const Codec wanted = media.kind == MediaKind::audio ? Codec::opus : Codec::h264;
  const auto codec = std::ranges::find(media.codecs, wanted, &sdp::CodecChoice::codec);
  if (codec == media.codecs.end()) return;
  const rtp::ExtensionIds ids{.mid = media.extensions.mid,
                              .audio_level = media.extensions.audio_level,
                              .transport_cc = media.extensions.transport_cc};
  Stream stream{.codec = *codec, .header = rtp::HeaderWriter(ssrc, ids, media.mid), .report = {.kind = media.kind}};
  // RFC 3550 §5.1: random; below the half, so that the first loss is not taken for a wrap.
  stream.sequence = stream.first_sequence = static_cast<std::uint16_t>(random.u32() & 0x7fff);
  stream.rtx_sequence = static_cast<std::uint16_t>(random.u32() & 0x7fff);
  streams_.push_back(std::move(stream));
}

MediaSender::Stream* MediaSender::stream_of(MediaKind kind) {
  const auto found = std::ranges::find(streams_, kind, [](const Stream& stream) { return stream.report.kind; });
  return found == streams_.end() ? nullptr : &*found;
}

void MediaSender::send_frame(const rtp::Frame& frame, Instant now) {
  Stream* stream = stream_of(kind_of(frame.codec));
  if (stream == nullptr || stream->codec.codec != frame.codec || frame.payloads.empty()) return;
  if (!next_report_) next_report_ = now;
  rtp::HeaderFields fields{.payload_type = stream->codec.payload_type,
                           .timestamp = frame.rtp_timestamp,
                           .audio_level = frame.audio_level,
                           .voice = frame.audio_level.has_value()};
  for (std::size_t i = 0; i < frame.payloads.size(); ++i) {
    const ByteVector& payload = frame.payloads[i];
    fields.marker = kind_of(frame.codec) == MediaKind::video && i + 1 == frame.payloads.size();
    fields.sequence = stream->sequence++;
    fields.transport_sequence = transport_sequence_++;
    ByteVector packet(stream->header.size());
    stream->header.write(packet.data(), fields);
    packet.insert(packet.end(), payload.begin(), payload.end());
    ++stream->report.packets;
    stream->octets += static_cast<std::uint32_t>(payload.size());
    std::size_t size = 0;
    protect_rtp(packet, &size);
    stream->report.bytes += size;
    if (!stream->codec.rtx_payload_type) continue;
    stream->history.push_back(std::move(packet));
    if (stream->history.size() > kSentHistory) stream->history.pop_front();
  }
  ++stream->report.frames;
  stream->last_timestamp = frame.rtp_timestamp;
  stream->last_captured = frame.captured;
}

void MediaSender::protect_rtp(ByteVector packet, std::size_t* size) {
  const std::size_t clear = packet.size();
  packet.resize(clear + crypto::kMaxSrtpTrailer);
  const auto length = srtp_.protect_rtp(packet, clear);
  if (!length) return;
  packet.resize(*length);
  if (size != nullptr) *size = *length;
  outputs_.push_back(std::move(packet));
}

void MediaSender::handle_packet(Bytes packet, Instant now) {
  ByteVector clear(packet.begin(), packet.end());
  const auto length = srtp_.unprotect_rtcp(clear);
  if (!length) return;
  for (const rtp::RtcpPacket& one : rtp::parse_rtcp(Bytes(clear).first(*length)).packets) {
    if (const auto* report = std::get_if<rtp::ReceiverReport>(&one)) {
      for (const rtp::ReportBlock& block : report->blocks) take_block(block, now);
    } else if (const auto* nack = std::get_if<rtp::Nack>(&one)) {
      Stream* video = stream_of(MediaKind::video);
      if (video == nullptr || nack->media_ssrc != ssrcs_.video) continue;
      for (const std::uint16_t sequence : nack->sequences) repair(*video, sequence);
    } else if (std::holds_alternative<rtp::PictureLoss>(one) || std::holds_alternative<rtp::FullIntraRequest>(one)) {
      key_frame_wanted_ = true;
    }
  }
}

void MediaSender::take_block(const rtp::ReportBlock& block, Instant now) {
  const bool audio = block.ssrc == ssrcs_.audio;
  if (!audio && block.ssrc != ssrcs_.video) return;
  Stream* stream = stream_of(audio ? MediaKind::audio : MediaKind::video);
  if (stream == nullptr) return;
  SendReport& report = stream->report;
  ++report.reports;
  report.lost = block.cumulative_lost;
  const auto known = std::int64_t{block.highest_sequence} - stream->first_sequence + 1;
  report.acknowledged = std::max<std::int64_t>(0, known - std::max<std::int64_t>(0, report.lost));
  report.jitter = rtp::from_ticks(block.jitter, clock_rate(stream->codec.codec));
  if (block.last_sender_report == 0) return;
  // RFC 3550 §6.4.1: now − LSR − DLSR, modulo 2^32.
  const std::uint32_t units = middle(rtp::ntp_time(now)) - block.last_sender_report - block.delay_since;
  round_trip_ = units < 1U << 31 ? from_middle(units) : Duration{};  // rounding may say less than nothing
}

void MediaSender::repair(Stream& stream, std::uint16_t sequence) {
  const auto found = std::ranges::find_if(
      stream.history, [&](const ByteVector& packet) { return load_u16(packet.data() + 2) == sequence; });
  std::optional<ByteVector> rtx;
  if (found != stream.history.end()) {
    rtx = rtp::wrap_rtx(*found, ssrcs_.rtx, *stream.codec.rtx_payload_type, stream.rtx_sequence);
  }
  if (!rtx) {
    ++stream.report.not_repaired;
    return;
  }
  ++stream.rtx_sequence;
  ++stream.report.retransmissions;
  protect_rtp(*std::move(rtx));
}

void MediaSender::handle_timeout(Instant now) {
  if (next_report_ && now >= *next_report_) send_report(now);
}

void MediaSender::send_report(Instant now) {
  next_report_ = now + kSenderReportInterval;
  ByteVector compound;
  for (const Stream& stream : streams_) {
    if (stream.report.packets == 0) continue;
    // What the stream's clock shows now, so that sound and picture are joined by their sender reports.
    const auto since = rtp::to_ticks(now - stream.last_captured, clock_rate(stream.codec.codec));
    rtp::write_rtcp(rtp::SenderReport{.ssrc = stream.header.ssrc(),
                                      .ntp = rtp::ntp_time(now),
                                      .rtp_timestamp = stream.last_timestamp + static_cast<std::uint32_t>(since),
                                      .packets = static_cast<std::uint32_t>(stream.report.packets),
                                      .octets = stream.octets,
                                      .blocks = {}},
                    compound);
    rtp::write_rtcp(rtp::SourceDescription{.ssrc = stream.header.ssrc(), .cname = cname_}, compound);
  }
  if (compound.empty()) return;
  const std::size_t clear = compound.size();
  compound.resize(clear + crypto::kMaxSrtpTrailer);
  const auto length = srtp_.protect_rtcp(compound, clear);
  if (!length) return;
  compound.resize(*length);
  outputs_.push_back(std::move(compound));
}

std::optional<ByteVector> MediaSender::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  ByteVector packet = std::move(outputs_.front());
  outputs_.pop_front();
  return packet;
}

bool MediaSender::take_key_frame_request() { return std::exchange(key_frame_wanted_, false); }

std::vector<SendReport> MediaSender::reports() const {
  std::vector<SendReport> all;
  for (const Stream& stream : streams_) all.push_back(stream.report);
  return all;
}

}  // namespace plenary::bench
