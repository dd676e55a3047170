// SRTP of one peer once its keys are there. Who gets media has our own GCM or AES-CM for it, and our own SRTCP; who
// sends media has libsrtp, which holds 35 KiB for it.
#pragma once

#include <optional>

#include "media/base/bytes.h"
#include "media/crypto/cm_egress.h"
#include "media/crypto/srtcp_session.h"
#include "media/crypto/srtp.h"

namespace plenary::peer {

enum class MediaWay : std::uint8_t { to_peer, from_peer };

class MediaCipher {
 public:
  MediaCipher(const crypto::SrtpKeys& keys, MediaWay way);

  // In place; nothing when it is not authentic, or media of a peer that sends none.
  std::optional<MutableBytes> open_rtp(MutableBytes datagram);
  std::optional<MutableBytes> open_rtcp(MutableBytes datagram);
  // `out` has kMaxDatagram bytes and holds `header` of them; `prefix` and `payload` are encrypted behind it, with
  // AES-CM when `batch` is sealed. Returns the whole length, 0 when it does not fit. Never twice with the same (ssrc,
  // index), and only where media goes to the peer.
  std::size_t seal_rtp(crypto::CmBatch& batch, std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload,
                       std::uint32_t ssrc, std::uint64_t index);
  void prefetch_key() const {
    if (gcm_) gcm_->prefetch_key();
  }
  std::size_t seal_rtcp(std::uint8_t* out, std::size_t length);
  [[nodiscard]] crypto::SrtpProfile profile() const { return profile_; }

 private:
  crypto::SrtpProfile profile_;
  std::optional<crypto::SrtpSession> srtp_;    // from the peer
  std::optional<crypto::SrtcpSession> srtcp_;  // to the peer, with one of these
  std::optional<crypto::GcmEgress> gcm_;
  std::optional<crypto::CmEgress> cm_;
};

}  // namespace plenary::peer
