// SRTCP of one peer that sends no media (RFC 3711 §3.4, RFC 7714 §9): libsrtp on NSS holds 35 KiB for that, this holds
// 200 bytes and 32 for each source. Keys are expanded anew for each packet; a viewer sends and gets some ten of them a
// second.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/crypto/hmac_sha1_key.h"
#include "media/crypto/srtp.h"

namespace plenary::crypto {

constexpr std::size_t kSrtcpReplayWindow = 128;  // packets; RFC 3711 §3.3.2 asks for 64 or more

// RFC 3711 §3.3.2: which of the newest indices of one source came already.
class SrtcpReplay {
 public:
  [[nodiscard]] bool fresh(std::uint32_t index) const;
  // Of an authentic packet that is fresh.
  void record(std::uint32_t index);

 private:
  std::uint32_t newest_ = 0;
  std::bitset<kSrtcpReplayWindow> seen_;  // by age
};

class SrtcpSession {
 public:
  explicit SrtcpSession(const SrtpKeys& keys, SrtpEngine engine = SrtpEngine::best);
  // Without key derivation and the same both ways, for the vectors of RFC 7714. `authentication_key`: 20 bytes, AES-CM.
  static SrtcpSession from_session_keys(SrtpProfile profile, Bytes key, Bytes salt, Bytes authentication_key,
                                        SrtpEngine engine = SrtpEngine::best);
  SrtcpSession(const SrtcpSession&) = delete;
  SrtcpSession& operator=(const SrtcpSession&) = delete;

  // In place; returns the plain length. The first kMaxInboundSsrcs sources that were authentic are heard. A packet that
  // is not encrypted (E flag 0) is taken with AES-GCM, if it is authentic, and refused with AES-CM: as libsrtp does.
  std::optional<std::size_t> open(MutableBytes packet, SrtpFault* fault = nullptr);
  // `packet` must have room for kMaxSrtpTrailer bytes behind `length`. Nothing: that is no RTCP, or the 2^31 indices of
  // RFC 3711 §9.2 are used up.
  std::optional<std::size_t> seal(MutableBytes packet, std::size_t length);

 private:
  struct Direction {
    Direction(SrtpProfile profile, Bytes master_key, Bytes master_salt);
    Direction(Bytes key, Bytes salt, Bytes authentication_key);
    ~Direction();
    Direction(const Direction&) = delete;
    Direction& operator=(const Direction&) = delete;

    std::array<std::uint8_t, 16> key{};
    std::array<std::uint8_t, 14> salt{};  // AES-GCM: 12 of them
    std::optional<HmacSha1Key> authentication;
  };
  struct Source {
    std::uint32_t ssrc = 0;
    SrtcpReplay replay;
  };
  SrtcpSession(SrtpProfile profile, Bytes key, Bytes salt, Bytes authentication_key, SrtpEngine engine);
  [[nodiscard]] bool open_gcm(MutableBytes packet) const;
  [[nodiscard]] bool open_cm(MutableBytes packet) const;
  void seal_gcm(MutableBytes packet, std::size_t length, std::uint32_t trailer) const;
  void seal_cm(MutableBytes packet, std::size_t length, std::uint32_t trailer) const;

  const SrtpProfile profile_;
  const SrtpEngine engine_;
  const Direction incoming_;
  const Direction outgoing_;
  std::vector<Source> sources_;
  // One count for all our sources: no (SSRC, index) is used twice, and each source's indices grow.
  std::uint32_t next_index_ = 0;
};

}  // namespace plenary::crypto
