#include "tests/sim/speaker_client.h"

#include <algorithm>

#include "media/rtp/header_writer.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/timestamp.h"

namespace plenary::sim {
namespace {

constexpr std::size_t kHistory = 512;
constexpr Duration kAudioInterval = std::chrono::milliseconds(20);
constexpr Duration kVideoInterval = std::chrono::milliseconds(40);
struct Shape {  // of a picture's frames
  std::uint16_t parts = 0;
  std::size_t size = 0;
};
constexpr Shape kPicture = {4, 900};
// 0.12, 0.4 and 1.1 Mbit/s.
constexpr std::array<Shape, sdp::kMaxSpeakerLayers> kLayers = {{{1, 600}, {2, 1'000}, {5, 1'100}}};

// RFC 3550 §6.1: a report first, then who sends it.
bool is_whole_compound(const std::vector<rtp::RtcpPacket>& packets) {
  if (packets.size() < 2) return false;
  const auto* report = std::get_if<rtp::ReceiverReport>(&packets[0]);
  const auto* description = std::get_if<rtp::SourceDescription>(&packets[1]);
  return report != nullptr && description != nullptr && description->ssrc == report->ssrc &&
         !description->cname.empty();
}

}  // namespace

SpeakerClient::SpeakerClient(Config config, RandomSource& random, Instant now)
    : transport(config.transport, random, now), config_(std::move(config)) {
  for (const sdp::NegotiatedMedia& media : config_.media) {
    Stream stream;
    stream.media = &media;
    for (const sdp::CodecChoice& codec : media.codecs) {
      if (media.kind == MediaKind::audio || codec.codec == config_.video) stream.codec = &codec;
      if (stream.codec != nullptr) break;
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(media.layers.size(), 1); ++i) {
      stream.ssrc = random.u32() | 1;
      stream.rtx_ssrc = random.u32() | 1;
      stream.sequence = static_cast<std::uint16_t>(65'500 + random.u32() % 36);  // wraps soon
      stream.rtx_sequence = static_cast<std::uint16_t>(random.u32() & 0x7fff);
      stream.timestamp = random.u32();
      if (media.kind == MediaKind::audio) {
        audio_ = stream;
        break;
      }
      const Shape& shape = media.layers.empty() ? kPicture : kLayers[i];
      stream.parts = shape.parts;
      stream.size = shape.size;
      if (!media.layers.empty()) stream.rid = media.layers[i];
      video_.push_back(stream);
    }
  }
  key_frames_asked_of.resize(video_.size());
}

std::vector<SpeakerClient::Stream*> SpeakerClient::streams() {
  std::vector<Stream*> all;
  if (audio_) all.push_back(&*audio_);
  for (Stream& stream : video_) all.push_back(&stream);
  return all;
}

void SpeakerClient::swap_ssrcs(std::size_t layer, std::size_t other) {
  Stream& one = video_[layer];
  Stream& two = video_[other];
  std::swap(one, two);
  std::swap(one.rid, two.rid);
  std::swap(one.parts, two.parts);
  std::swap(one.size, two.size);
  one.rid_heard = two.rid_heard = false;
  one.key_frame = two.key_frame = true;
}

void SpeakerClient::take_key_frame_request(std::uint32_t ssrc) {
  ++key_frames_asked;
  for (std::size_t i = 0; i < video_.size(); ++i) {
    if (video_[i].ssrc != ssrc) continue;
    ++key_frames_asked_of[i];
    video_[i].key_frame = true;
  }
}

void SpeakerClient::take_report(const rtp::ReceiverReport& report) {
  ++reports;
  if (!report.blocks.empty()) last_block = report.blocks.front();
  for (const rtp::ReportBlock& block : report.blocks) {
    for (Stream& stream : video_) stream.rid_heard |= stream.ssrc == block.ssrc;
  }
}

void SpeakerClient::handle_datagram(Bytes datagram, Instant now) {
  const std::optional<ClientTransport::Clear> clear = transport.handle_datagram(datagram, now);
  if (!clear || !clear->rtcp) return;
  const std::vector<rtp::RtcpPacket> packets = rtp::parse_rtcp(clear->bytes).packets;
  if (!is_whole_compound(packets)) {
    ++reduced;
    if (!packets.empty() && std::holds_alternative<rtp::ReceiverReport>(packets[0])) ++bare_reports;
  }
  for (const rtp::RtcpPacket& packet : packets) {
    if (const auto* nack = std::get_if<rtp::Nack>(&packet)) {
      ++nacks;
      for (Stream* stream : streams()) {
        if (stream->ssrc != nack->media_ssrc) continue;
        for (const std::uint16_t sequence : nack->sequences) repair(*stream, sequence, now);
      }
    } else if (const auto* loss = std::get_if<rtp::PictureLoss>(&packet)) {
      take_key_frame_request(loss->media_ssrc);
    } else if (const auto* intra = std::get_if<rtp::FullIntraRequest>(&packet)) {
      take_key_frame_request(intra->media_ssrc);
    } else if (std::holds_alternative<rtp::TransportFeedback>(packet)) {
      ++feedbacks;
    } else if (std::holds_alternative<rtp::Remb>(packet)) {
      ++rembs;
    } else if (const auto* report = std::get_if<rtp::ReceiverReport>(&packet)) {
      take_report(*report);
    } else if (const auto* extended = std::get_if<rtp::ExtendedReport>(&packet)) {
      if (!extended->reference_time) continue;
      ++reference_times;
      echo_ = rtp::ExtendedReport::Echo{extended->ssrc, rtp::middle_of_ntp(*extended->reference_time), 0};
      echo_since_ = now;
    }
  }
}

void SpeakerClient::repair(Stream& stream, std::uint16_t sequence, Instant now) {
  if (!stream.codec->rtx_payload_type) return;
  for (const ByteVector& packet : stream.history) {
    if (load_u16(packet.data() + 2) != sequence) continue;
    const std::optional<rtp::Packet> original = rtp::parse_packet(packet);
    const sdp::ExtensionIds& ids = stream.media->extensions;
    const Bytes descriptor = rtp::find_extension(*original, ids.dependency_descriptor).value_or(Bytes());
    const rtp::HeaderWriter header(stream.rtx_ssrc,
                                   {.mid = ids.mid,
                                    .rid = ids.repaired_rid,
                                    .transport_cc = ids.transport_cc,
                                    .dependency_descriptor = ids.dependency_descriptor},
                                   stream.media->mid, stream.rid);
    ByteVector rtx(header.size(descriptor.size()));
    header.write(rtx.data(), {.marker = original->marker,
                              .payload_type = *stream.codec->rtx_payload_type,
                              .sequence = stream.rtx_sequence++,
                              .timestamp = original->timestamp,
                              .transport_sequence = transport_sequence_++,
                              .descriptor = descriptor});
    ByteWriter writer(rtx);
    writer.u16(original->sequence);  // RFC 4588 §4
    writer.bytes(original->payload);
    transport.send_rtp(rtx, now);
    return;
  }
}

void SpeakerClient::handle_timeout(Instant now) {
  transport.handle_timeout(now);
  if (!transport.connected()) return;
  if (audio_ && now >= audio_due_) {
    audio_due_ = std::max(audio_due_ + kAudioInterval, now);
    audio_->timestamp += 960;
    if (sends_audio) send_frame(*audio_, {.frame = audio_frames++, .stream = config_.stream}, 100, now);
  }
  if (!video_.empty() && now >= video_due_) {
    video_due_ = std::max(video_due_ + kVideoInterval, now);
    for (std::size_t i = 0; i < video_.size(); ++i) {
      Stream& stream = video_[i];
      stream.timestamp += 3'600;
      // What begins anew begins with a key frame.
      if (!sends_layer[i]) stream.key_frame = true;
      if (!sends_video || !sends_layer[i]) continue;
      if (spatial_layers > 0) {
        send_spatial(stream, std::exchange(stream.key_frame, false), now);
        continue;
      }
      const PayloadMark mark{.frame = video_frames,
                             .parts = stream.parts,
                             .stream = static_cast<std::uint16_t>(config_.stream + i),
                             .key_frame = std::exchange(stream.key_frame, false)};
      send_frame(stream, mark, stream.size, now);
    }
    if (sends_video) {
      ++video_frames;
      picture_id_ = (picture_id_ + 1) & 0x7fff;
    }
  }
  if (now >= report_due_) send_reports(now);
}

// A layer that begins anew refers to the one below: with a key frame, as k-SVC has it.
void SpeakerClient::send_spatial(Stream& stream, bool key_frame, Instant now) {
  std::uint8_t layers = 0;
  while (layers < spatial_layers && sends_layer[layers]) ++layers;
  for (std::size_t i = 0; i < sent_layer_.size(); ++i) {
    key_frame |= i < layers && !sent_layer_[i];
    sent_layer_[i] = i < layers;
  }
  for (std::uint8_t layer = 0; layer < layers; ++layer) {
    PayloadMark mark{.frame = video_frames,
                     .parts = kLayers[layer].parts,
                     .stream = static_cast<std::uint16_t>(config_.stream + layer),
                     .key_frame = key_frame};
    for (; mark.part < mark.parts; ++mark.part) {
      const bool last = layer + 1 == layers && mark.part + 1 == mark.parts;
      const SpatialPart part{.layer = layer, .layers = layers};
      const Codec codec = stream.codec->codec;
      const ByteVector descriptor = codec == Codec::av1 ? make_descriptor(part, mark) : ByteVector();
      send_packet(stream, make_spatial_payload(codec, part, mark, kLayers[layer].size, picture_id_), last, now,
                  descriptor);
    }
  }
}

void SpeakerClient::send_frame(Stream& stream, PayloadMark mark, std::size_t size, Instant now) {
  for (mark.part = 0; mark.part < mark.parts; ++mark.part) {
    const bool last = mark.part + 1 == mark.parts && stream.media->kind == MediaKind::video;
    // A picture's packets differ in size by a byte, as a browser's do.
    send_packet(stream, make_payload(stream.codec->codec, mark, size + mark.part % 2, picture_id_), last, now);
  }
}

void SpeakerClient::send_packet(Stream& stream, const ByteVector& payload, bool marker, Instant now,
                                const ByteVector& descriptor) {
  const sdp::ExtensionIds& ids = stream.media->extensions;
  const rtp::HeaderWriter header(stream.ssrc,
                                 {.mid = ids.mid,
                                  .rid = ids.rid,
                                  .audio_level = ids.audio_level,
                                  .transport_cc = ids.transport_cc,
                                  .dependency_descriptor = ids.dependency_descriptor},
                                 stream.media->mid, stream.rid_heard ? std::string() : stream.rid);
  ByteVector packet(header.size(descriptor.size()));
  header.write(packet.data(), {.marker = marker,
                               .payload_type = stream.codec->payload_type,
                               .sequence = stream.sequence++,
                               .timestamp = stream.timestamp,
                               .transport_sequence = transport_sequence_++,
                               .audio_level = 20,
                               .descriptor = descriptor});
  packet.insert(packet.end(), payload.begin(), payload.end());
  ++stream.packets;
  transport.send_rtp(packet, now);
  stream.history.push_back(std::move(packet));
  if (stream.history.size() > kHistory) stream.history.pop_front();
}

void SpeakerClient::send_reports(Instant now) {
  report_due_ = now + std::chrono::seconds(1);
  ByteVector out;
  for (const Stream* stream : streams()) {
    if (stream->packets == 0) continue;
    rtp::write_rtcp(rtp::SenderReport{.ssrc = stream->ssrc,
                                      .ntp = rtp::ntp_time(now + config_.clock_ahead),
                                      .rtp_timestamp = stream->timestamp,
                                      .packets = stream->packets,
                                      .octets = 0,
                                      .blocks = {}},
                    out);
  }
  if (echoes_time && echo_) {
    echo_->delay_since = static_cast<std::uint32_t>(rtp::to_ticks(now - echo_since_, 65'536));
    rtp::write_rtcp(rtp::ExtendedReport{.ssrc = streams().front()->ssrc, .echoes = {*echo_}}, out);
  }
  transport.send_rtcp(out, now);
}

std::optional<Instant> SpeakerClient::next_timeout() const {
  std::optional<Instant> next = transport.next_timeout();
  if (!transport.connected()) return next;
  const auto sooner = [&next](Instant at) {
    if (!next || at < *next) next = at;
  };
  if (audio_) sooner(audio_due_);
  if (!video_.empty()) sooner(video_due_);
  sooner(report_due_);
  return next;
}

}  // namespace plenary::sim
