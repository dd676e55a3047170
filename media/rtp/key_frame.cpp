#include "media/rtp/key_frame.h"

#include <algorithm>

#include "media/rtp/av1.h"
#include "media/rtp/h264.h"
#include "media/rtp/h264_sps.h"
#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

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

bool payload_is_readable(Codec codec, Bytes payload) {
  switch (codec) {
    case Codec::opus:
    case Codec::h264:
      return true;
    case Codec::vp8:
      return parse_vp8_descriptor(payload).has_value();
    case Codec::vp9:
      return parse_vp9_descriptor(payload).has_value();
    case Codec::av1:
      return parse_av1_payload(payload).has_value();
  }
  return false;
}

bool payload_may_start_frame(Codec codec, Bytes payload) {
  switch (codec) {
    case Codec::opus:
    case Codec::h264:
      return true;
    case Codec::vp8: {
      const auto descriptor = parse_vp8_descriptor(payload);
      return descriptor && descriptor->starts_frame();
    }
    case Codec::vp9: {
      const auto descriptor = parse_vp9_descriptor(payload);
      return descriptor && descriptor->starts_frame;
    }
    case Codec::av1: {
      const auto parsed = parse_av1_payload(payload);
      return parsed && !parsed->continues;
    }
  }
  return false;
}

bool payload_starts_key_frame(Codec codec, Bytes payload) {
  if (payload.empty()) return false;
  switch (codec) {
    case Codec::opus:
      return false;
    case Codec::h264:
      return h264_payload_starts_key_frame(payload);
    case Codec::vp8:
      return vp8_payload_starts_key_frame(payload);
    case Codec::vp9:
      return vp9_payload_starts_key_frame(payload);
    case Codec::av1:
      return av1_payload_starts_key_frame(payload);
  }
  return false;
}

std::optional<PictureSize> key_frame_size(Codec codec, Bytes payload) {
  if (codec == Codec::vp8) {
    const std::optional<Vp8Size> size = vp8_key_frame_size(payload);
    if (!size) return std::nullopt;
    return PictureSize{size->width, size->height};
  }
  if (codec == Codec::vp9) {
    const std::optional<Vp9Size> size = vp9_key_frame_size(payload);
    if (!size) return std::nullopt;
    return PictureSize{size->width, size->height};
  }
  const std::optional<Bytes> nal = codec == Codec::h264 ? find_sps(payload) : std::nullopt;
  const std::optional<H264Sps> sps = nal ? parse_h264_sps(*nal) : std::nullopt;
  if (!sps) return std::nullopt;
  return PictureSize{sps->width, sps->height};
}

bool key_frame_is_too_large(Codec codec, Bytes payload) {
  const std::optional<PictureSize> size = key_frame_size(codec, payload);
  return size && std::max(size->width, size->height) > kMaxPictureSide;
}

}  // namespace plenary::rtp
