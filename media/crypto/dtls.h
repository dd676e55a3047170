// DTLS 1.2 with use_srtp (RFC 5764) over memory: datagrams in, datagrams out, keys at the end. Our servers are passive;
// the active role exists for load generators and tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/time.h"
#include "media/crypto/certificate.h"

namespace plenary::crypto {

enum class SrtpProfile : std::uint8_t { aead_aes_128_gcm, aes128_cm_sha1_80 };

struct SrtpKeys {  // key 16 bytes; salt 12 (GCM) or 14 (CM)
  SrtpProfile profile = SrtpProfile::aead_aes_128_gcm;
  ByteVector local_key;
  ByteVector local_salt;
  ByteVector remote_key;
  ByteVector remote_salt;
};

// What is offered for media: AES-GCM and AES-CM, or as a client that lacks the former.
enum class SrtpOffer : std::uint8_t { both, aes_cm };

enum class DtlsRole : std::uint8_t { passive, active };
enum class DtlsState : std::uint8_t { handshaking, connected, failed, closed };

constexpr std::size_t kDtlsMtu = 1'200;
constexpr Duration kDtlsDeadline = std::chrono::seconds(10);               // from the first datagram
constexpr Duration kDtlsFirstRetransmit = std::chrono::milliseconds(200);  // doubles up to 2 s
constexpr std::size_t kMaxHandshakeBytes = 64 * 1024;  // taken in before the handshake must have ended

class Dtls {
 public:
  Dtls(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint expected, Instant now,
       SrtpOffer offer = SrtpOffer::both);
  ~Dtls();
  Dtls(Dtls&&) noexcept;
  Dtls& operator=(Dtls&&) noexcept;

  void handle_datagram(Bytes datagram, Instant now);
  void handle_timeout(Instant now);
  // Datagrams to send, one each, until none is left.
  std::optional<ByteVector> poll_output();
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  [[nodiscard]] DtlsState state() const;
  // A stable word once failed: "fingerprint", "no_srtp", "timeout", "handshake", "too_much".
  [[nodiscard]] const std::string& failure() const;
  // Only when connected and after the fingerprint matched; once.
  std::optional<SrtpKeys> take_keys();
  void close(Instant now);  // sends close_notify

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plenary::crypto
