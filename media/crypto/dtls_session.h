// What is left of a DTLS session once SRTP has its keys: close_notify, both ways (RFC 5246 §7.2.1 over RFC 6347). An
// SSL object would hold 40 KB for it, for each viewer and all the time.
#pragma once

#include <array>
#include <optional>

#include "media/base/bytes.h"

struct ssl_st;
struct evp_cipher_st;

namespace plenary::crypto {

class DtlsSession {
 public:
  // After the handshake; nothing if the cipher is not AES-GCM.
  static std::optional<DtlsSession> take_over(ssl_st* ssl, bool client);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = default;
  DtlsSession& operator=(const DtlsSession&) = default;

  // The datagram holds an authentic alert that ends the session. All else, and above all what is in clear, is ignored.
  [[nodiscard]] bool ends_with(Bytes datagram) const;
  // The same each time, so that it may be sent again.
  [[nodiscard]] ByteVector close_notify() const;

 private:
  struct Direction {
    std::array<std::uint8_t, 32> key{};  // 16 or all of it
    std::array<std::uint8_t, 4> salt{};  // RFC 5288 §3
  };
  DtlsSession() = default;

  const evp_cipher_st* cipher_ = nullptr;
  Direction outgoing_;
  Direction incoming_;
};

}  // namespace plenary::crypto
