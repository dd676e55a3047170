#include "media/rtp/key_frame.h"

#include "media/rtp/h264.h"
#include "media/rtp/vp8.h"

namespace plenary::rtp {
namespace {

std::optional<Bytes> find_sps(Bytes payload) {
  if (nal_type(payload) == NalType::sps) return payload;
  if (nal_type(payload) != NalType::stap_a) return std::nullopt;
  ByteReader reader(payload.subspan(1));
  while (reader.remaining() > 0) {
    const Bytes nal = reader.take(reader.u16());
    if (!reader.ok()) return std::nullopt;
    if (nal_type(nal) == NalType::sps) return nal;
  }
  return std::nullopt;
}

}  // namespace

bool payload_starts_key_frame(Codec codec, Bytes payload) {
  if (payload.empty()) return false;
  if (codec == Codec::h264) return h264_payload_starts_key_frame(payload);
  return codec == Codec::vp8 && vp8_payload_starts_key_frame(payload);
}

std::optional<PictureSize> key_frame_size(Codec codec, Bytes payload) {
  if (codec == Codec::vp8) {
    const std::optional<Vp8Size> size = vp8_key_frame_size(payload);
    if (!size) return std::nullopt;
    return PictureSize{size->width, size->height};
  }
  const std::optional<Bytes> nal = codec == Codec::h264 ? find_sps(payload) : std::nullopt;
  const std::optional<H264Sps> sps = nal ? parse_h264_sps(*nal) : std::nullopt;
  if (!sps) return std::nullopt;
  return PictureSize{sps->width, sps->height};
}

}  // namespace plenary::rtp
