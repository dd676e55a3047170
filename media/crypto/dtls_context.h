// What all our DTLS endpoints with one certificate have in common (an SSL_CTX, which any thread may use).
#pragma once

#include <chrono>

#include "media/crypto/certificate.h"
#include "media/crypto/dtls.h"

struct ssl_ctx_st;

namespace plenary::crypto {

// Owned by the caller.
ssl_ctx_st* make_dtls_context(x509_st* x509, evp_pkey_st* key);
void free_dtls_context(ssl_ctx_st* context);

// Asked while the peer's certificate is checked; found as the SSL object's application data.
struct PeerCertificateCheck {
  Fingerprint expected;
  bool matched = false;
  bool mismatched = false;
};

}  // namespace plenary::crypto
