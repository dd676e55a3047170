#include "tests/sim/viewer_client.h"

#include <algorithm>

#include "media/rtp/header_writer.h"
#include "media/rtp/picture_numbers.h"
#include "media/rtp/red.h"
#include "media/rtp/rtx.h"

namespace plenary::sim {
namespace {

constexpr Duration kReportInterval = std::chrono::milliseconds(200);

}  // namespace

void SeenSlot::handle_packet(const rtp::Packet& packet, bool repaired, Instant now) {
  ++packets;
  if (repaired) ++repairs;
  last_packet_ = now;
  if (!repaired) {
    highest_ = std::max(highest_, unwrapper_.unwrap(packet.sequence));
    if (received_++ == 0) highest_told_ = highest_ - 1;
  }
  const rtp::NackTracker::Arrival arrival = nacks.handle_packet(packet.sequence, now);
  if (arrival == rtp::NackTracker::Arrival::fresh || arrival == rtp::NackTracker::Arrival::jumped) {
    if (media_.kind == MediaKind::video) {
      const bool next = arrival == rtp::NackTracker::Arrival::fresh &&
                        packet.sequence == static_cast<std::uint16_t>(newest_sequence_ + 1);
      if (next && unfinished_ && unfinished_ != packet.timestamp) ++unmarked_pictures;
      unfinished_ = packet.marker ? std::nullopt : std::optional(packet.timestamp);
    }
    newest_sequence_ = packet.sequence;
  }
  const auto codec = std::find_if(media_.codecs.begin(), media_.codecs.end(), [&](const auto& choice) {
    return choice.payload_type == packet.payload_type || choice.red_payload_type == packet.payload_type;
  });
  if (codec == media_.codecs.end()) return;
  Bytes payload = packet.payload;
  if (codec->red_payload_type == packet.payload_type) {
    const auto blocks = rtp::parse_red(packet.timestamp, packet.payload);
    if (!blocks) return;
    if (blocks->size() > 1) ++redundant;
    payload = blocks->back().payload;
    for (std::size_t i = 0; i + 1 < blocks->size(); ++i) {
      const std::optional<PayloadMark> mark = read_payload(codec->codec, (*blocks)[i].payload);
      if (mark) note(*mark, (*blocks)[i].timestamp, true, true, now);
    }
  }
  const std::optional<PayloadMark> mark = read_payload(codec->codec, payload);
  if (!mark) return;
  const std::pair<std::uint16_t, std::uint32_t> what{mark->stream, mark->frame};
  const auto [known, added] = content_.emplace(packet.sequence, what);
  if (!added && arrival == rtp::NackTracker::Arrival::duplicate && known->second != what) ++conflicting;
  known->second = what;
  if (arrival == rtp::NackTracker::Arrival::duplicate) return;
  if (codec->codec == Codec::av1) read_descriptor(packet);

  const std::size_t before = frames_.size();
  note(*mark, packet.timestamp, repaired || arrival != rtp::NackTracker::Arrival::fresh, repaired, now);
  if (frames_.size() == before) return;
  const std::optional<rtp::PictureNumbers> numbers = rtp::read_picture_numbers(codec->codec, payload);
  if (numbers && numbers->picture_id) picture_ids.push_back(*numbers->picture_id);
}

void SeenSlot::read_descriptor(const rtp::Packet& packet) {
  const auto bytes = rtp::find_extension(packet, media_.extensions.dependency_descriptor);
  if (!bytes) return;
  ++descriptors;
  if (packet.extension_profile == 0x1000) ++long_descriptors;
  const auto descriptor = dependencies_.read(*bytes);
  if (!descriptor) {
    ++unreadable_descriptors;
    return;
  }
  if (descriptor->structure) active_targets = rtp::all_targets(descriptor->structure->targets.size());
  active_targets = descriptor->parts.active_targets.value_or(active_targets);
  if (!descriptor->starts_frame) return;
  const std::uint64_t number = frame_numbers_.unwrap(descriptor->frame_number);
  seen_frame_numbers_.insert(number);
  for (const std::uint16_t difference : descriptor->frame.differences) {
    if (!seen_frame_numbers_.contains(number - difference)) ++missing_references;
  }
}

void SeenSlot::note(const PayloadMark& mark, std::uint32_t timestamp, bool may_be_late, bool repaired, Instant now) {
  auto frame = std::find_if(frames_.rbegin(), frames_.rend(), [&](const SeenFrame& seen) {
    return seen.stream == mark.stream && seen.number == mark.frame && seen.timestamp == timestamp;
  });
  if (frame == frames_.rend()) {
    const bool back = newest_timestamp_ && static_cast<std::int32_t>(timestamp - *newest_timestamp_) < 0;
    if (back && !may_be_late) ++timestamps_back;
    if (!back) newest_timestamp_ = timestamp;
    const bool other = frames_.empty() || frames_.back().stream != mark.stream;
    if (media_.kind == MediaKind::video && other && !mark.key_frame && !repaired) ++torn_pictures;
    frames_.push_back({.stream = mark.stream,
                       .number = mark.frame,
                       .parts = mark.parts,
                       .got = {},
                       .key_frame = mark.key_frame,
                       .timestamp = timestamp,
                       .first = now,
                       .complete = {}});
    frame = frames_.rbegin();
  }
  frame->got.insert(mark.part);
  if (frame->got.size() == frame->parts && !frame->complete) frame->complete = now;
}

std::uint8_t SeenSlot::take_fraction_lost() {
  const std::uint64_t expected = highest_ - std::exchange(highest_told_, highest_);
  const std::uint64_t got = received_ - std::exchange(received_told_, received_);
  return expected <= got ? 0 : static_cast<std::uint8_t>(255 * (expected - got) / expected);
}

std::size_t SeenSlot::complete_frames(std::uint16_t stream) const {
  return static_cast<std::size_t>(std::count_if(frames_.begin(), frames_.end(), [stream](const SeenFrame& frame) {
    return frame.stream == stream && frame.complete;
  }));
}

const SeenFrame* SeenSlot::find(std::uint16_t stream, std::uint32_t number) const {
  const auto found = std::find_if(frames_.begin(), frames_.end(), [&](const SeenFrame& frame) {
    return frame.stream == stream && frame.number == number;
  });
  return found == frames_.end() ? nullptr : &*found;
}

ViewerClient::ViewerClient(ClientTransport::Config config, const std::vector<sdp::NegotiatedMedia>& media,
                           RandomSource& random, Instant now)
    : transport(std::move(config), random, now), ssrc_(random.u32() | 1), arrivals_(ssrc_) {
  for (const sdp::NegotiatedMedia& slot : media) slots.emplace_back(slot);
}

SeenSlot* ViewerClient::find(std::uint32_t ssrc, bool& repaired) {
  for (SeenSlot& slot : slots) {
    repaired = slot.media_.rtx_ssrc != 0 && slot.media_.rtx_ssrc == ssrc;
    if (repaired || slot.media_.ssrc == ssrc) return &slot;
  }
  return nullptr;
}

void ViewerClient::handle_datagram(Bytes datagram, Instant now) {
  const std::optional<ClientTransport::Clear> clear = transport.handle_datagram(datagram, now);
  if (!clear) return;
  if (clear->rtcp) return handle_rtcp(clear->bytes, now);
  const std::optional<rtp::Packet> packet = rtp::parse_packet(clear->bytes);
  if (!packet) return;
  bool repaired = false;
  SeenSlot* slot = find(packet->ssrc, repaired);
  if (slot == nullptr) return;
  bytes += datagram.size();
  const sdp::ExtensionIds& ids = slot->media_.extensions;
  const rtp::HeaderExtensions extensions = rtp::read_extensions(*packet, {.transport_cc = ids.transport_cc});
  if (extensions.transport_sequence) {
    ++numbered;
    arrivals_.handle_packet(*extensions.transport_sequence, packet->ssrc, now);
  }
  if (packet->payload.empty()) {
    ++padding;
    return;
  }
  if (!repaired) return slot->handle_packet(*packet, false, now);
  for (const sdp::CodecChoice& codec : slot->media_.codecs) {
    if (codec.rtx_payload_type != packet->payload_type) continue;
    const std::optional<ByteVector> original = rtp::unwrap_rtx(clear->bytes, slot->media_.ssrc, codec.payload_type);
    if (!original) return;
    if (const auto restored = rtp::parse_packet(*original)) slot->handle_packet(*restored, true, now);
    return;
  }
}

void ViewerClient::handle_rtcp(Bytes bytes, Instant now) {
  for (const rtp::RtcpPacket& packet : rtp::parse_rtcp(bytes).packets) {
    bool repaired = false;
    if (const auto* report = std::get_if<rtp::SenderReport>(&packet)) {
      if (SeenSlot* slot = find(report->ssrc, repaired)) {
        slot->report = *report;
        slot->report_at = now;
      }
    } else if (const auto* source = std::get_if<rtp::SourceDescription>(&packet)) {
      if (SeenSlot* slot = find(source->ssrc, repaired)) slot->cname = source->cname;
    }
  }
}

void ViewerClient::handle_timeout(Instant now) {
  transport.handle_timeout(now);
  if (!transport.connected()) return;
  ByteVector out;
  if (now >= report_due_) {
    report_due_ = now + kReportInterval;
    rtp::ReceiverReport report{.ssrc = ssrc_, .blocks = {}};
    for (SeenSlot& slot : slots) {
      if (!slot.report) continue;
      rtp::ReportBlock block{.ssrc = slot.media_.ssrc, .fraction_lost = slot.take_fraction_lost()};
      block.last_sender_report = static_cast<std::uint32_t>(slot.report->ntp >> 16);
      const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now - *slot.report_at).count();
      block.delay_since = static_cast<std::uint32_t>(since * 65'536 / 1'000'000);
      report.blocks.push_back(block);
    }
    rtp::write_rtcp(report, out);
  }
  while (const std::optional<rtp::TransportFeedback> feedback = arrivals_.poll_feedback(now)) {
    rtp::write_rtcp(*feedback, out);
  }
  for (SeenSlot& slot : slots) {
    const std::vector<std::uint16_t> missing = slot.nacks.poll_nacks(now);
    if (missing.empty() || !asks_for_repair) continue;
    rtp::write_rtcp(rtp::Nack{.sender_ssrc = ssrc_, .media_ssrc = slot.media_.ssrc, .sequences = missing}, out);
  }
  transport.send_rtcp(out, now);
}

std::optional<Instant> ViewerClient::next_timeout() const {
  std::optional<Instant> next = transport.next_timeout();
  const auto sooner = [&next](const std::optional<Instant>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!transport.connected()) return next;
  sooner(report_due_);
  sooner(arrivals_.next_timeout());
  for (const SeenSlot& slot : slots) sooner(slot.nacks.next_timeout());
  return next;
}

void ViewerClient::ask_key_frame(std::size_t slot, Instant now) {
  ByteVector out;
  rtp::write_rtcp(rtp::PictureLoss{.sender_ssrc = ssrc_, .media_ssrc = slots[slot].media_.ssrc}, out);
  transport.send_rtcp(out, now);
}

void ViewerClient::nack(std::size_t slot, std::vector<std::uint16_t> sequences, Instant now) {
  ByteVector out;
  rtp::write_rtcp(
      rtp::Nack{.sender_ssrc = ssrc_, .media_ssrc = slots[slot].media_.ssrc, .sequences = std::move(sequences)}, out);
  transport.send_rtcp(out, now);
}

}  // namespace plenary::sim
