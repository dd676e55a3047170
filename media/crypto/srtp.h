// SRTP and SRTCP (RFC 3711, RFC 7714). SrtpSession is libsrtp, for peers that send media; GcmEgress is our own path for
// media out with AES-128-GCM, and CmEgress (cm_egress.h) with AES-CM, both far faster than Debian's libsrtp. RTCP of those
// who get media is SrtcpSession's (srtcp_session.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "media/base/bytes.h"
#include "media/crypto/dtls.h"

namespace plenary::crypto {

constexpr std::size_t kGcmTag = 16;
constexpr std::size_t kCmTag = 10;
constexpr std::size_t kMaxSrtpPacket = 65'535;  // bytes: the longest datagram of UDP
// libsrtp keeps a stream for each source it met and searches them one by one; an honest speaker has seven at most.
constexpr std::size_t kMaxInboundSsrcs = 32;
constexpr std::uint64_t kReplayWindow = 1'024;  // packets

// Loads what libsrtp stands on: 90 ms of CPU with Debian's NSS, and seconds on a busy machine. Otherwise the first peer
// would stop its shard for as long; Certificate::generate() calls this.
void prepare_srtp();

enum class SrtpFault : std::uint8_t { none, authentication, replay, malformed, too_many_sources };

// One direction pair of one peer. Unprotect works in place and returns the plain length.
class SrtpSession {
 public:
  explicit SrtpSession(const SrtpKeys& keys);
  ~SrtpSession();
  SrtpSession(SrtpSession&&) noexcept;
  SrtpSession& operator=(SrtpSession&&) noexcept;

  std::optional<std::size_t> unprotect_rtp(MutableBytes packet, SrtpFault* fault = nullptr);
  std::optional<std::size_t> unprotect_rtcp(MutableBytes packet, SrtpFault* fault = nullptr);
  // `packet` must have room for kMaxSrtpTrailer bytes behind `length`.
  std::optional<std::size_t> protect_rtp(MutableBytes packet, std::size_t length);
  std::optional<std::size_t> protect_rtcp(MutableBytes packet, std::size_t length);

 private:
  struct State;
  std::unique_ptr<State> state_;
};
constexpr std::size_t kMaxSrtpTrailer = 32;  // tag, SRTCP index, rounding

// Which code encrypts media out. `ipsec_mb` is the widest of its kernels that this CPU can run, and `best` is that, or
// what the environment says: PLENARY_SRTP=openssl, or a kernel's name. What is not here is `openssl`.
enum class SrtpEngine : std::uint8_t { best, ipsec_mb, openssl, sse, avx, avx2, avx512 };
bool srtp_engine_is_here(SrtpEngine engine);

// AES-128-GCM for outgoing media of one peer, straight from shared clear bytes into the send buffer. The caller owns
// sequence and roll-over counter per SSRC and must never pass the same (ssrc, index) twice.
class GcmEgress {
 public:
  // Master key and salt as DTLS gives them: 16 and 12 bytes.
  GcmEgress(Bytes key, Bytes salt, SrtpEngine engine = SrtpEngine::best);
  // Without key derivation, for the vectors of RFC 7714.
  static GcmEgress from_session_keys(Bytes key, Bytes salt, SrtpEngine engine = SrtpEngine::best);
  ~GcmEgress();
  GcmEgress(GcmEgress&&) noexcept;
  GcmEgress& operator=(GcmEgress&&) noexcept;

  // `out` holds the header already (`header_length` bytes, extensions included, authenticated but not encrypted);
  // ciphertext and tag are written behind it (`payload` may already lie there). Returns the whole length. `index` is
  // ROC << 16 | sequence. `prefix` (may be empty) is encrypted before `payload`: the original sequence number of RTX.
  std::size_t protect(std::uint8_t* out, std::size_t header_length, Bytes prefix, Bytes payload, std::uint32_t ssrc,
                      std::uint64_t index);
  // Asks for the memory of the key, which protect() needs whole.
  void prefetch_key() const;

  // "ipsec-mb avx512-vaes", "ipsec-mb avx2", "openssl evp"
  static const char* implementation();

 private:
  struct State;
  explicit GcmEgress(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plenary::crypto
