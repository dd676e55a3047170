// An RTP packet as a speaker could send it, through everything that reads one: header, extensions, payload formats,
// RTX.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/base/check.h"
#include "media/rtp/av1.h"
#include "media/rtp/h264.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"
#include "media/rtp/picture_numbers.h"
#include "media/rtp/rtx.h"

namespace {

using namespace plenary;

// As a track and a viewer's slot do it.
void renumber(Codec codec, Bytes payload) {
  const auto numbers = rtp::read_picture_numbers(codec, payload);
  if (!numbers) return;
  rtp::PictureIdWidener widener;
  ByteVector copy = widener.widen(payload, *numbers).value_or(ByteVector(payload.begin(), payload.end()));
  const auto wide = rtp::read_picture_numbers(codec, copy);
  PLENARY_CHECK(wide && wide->picture_id.has_value() == numbers->picture_id.has_value());
  rtp::rewrite_numbers(copy, *wide, {1, 1});
  PLENARY_CHECK(rtp::read_picture_numbers(codec, copy)->prefix() == wide->prefix());
}

void read_payload(Bytes payload) {
  rtp::h264_payload_starts_key_frame(payload);
  (void)rtp::parse_h264_sps(payload);
  for (const Bytes nal : rtp::split_annex_b(payload)) PLENARY_CHECK(!nal.empty());
  for (const std::size_t length_size : {1, 2, 4}) (void)rtp::split_avcc(payload, length_size);

  for (const Codec codec : {Codec::vp8, Codec::vp9, Codec::av1}) {
    const bool readable = rtp::payload_is_readable(codec, payload);
    PLENARY_CHECK(readable || !rtp::payload_may_start_frame(codec, payload));
    PLENARY_CHECK(rtp::payload_may_start_frame(codec, payload) || !rtp::payload_starts_key_frame(codec, payload));
    (void)rtp::key_frame_size(codec, payload);
    renumber(codec, payload);
  }
}

// The payload cut into fragments of a frame: what a liar's FU-A, STAP-A and OBU elements do to the depacketizers.
void depacketize(const rtp::Packet& whole) {
  rtp::H264Depacketizer depacketizer;
  rtp::Av1Depacketizer units;
  ByteReader reader(whole.payload);
  rtp::Packet part = whole;
  while (reader.remaining() > 0) {
    const std::uint8_t control = reader.u8();
    part.payload = reader.take(std::min<std::size_t>(control & 0x3f, reader.remaining()));
    part.marker = (control & 0x40) != 0;
    part.timestamp += part.marker ? 3'000 : 0;
    part.sequence = static_cast<std::uint16_t>(part.sequence + ((control & 0x80) != 0 ? 2 : 1));
    if (const auto unit = units.add(part)) PLENARY_CHECK(unit->bytes.size() <= rtp::kMaxTemporalUnit);
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
  (void)rtp::read_extensions(*packet, {1, 2, 3, 4, 5, 6, 7});
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
