// AES_CM_128_HMAC_SHA1_80 (RFC 3711) for outgoing media: packets of many peers are gathered and sealed at once, because
// a CPU computes the HMAC-SHA1 of sixteen packets in a third of the time that it needs for them one after the other.
#pragma once

#include <cstdint>
#include <memory>

#include "media/base/bytes.h"
#include "media/crypto/srtp.h"

namespace plenary::crypto {

constexpr std::size_t kMaxCmBatch = 128;  // packets sealed at once: what ipsec-mb takes

class CmEgress;

// Packets that are written but not yet encrypted. One thread's. Their bytes stay where they are until seal().
class CmBatch {
 public:
  explicit CmBatch(SrtpEngine engine = SrtpEngine::best);
  ~CmBatch();
  CmBatch(const CmBatch&) = delete;
  CmBatch& operator=(const CmBatch&) = delete;

  void seal();
  [[nodiscard]] bool empty() const;
  // Since it was asked last: packets, of which those in bursts were signed by the lanes of a burst, the others one by
  // one.
  struct Sealed {
    std::uint64_t packets = 0;
    std::uint64_t bursts = 0;
    std::uint64_t in_bursts = 0;
  };
  Sealed take_sealed();
  // "ipsec-mb avx512, in batches", "openssl evp"
  static const char* implementation();

 private:
  friend class CmEgress;
  struct State;
  std::unique_ptr<State> state_;
};

// Outgoing media of one peer. The caller owns sequence and roll-over counter per SSRC and must never pass the same
// (ssrc, index) twice.
class CmEgress {
 public:
  // Master key and salt as DTLS gives them: 16 and 14 bytes.
  CmEgress(Bytes key, Bytes salt);
  // Without key derivation, for the vectors of RFC 3711: 16, 14 and 20 bytes.
  static CmEgress from_session_keys(Bytes key, Bytes salt, Bytes authentication_key);
  ~CmEgress();
  CmEgress(CmEgress&&) noexcept;
  CmEgress& operator=(CmEgress&&) noexcept;

  // `out` holds the header already; prefix and payload are copied behind it now, and encrypted and authenticated by the
  // batch's next seal(), also when this egress is gone by then. Returns the whole length, tag included. `index` is
  // ROC << 16 | sequence. A full batch seals itself.
  std::size_t protect(CmBatch& batch, std::uint8_t* out, std::size_t header_length, Bytes prefix, Bytes payload,
                      std::uint32_t ssrc, std::uint64_t index);

  struct Keys;

 private:
  explicit CmEgress(std::shared_ptr<const Keys> keys);
  std::shared_ptr<const Keys> keys_;
};

}  // namespace plenary::crypto
