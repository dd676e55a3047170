// The self-signed ECDSA P-256 certificate of our DTLS endpoints, made anew at each start; and fingerprints (RFC 8122).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/result.h"

struct x509_st;
struct evp_pkey_st;
struct ssl_ctx_st;

namespace plenary::crypto {

// SHA-256, SHA-384 or SHA-512; older digests are refused where a description is parsed.
struct Fingerprint {
  std::string algorithm;  // "sha-256"
  ByteVector digest;
  bool operator==(const Fingerprint&) const = default;
};
std::optional<Fingerprint> parse_fingerprint(std::string_view algorithm, std::string_view colon_hex);
std::string fingerprint_text(const Fingerprint& fingerprint);  // "sha-256 AB:CD:…"
// Nothing for an algorithm that parse_fingerprint() refuses.
std::optional<Fingerprint> fingerprint_of(x509_st* x509, std::string_view algorithm);

// Shared by all peers of a process; immutable.
class Certificate {
 public:
  // Takes some 100 ms, as it readies what peers need later: before there are any.
  static std::shared_ptr<const Certificate> generate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  [[nodiscard]] x509_st* x509() const { return x509_; }
  [[nodiscard]] evp_pkey_st* key() const { return key_; }
  // The DTLS settings that all endpoints with this certificate share; made once, as it is dear to make.
  [[nodiscard]] ssl_ctx_st* dtls_context() const { return dtls_context_; }

 private:
  Certificate() = default;
  x509_st* x509_ = nullptr;
  evp_pkey_st* key_ = nullptr;
  ssl_ctx_st* dtls_context_ = nullptr;
  Fingerprint fingerprint_;
};

// PEM certificate and key for HTTPS on a LAN: names and addresses go into subjectAltName; a text that is no address is
// left out there.
struct WebCertificate {
  std::string certificate_pem;
  std::string key_pem;
};
WebCertificate make_web_certificate(const std::vector<std::string>& names, const std::vector<std::string>& addresses);

}  // namespace plenary::crypto
