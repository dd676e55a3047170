#include "media/peer/media_cipher.h"

#include <algorithm>

#include "media/peer/send_batch.h"

namespace plenary::peer {

MediaCipher::MediaCipher(const crypto::SrtpKeys& keys) : profile_(keys.profile), srtp_(keys) {
  if (profile_ == crypto::SrtpProfile::aead_aes_128_gcm) {
    gcm_.emplace(keys.local_key, keys.local_salt);
  } else {
    cm_.emplace(keys.local_key, keys.local_salt);
  }
}

std::optional<MutableBytes> MediaCipher::open_rtp(MutableBytes datagram) {
  const std::optional<std::size_t> length = srtp_.unprotect_rtp(datagram);
  return length ? std::optional(datagram.first(*length)) : std::nullopt;
}

std::optional<MutableBytes> MediaCipher::open_rtcp(MutableBytes datagram) {
  const std::optional<std::size_t> length = srtp_.unprotect_rtcp(datagram);
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
  return srtp_.protect_rtcp({out, kMaxDatagram}, length).value_or(0);
}

}  // namespace plenary::peer
