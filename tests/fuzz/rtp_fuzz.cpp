// An RTP packet as a speaker could send it, through everything that reads one: header, extensions, payload formats,
// RTX.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/base/check.h"
#include "media/rtp/h264.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtx.h"
#include "media/rtp/vp8.h"

namespace {

using namespace plenary;

void read_payload(Bytes payload) {
  rtp::h264_payload_starts_key_frame(payload);
  (void)rtp::parse_h264_sps(payload);
  for (const Bytes nal : rtp::split_annex_b(payload)) PLENARY_CHECK(!nal.empty());
  for (const std::size_t length_size : {1, 2, 4}) (void)rtp::split_avcc(payload, length_size);

  (void)rtp::vp8_key_frame_size(payload);
  rtp::Vp8Widener widener;
  const auto descriptor = rtp::parse_vp8_descriptor(payload);
  const auto widened = widener.widen(payload);
  PLENARY_CHECK(descriptor.has_value() == widened.has_value());
  if (!widened) return;
  ByteVector copy = *widened;
  const auto wide = rtp::parse_vp8_descriptor(copy);
  PLENARY_CHECK(wide && wide->picture_id.has_value() == descriptor->picture_id.has_value());
  rtp::rewrite_vp8(copy, *wide, {1, 1});
  PLENARY_CHECK(rtp::parse_vp8_descriptor(copy)->size == wide->size);
}

// The payload cut into fragments of a frame: what a liar's FU-A and STAP-A do to the depacketizer.
void depacketize(const rtp::Packet& whole) {
  rtp::H264Depacketizer depacketizer;
  ByteReader reader(whole.payload);
  rtp::Packet part = whole;
  while (reader.remaining() > 0) {
    const std::uint8_t control = reader.u8();
    part.payload = reader.take(std::min<std::size_t>(control & 0x3f, reader.remaining()));
    part.marker = (control & 0x40) != 0;
    part.timestamp += part.marker ? 3'000 : 0;
    part.sequence = static_cast<std::uint16_t>(part.sequence + ((control & 0x80) != 0 ? 2 : 1));
    const auto unit = depacketizer.add(part);
    if (!unit) continue;
    for (const ByteVector& nal : unit->nals) PLENARY_CHECK(!nal.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  rtp::is_rtcp(bytes);
  const auto packet = rtp::parse_packet(bytes);
  if (!packet) return 0;
  for (const std::uint8_t id : {0, 1, 14, 15, 255}) (void)rtp::find_extension(*packet, id);
  (void)rtp::read_extensions(*packet, {1, 2, 3, 4, 5, 6});
  read_payload(packet->payload);
  depacketize(*packet);
  if (const auto original = rtp::unwrap_rtx(bytes, 1, 96)) {
    PLENARY_CHECK(rtp::parse_packet(*original) && original->size() + rtp::kRtxPrefix <= size);
  }
  if (const auto wrapped = rtp::wrap_rtx(bytes, 1, 97, 1)) {
    const auto back = rtp::unwrap_rtx(*wrapped, packet->ssrc, packet->payload_type);
    const auto again = back ? rtp::parse_packet(*back) : std::nullopt;
    PLENARY_CHECK(again && again->sequence == packet->sequence && again->timestamp == packet->timestamp);
    PLENARY_CHECK(std::ranges::equal(again->payload, packet->payload));
  }
  return 0;
}
