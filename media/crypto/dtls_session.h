// What is left of a DTLS session once SRTP has its keys: close_notify, both ways (RFC 5246 §7.2.1 over RFC 6347). An
// SSL object would hold 40 KB for it, for each viewer and all the time.
#pragma once

#include <array>
#include <optional>

#include "media/base/bytes.h"
#include "media/crypto/dtls_record.h"

struct ssl_st;
struct evp_cipher_st;

namespace plenary::crypto {

class DtlsSession {
 public:
  // As soon as the master secret is known; nothing if the cipher is not AES-GCM.
  static std::optional<DtlsSession> take_over(ssl_st* ssl, bool client);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = default;
  DtlsSession& operator=(const DtlsSession&) = default;

  // The datagram holds an authentic alert that ends the session. All else, and above all what is in clear, is ignored.
  [[nodiscard]] bool ends_with(Bytes datagram) const;
  [[nodiscard]] ByteVector close_notify();
  // A protected record that was sent, as a new one with the same content: the peer drops a number that it has seen.
  // Nothing if it is not ours.
  std::optional<ByteVector> send_again(const DtlsRecord& record);

 private:
  struct Direction {
    std::array<std::uint8_t, 32> key{};  // 16 or all of it
    std::array<std::uint8_t, 4> salt{};  // RFC 5288 §3
  };
  DtlsSession() = default;
  [[nodiscard]] std::optional<ByteVector> open(const Direction& direction, const DtlsRecord& record) const;
  ByteVector seal(std::uint8_t type, Bytes content);

  const evp_cipher_st* cipher_ = nullptr;
  Direction outgoing_;
  Direction incoming_;
  std::uint64_t next_sequence_;  // with the epoch; the number is part of the nonce
};

}  // namespace plenary::crypto
