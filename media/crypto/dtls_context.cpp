#include "media/crypto/dtls_context.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "media/base/check.h"
#include "media/crypto/hash.h"

namespace plenary::crypto {
namespace {

// AES-GCM only, which every WebRTC endpoint has (RFC 8827 §6.5) and DtlsSession goes on with. RSA is for the active
// role: some servers still have such certificates.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
// The passive side's order decides: GCM costs a fraction of AES-CM with HMAC-SHA1.
constexpr const char* kSrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

// Bytes; a record is no longer than a datagram (kDtlsMtu). OpenSSL keeps room for the longest record that may be: of
// the 80 KB that a handshake takes while it waits for the client, 14 were for the usual 16,384.
constexpr long kMaxSendFragment = 2'048;

// RFC 8827 §6.5: the certificate is self-signed, its fingerprint in the description is what vouches for it. Done in
// here, a wrong one ends the handshake before there is any key to export.
int check_certificate(X509_STORE_CTX* store, void* /*unused*/) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = static_cast<PeerCertificateCheck*>(SSL_get_app_data(ssl));
  const std::optional<Fingerprint> shown = fingerprint_of(X509_STORE_CTX_get0_cert(store), check->expected.algorithm);
  check->matched = shown && equal_in_constant_time(shown->digest, check->expected.digest);
  check->mismatched = !check->matched;
  if (!check->matched) X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return check->matched ? 1 : 0;
}

}  // namespace

ssl_ctx_st* make_dtls_context(x509_st* x509, evp_pkey_st* key) {
  SSL_CTX* context = SSL_CTX_new(DTLS_method());
  PLENARY_CHECK(context != nullptr);
  PLENARY_CHECK(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1);
  PLENARY_CHECK(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1);
  PLENARY_CHECK(SSL_CTX_use_certificate(context, x509) == 1);
  PLENARY_CHECK(SSL_CTX_use_PrivateKey(context, key) == 1);
  PLENARY_CHECK(SSL_CTX_set_cipher_list(context, kCiphers) == 1);
  PLENARY_CHECK(SSL_CTX_set1_groups_list(context, kGroups) == 1);
  PLENARY_CHECK(SSL_CTX_set_tlsext_use_srtp(context, kSrtpProfiles) == 0);  // this one answers 0 for success
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, check_certificate, nullptr);
  // A resumed session would skip the certificate and with it the fingerprint.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU |
                                   SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_read_ahead(context, 1);  // a datagram is read whole
  PLENARY_CHECK(SSL_CTX_set_max_send_fragment(context, kMaxSendFragment) == 1);
  return context;
}

void free_dtls_context(ssl_ctx_st* context) { SSL_CTX_free(context); }

}  // namespace plenary::crypto
