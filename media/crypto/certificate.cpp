#include "media/crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "media/base/check.h"
#include "media/crypto/dtls_context.h"
#include "media/crypto/srtp.h"

namespace plenary::crypto {
namespace {

struct Digest {
  std::string_view name;  // RFC 8122 §5
  std::size_t size;       // bytes
};
// MD5, SHA-1 and SHA-224 are left out: a collision there would let another's certificate pass.
constexpr std::array<Digest, 3> kDigests{{{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};

// A certificate that lives as long as the process does; a day back, because clocks of browsers differ.
constexpr long kValidBefore = -24L * 60 * 60;       // seconds
constexpr long kPeerValidFor = 30L * 24 * 60 * 60;  // seconds
// Browsers refuse TLS certificates that are valid for more than 398 days.
constexpr long kWebValidFor = 397L * 24 * 60 * 60;  // seconds

struct Free {
  void operator()(X509* x509) const { X509_free(x509); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

Owned<EVP_PKEY> make_key() {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  PLENARY_CHECK(key);
  return key;
}

// Version 3, random serial number, self-issued; not signed yet.
Owned<X509> make_unsigned(EVP_PKEY* key, const std::string& common_name, long valid_for) {
  Owned<X509> x509(X509_new());
  PLENARY_CHECK(x509);
  PLENARY_CHECK(X509_set_version(x509.get(), X509_VERSION_3) == 1);
  std::uint64_t serial = 0;
  PLENARY_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  // RFC 5280 §4.1.2.2: positive.
  PLENARY_CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), serial >> 1 | 1) == 1);
  PLENARY_CHECK(X509_gmtime_adj(X509_getm_notBefore(x509.get()), kValidBefore) != nullptr);
  PLENARY_CHECK(X509_gmtime_adj(X509_getm_notAfter(x509.get()), valid_for) != nullptr);
  PLENARY_CHECK(X509_set_pubkey(x509.get(), key) == 1);
  X509_NAME* name = X509_get_subject_name(x509.get());
  PLENARY_CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                           reinterpret_cast<const unsigned char*>(common_name.data()),
                                           static_cast<int>(common_name.size()), -1, 0) == 1);
  PLENARY_CHECK(X509_set_issuer_name(x509.get(), name) == 1);
  return x509;
}

void sign(X509* x509, EVP_PKEY* key) { PLENARY_CHECK(X509_sign(x509, key, EVP_sha256()) > 0); }

void add_extension(X509* x509, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  PLENARY_CHECK(extension);
  PLENARY_CHECK(X509_add_ext(x509, extension.get(), -1) == 1);
}

void add_alternative_names(X509* x509, const std::vector<std::string>& names,
                           const std::vector<std::string>& addresses) {
  GENERAL_NAMES* all = GENERAL_NAMES_new();
  PLENARY_CHECK(all != nullptr);
  const auto add = [all](int type, const std::string& text) {
    // Built by value, not from a comma-separated text: a name that holds a comma stays one name.
    GENERAL_NAME* entry = a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, const_cast<char*>(text.c_str()), 0);
    if (entry == nullptr) return;  // not an address: left out
    PLENARY_CHECK(sk_GENERAL_NAME_push(all, entry) > 0);
  };
  for (const std::string& name : names) add(GEN_DNS, name);
  for (const std::string& address : addresses) add(GEN_IPADD, address);
  if (sk_GENERAL_NAME_num(all) > 0) {
    PLENARY_CHECK(X509_add1_ext_i2d(x509, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1);
  }
  GENERAL_NAMES_free(all);
}

std::string read_all(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(std::max(0L, size)));
}

}  // namespace

std::optional<Fingerprint> parse_fingerprint(std::string_view algorithm, std::string_view colon_hex) {
  Fingerprint fingerprint{lower_case(algorithm), {}};
  const auto* known = std::find_if(kDigests.begin(), kDigests.end(),
                                   [&](const Digest& digest) { return digest.name == fingerprint.algorithm; });
  if (known == kDigests.end() || colon_hex.size() != known->size * 3 - 1) return std::nullopt;
  for (std::size_t i = 0; i < colon_hex.size(); i += 3) {
    const int high = hex_value(colon_hex[i]);
    const int low = hex_value(colon_hex[i + 1]);
    const bool separated = i + 2 == colon_hex.size() || colon_hex[i + 2] == ':';
    if (high < 0 || low < 0 || !separated) return std::nullopt;
    fingerprint.digest.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return fingerprint;
}

std::string fingerprint_text(const Fingerprint& fingerprint) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = fingerprint.algorithm + " ";
  for (std::size_t i = 0; i < fingerprint.digest.size(); ++i) {
    if (i > 0) text += ':';
    text += kHex[fingerprint.digest[i] >> 4];
    text += kHex[fingerprint.digest[i] & 15];
  }
  return text;
}

std::optional<Fingerprint> fingerprint_of(x509_st* x509, std::string_view algorithm) {
  const EVP_MD* digest = nullptr;
  if (algorithm == "sha-256") digest = EVP_sha256();
  if (algorithm == "sha-384") digest = EVP_sha384();
  if (algorithm == "sha-512") digest = EVP_sha512();
  if (x509 == nullptr || digest == nullptr) return std::nullopt;
  Fingerprint fingerprint{std::string(algorithm), ByteVector(EVP_MAX_MD_SIZE)};
  unsigned length = 0;
  if (X509_digest(x509, digest, fingerprint.digest.data(), &length) != 1) return std::nullopt;
  fingerprint.digest.resize(length);
  return fingerprint;
}

std::shared_ptr<const Certificate> Certificate::generate() {
  prepare_srtp();
  Owned<EVP_PKEY> key = make_key();
  // A name that says nothing: the certificate goes out in clear, and its fingerprint is its identity.
  Owned<X509> x509 = make_unsigned(key.get(), "WebRTC", kPeerValidFor);
  sign(x509.get(), key.get());
  std::shared_ptr<Certificate> certificate(new Certificate);
  certificate->fingerprint_ = fingerprint_of(x509.get(), "sha-256").value();
  certificate->dtls_context_ = make_dtls_context(x509.get(), key.get());
  certificate->x509_ = x509.release();
  certificate->key_ = key.release();
  return certificate;
}

Certificate::~Certificate() {
  free_dtls_context(dtls_context_);
  X509_free(x509_);
  EVP_PKEY_free(key_);
}

WebCertificate make_web_certificate(const std::vector<std::string>& names, const std::vector<std::string>& addresses) {
  Owned<EVP_PKEY> key = make_key();
  std::string common_name = !names.empty() ? names.front() : !addresses.empty() ? addresses.front() : "localhost";
  common_name.resize(std::min<std::size_t>(common_name.size(), 64));  // RFC 5280 ub-common-name
  Owned<X509> x509 = make_unsigned(key.get(), common_name, kWebValidFor);
  add_extension(x509.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(x509.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(x509.get(), NID_ext_key_usage, "serverAuth");
  add_alternative_names(x509.get(), names, addresses);
  sign(x509.get(), key.get());

  Owned<BIO> certificate_bio(BIO_new(BIO_s_mem()));
  Owned<BIO> key_bio(BIO_new(BIO_s_mem()));
  PLENARY_CHECK(PEM_write_bio_X509(certificate_bio.get(), x509.get()) == 1);
  PLENARY_CHECK(PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {read_all(certificate_bio.get()), read_all(key_bio.get())};
}

}  // namespace plenary::crypto
