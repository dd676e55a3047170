// SRTP of one peer once its keys are there: our own GCM or AES-CM for media out, libsrtp for all the rest.
#pragma once

#include <optional>

#include "media/base/bytes.h"
#include "media/crypto/cm_egress.h"
#include "media/crypto/srtp.h"

namespace plenary::peer {

class MediaCipher {
 public:
  explicit MediaCipher(const crypto::SrtpKeys& keys);

  // In place; nothing when it is not authentic.
  std::optional<MutableBytes> open_rtp(MutableBytes datagram);
  std::optional<MutableBytes> open_rtcp(MutableBytes datagram);
  // `out` has kMaxDatagram bytes and holds `header` of them; `prefix` and `payload` are encrypted behind it, with
  // AES-CM when `batch` is sealed. Returns the whole length, 0 when it does not fit. Never twice with the same (ssrc,
  // index).
  std::size_t seal_rtp(crypto::CmBatch& batch, std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload,
                       std::uint32_t ssrc, std::uint64_t index);
  std::size_t seal_rtcp(std::uint8_t* out, std::size_t length);
  [[nodiscard]] crypto::SrtpProfile profile() const { return profile_; }

 private:
  crypto::SrtpProfile profile_;
  crypto::SrtpSession srtp_;
  std::optional<crypto::GcmEgress> gcm_;  // one of these
  std::optional<crypto::CmEgress> cm_;
};

}  // namespace plenary::peer
