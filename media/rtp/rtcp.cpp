#include "media/rtp/rtcp.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "media/rtp/rtcp_types.h"
#include "media/rtp/transport_feedback.h"

namespace plenary::rtp {
namespace {

enum class Outcome : std::uint8_t { read, ignored, fault };

struct Header {
  std::uint8_t count = 0;  // or the feedback message type
  std::uint8_t type = 0;
};

using Packets = std::vector<RtcpPacket>;

Outcome read_blocks(ByteReader& reader, std::size_t count, std::vector<ReportBlock>& blocks) {
  if (reader.remaining() < count * kReportBlockSize) return Outcome::fault;
  blocks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    ReportBlock block;
    block.ssrc = reader.u32();
    block.fraction_lost = reader.u8();
    const std::uint32_t lost = reader.u24();
    block.cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8;
    block.highest_sequence = reader.u32();
    block.jitter = reader.u32();
    block.last_sender_report = reader.u32();
    block.delay_since = reader.u32();
    blocks.push_back(block);
  }
  return Outcome::read;
}

Outcome read_sender_report(std::uint8_t count, ByteReader reader, Packets& out) {
  SenderReport report;
  report.ssrc = reader.u32();
  report.ntp = reader.u64();
  report.rtp_timestamp = reader.u32();
  report.packets = reader.u32();
  report.octets = reader.u32();
  if (!reader.ok() || read_blocks(reader, count, report.blocks) != Outcome::read) return Outcome::fault;
  out.emplace_back(std::move(report));
  return Outcome::read;
}

Outcome read_receiver_report(std::uint8_t count, ByteReader reader, Packets& out) {
  ReceiverReport report;
  report.ssrc = reader.u32();
  if (!reader.ok() || read_blocks(reader, count, report.blocks) != Outcome::read) return Outcome::fault;
  out.emplace_back(std::move(report));
  return Outcome::read;
}

// One chunk: items up to the null octet, padded to a word counted from the chunk's start (RFC 3550 §6.5).
bool read_chunk(ByteReader& reader, Packets& out) {
  SourceDescription description;
  const std::size_t begin = reader.remaining();
  description.ssrc = reader.u32();
  while (reader.ok()) {
    const std::uint8_t item = reader.u8();
    if (!reader.ok()) return false;
    if (item == 0) break;
    const std::size_t length = reader.u8();
    const Bytes text = reader.take(length);
    if (!reader.ok()) return false;
    if (item == kSdesCname) description.cname = as_text(text);
  }
  const std::size_t used = begin - reader.remaining();
  reader.take((4 - used % 4) % 4);
  if (!reader.ok()) return false;
  out.emplace_back(std::move(description));
  return true;
}

Outcome read_source_descriptions(std::uint8_t count, ByteReader reader, Packets& out) {
  for (std::uint8_t i = 0; i < count; ++i) {
    if (!read_chunk(reader, out)) return Outcome::fault;
  }
  return Outcome::read;
}

Outcome read_bye(std::uint8_t count, ByteReader reader, Packets& out) {
  Bye bye;
  for (std::uint8_t i = 0; i < count; ++i) bye.ssrcs.push_back(reader.u32());
  if (!reader.ok()) return Outcome::fault;
  out.emplace_back(std::move(bye));
  return Outcome::read;
}

Outcome read_nack(std::uint32_t sender, std::uint32_t media, ByteReader reader, Packets& out) {
  Nack nack{sender, media, {}};
  if (reader.remaining() < 4) return Outcome::fault;
  while (reader.remaining() >= 4 && nack.sequences.size() < kMaxNackSequences) {
    const std::uint16_t first = reader.u16();
    const std::uint16_t following = reader.u16();
    nack.sequences.push_back(first);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((following >> bit & 1) != 0) nack.sequences.push_back(static_cast<std::uint16_t>(first + bit + 1));
    }
  }
  if (nack.sequences.size() > kMaxNackSequences) nack.sequences.resize(kMaxNackSequences);
  out.emplace_back(std::move(nack));
  return Outcome::read;
}

Outcome read_full_intra(std::uint32_t sender, ByteReader reader, Packets& out) {
  if (reader.remaining() < kFirEntrySize) return Outcome::fault;
  while (reader.remaining() >= kFirEntrySize) {
    FullIntraRequest request;
    request.sender_ssrc = sender;
    request.media_ssrc = reader.u32();
    request.command_sequence = reader.u8();
    reader.u24();
    out.emplace_back(request);
  }
  return Outcome::read;
}

