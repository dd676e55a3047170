#include <algorithm>
#include <variant>

#include "media/rtp/rtcp.h"
#include "media/rtp/rtcp_types.h"
#include "media/rtp/transport_feedback.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kMaxSdesText = 255;
constexpr std::size_t kMaxByeSources = 31;
constexpr std::size_t kMaxRembSources = 255;

void write_blocks(const std::vector<ReportBlock>& blocks, ByteWriter& writer) {
  for (std::size_t i = 0; i < std::min(blocks.size(), kMaxReportBlocks); ++i) {
    const ReportBlock& block = blocks[i];
    writer.u32(block.ssrc);
    writer.u8(block.fraction_lost);
    writer.u24(static_cast<std::uint32_t>(block.cumulative_lost) & 0xffffff);
    writer.u32(block.highest_sequence);
    writer.u32(block.jitter);
    writer.u32(block.last_sender_report);
    writer.u32(block.delay_since);
  }
}

// Each write_body returns the five bits of the first octet: a count or a feedback format.
struct Body {
  std::uint8_t type = 0;
  std::size_t count = 0;
};

Body write_body(const SenderReport& report, ByteWriter& writer) {
  writer.u32(report.ssrc);
  writer.u64(report.ntp);
  writer.u32(report.rtp_timestamp);
  writer.u32(report.packets);
  writer.u32(report.octets);
  write_blocks(report.blocks, writer);
  return {kSenderReport, std::min(report.blocks.size(), kMaxReportBlocks)};
}

Body write_body(const ReceiverReport& report, ByteWriter& writer) {
  writer.u32(report.ssrc);
  write_blocks(report.blocks, writer);
  return {kReceiverReport, std::min(report.blocks.size(), kMaxReportBlocks)};
}

Body write_body(const SourceDescription& description, ByteWriter& writer) {
  const Bytes cname = as_bytes(std::string_view(description.cname).substr(0, kMaxSdesText));
  writer.u32(description.ssrc);
  writer.u8(kSdesCname);
  writer.u8(static_cast<std::uint8_t>(cname.size()));
  writer.bytes(cname);
  writer.zeros(4 - (2 + cname.size()) % 4);  // one null octet ends the chunk, more fill the word
  return {kSourceDescription, 1};
}

Body write_body(const Bye& bye, ByteWriter& writer) {
  const std::size_t count = std::min(bye.ssrcs.size(), kMaxByeSources);
  for (std::size_t i = 0; i < count; ++i) writer.u32(bye.ssrcs[i]);
  return {kBye, count};
}

Body write_body(const Nack& nack, ByteWriter& writer) {
  writer.u32(nack.sender_ssrc);
  writer.u32(nack.media_ssrc);
  for (std::size_t i = 0; i < nack.sequences.size();) {
    const std::uint16_t first = nack.sequences[i++];
    std::uint16_t following = 0;
    while (i < nack.sequences.size()) {
      const auto distance = static_cast<std::uint16_t>(nack.sequences[i] - first);
      if (distance == 0 || distance > 16) break;
      following = static_cast<std::uint16_t>(following | 1u << (distance - 1));
      ++i;
    }
    writer.u16(first);
    writer.u16(following);
  }
  return {kTransportLayerFeedback, kNackFormat};
}

Body write_body(const PictureLoss& loss, ByteWriter& writer) {
  writer.u32(loss.sender_ssrc);
  writer.u32(loss.media_ssrc);
  return {kPayloadFeedback, kPliFormat};
}

Body write_body(const FullIntraRequest& request, ByteWriter& writer) {
  writer.u32(request.sender_ssrc);
  writer.u32(0);  // RFC 5104 §4.3.1.2: the media source of the header is unused
  writer.u32(request.media_ssrc);
  writer.u8(request.command_sequence);
  writer.u24(0);
  return {kPayloadFeedback, kFirFormat};
}

Body write_body(const Remb& remb, ByteWriter& writer) {
  const std::size_t count = std::min(remb.ssrcs.size(), kMaxRembSources);
  std::uint32_t exponent = 0;
  std::uint64_t mantissa = remb.bitrate;
  while (mantissa > 0x3ffff) {
    mantissa >>= 1;
    ++exponent;
  }
  writer.u32(remb.sender_ssrc);
  writer.u32(0);
  writer.u32(kRembName);
  writer.u8(static_cast<std::uint8_t>(count));
  writer.u24(exponent << 18 | static_cast<std::uint32_t>(mantissa));
  for (std::size_t i = 0; i < count; ++i) writer.u32(remb.ssrcs[i]);
  return {kPayloadFeedback, kApplicationFormat};
}

Body write_body(const TransportFeedback& feedback, ByteWriter& writer, ByteVector& out) {
  writer.u32(feedback.sender_ssrc);
  writer.u32(feedback.media_ssrc);
  write_transport_feedback(feedback, out);
  return {kTransportLayerFeedback, kTransportCcFormat};
}

Body write_body(const ExtendedReport& report, ByteWriter& writer) {
  writer.u32(report.ssrc);
  if (report.reference_time) {
    writer.u8(kReferenceTimeBlock);
    writer.u8(0);
    writer.u16(kReferenceTimeSize / 4);
    writer.u64(*report.reference_time);
  }
  const std::size_t echoes = std::min(report.echoes.size(), kMaxEchoes);
  if (echoes > 0) {
    writer.u8(kEchoBlock);
    writer.u8(0);
    writer.u16(static_cast<std::uint16_t>(echoes * kEchoSize / 4));
    for (std::size_t i = 0; i < echoes; ++i) {
      writer.u32(report.echoes[i].ssrc);
      writer.u32(report.echoes[i].reference_time);
      writer.u32(report.echoes[i].delay_since);
    }
  }
  return {kExtendedReport, 0};
}

}  // namespace

void write_rtcp(const RtcpPacket& packet, ByteVector& out) {
  const std::size_t start = out.size();
  ByteWriter writer(out);
  writer.u32(0);
  const Body body = std::visit(
      [&](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, TransportFeedback>) {
          return write_body(value, writer, out);
        } else {
          return write_body(value, writer);
        }
      },
      packet);
  writer.zeros((4 - (out.size() - start) % 4) % 4);
  out[start] = static_cast<std::uint8_t>(2 << 6 | body.count);
  out[start + 1] = body.type;
  store_u16(out.data() + start + 2, static_cast<std::uint16_t>((out.size() - start) / 4 - 1));
}

}  // namespace plenary::rtp
