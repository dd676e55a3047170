#include "media/peer/media_cipher.h"

#include <algorithm>

#include "media/peer/send_batch.h"

namespace plenary::peer {

MediaCipher::MediaCipher(const crypto::SrtpKeys& keys, MediaWay way) : profile_(keys.profile) {
  if (way == MediaWay::from_peer) {
    srtp_.emplace(keys);
    return;
  }
  srtcp_.emplace(keys);
  if (profile_ == crypto::SrtpProfile::aead_aes_128_gcm) {
    gcm_.emplace(keys.local_key, keys.local_salt);
  } else {
    cm_.emplace(keys.local_key, keys.local_salt);
  }
}

std::optional<MutableBytes> MediaCipher::open_rtp(MutableBytes datagram) {
  if (!srtp_) return std::nullopt;
  const std::optional<std::size_t> length = srtp_->unprotect_rtp(datagram);
  return length ? std::optional(datagram.first(*length)) : std::nullopt;
}

std::optional<MutableBytes> MediaCipher::open_rtcp(MutableBytes datagram) {
  const std::optional<std::size_t> length = srtp_ ? srtp_->unprotect_rtcp(datagram) : srtcp_->open(datagram);
  return length ? std::optional(datagram.first(*length)) : std::nullopt;
}

std::size_t MediaCipher::seal_rtp(crypto::CmBatch& batch, std::uint8_t* out, std::size_t header, Bytes prefix,
                                  Bytes payload, std::uint32_t ssrc, std::uint64_t index) {
  if (header + prefix.size() + payload.size() + crypto::kMaxSrtpTrailer > kMaxDatagram) return 0;
  if (gcm_) return gcm_->protect(out, header, prefix, payload, ssrc, index);
  return cm_->protect(batch, out, header, prefix, payload, ssrc, index);
}

std::size_t MediaCipher::seal_rtcp(std::uint8_t* out, std::size_t length) {
  if (length + crypto::kMaxSrtpTrailer > kMaxDatagram) return 0;
  const MutableBytes room(out, kMaxDatagram);
  return (srtp_ ? srtp_->protect_rtcp(room, length) : srtcp_->seal(room, length)).value_or(0);
}

}  // namespace plenary::peer