Outcome read_application_feedback(std::uint32_t sender, ByteReader reader, Packets& out) {
  if (reader.remaining() < 8 || reader.u32() != kRembName) return Outcome::ignored;
  Remb remb;
  remb.sender_ssrc = sender;
  const std::size_t count = reader.u8();
  const std::uint32_t rate = reader.u24();
  const unsigned exponent = rate >> 18;
  const std::uint64_t mantissa = rate & 0x3ffff;
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  remb.bitrate = mantissa == 0 || mantissa <= kMax >> exponent ? mantissa << exponent : kMax;
  if (reader.remaining() < count * 4) return Outcome::fault;
  for (std::size_t i = 0; i < count; ++i) remb.ssrcs.push_back(reader.u32());
  out.emplace_back(std::move(remb));
  return Outcome::read;
}

Outcome read_transport_feedback(std::uint32_t sender, std::uint32_t media, ByteReader reader, Packets& out) {
  auto feedback = parse_transport_feedback(reader.rest());
  if (!feedback) return Outcome::fault;
  feedback->sender_ssrc = sender;
  feedback->media_ssrc = media;
  out.emplace_back(std::move(*feedback));
  return Outcome::read;
}

Outcome read_feedback(Header header, ByteReader reader, Packets& out) {
  const std::uint32_t sender = reader.u32();
  const std::uint32_t media = reader.u32();
  if (!reader.ok()) return Outcome::fault;
  if (header.type == kTransportLayerFeedback) {
    if (header.count == kNackFormat) return read_nack(sender, media, reader, out);
    if (header.count == kTransportCcFormat) return read_transport_feedback(sender, media, reader, out);
    return Outcome::ignored;
  }
  switch (header.count) {
    case kPliFormat:
      out.emplace_back(PictureLoss{sender, media});
      return Outcome::read;
    case kFirFormat:
      return read_full_intra(sender, reader, out);
    case kApplicationFormat:
      return read_application_feedback(sender, reader, out);
    default:
      return Outcome::ignored;
  }
}

Outcome read_extended_report(ByteReader reader, Packets& out) {
  ExtendedReport report;
  report.ssrc = reader.u32();
  while (reader.ok() && reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    reader.u8();
    const std::size_t length = reader.u16() * std::size_t{4};
    const Bytes block = reader.take(length);
    if (!reader.ok()) break;
    ByteReader content(block);
    if (type == kReferenceTimeBlock && block.size() == kReferenceTimeSize) report.reference_time = content.u64();
    if (type != kEchoBlock) continue;
    while (content.remaining() >= kEchoSize && report.echoes.size() < kMaxEchoes) {
      const std::uint32_t ssrc = content.u32();
      const std::uint32_t reference = content.u32();
      report.echoes.push_back({ssrc, reference, content.u32()});
    }
  }
  if (!reader.ok()) return Outcome::fault;
  if (!report.reference_time && report.echoes.empty()) return Outcome::ignored;
  out.emplace_back(std::move(report));
  return Outcome::read;
}

Outcome read_one(Header header, Bytes body, Packets& out) {
  const ByteReader reader(body);
  switch (header.type) {
    case kSenderReport:
      return read_sender_report(header.count, reader, out);
    case kReceiverReport:
      return read_receiver_report(header.count, reader, out);
    case kSourceDescription:
      return read_source_descriptions(header.count, reader, out);
    case kBye:
      return read_bye(header.count, reader, out);
    case kTransportLayerFeedback:
    case kPayloadFeedback:
      return read_feedback(header, reader, out);
    case kExtendedReport:
      return read_extended_report(reader, out);
    default:
      return Outcome::ignored;
  }
}

// RFC 3550 §6.4.1: the last octet of the padding counts it. By that text in words, but browsers fill up a transport-cc
// message, whose content ends anywhere, by one to three octets.
bool strip_padding(Bytes& body) {
  if (body.empty() || body.back() == 0 || body.back() > body.size()) return false;
  body = body.first(body.size() - body.back());
  return true;
}

}  // namespace

RtcpCompound parse_rtcp(Bytes bytes) {
  RtcpCompound compound;
  ByteReader reader(bytes);
  std::size_t seen = 0;
  while (reader.remaining() > 0) {
    const std::uint8_t first = reader.u8();
    const Header header{static_cast<std::uint8_t>(first & 0x1f), reader.u8()};
    const std::size_t length = reader.u16() * std::size_t{4};
    Bytes body = reader.take(length);
    const bool padded = (first & 0x20) != 0;
    if (!reader.ok() || first >> 6 != 2 || (padded && !strip_padding(body))) {
      compound.fault = true;
      break;
    }
    if (++seen > kMaxRtcpPackets) {
      ++compound.ignored;
      continue;
    }
    const std::size_t whole = compound.packets.size();
    const Outcome outcome = read_one(header, body, compound.packets);
    if (outcome == Outcome::ignored) ++compound.ignored;
    if (outcome == Outcome::fault) {
      compound.packets.erase(compound.packets.begin() + static_cast<std::ptrdiff_t>(whole), compound.packets.end());
      compound.fault = true;
      break;
    }
  }
  return compound;
}

}  // namespace plenary::rtp
