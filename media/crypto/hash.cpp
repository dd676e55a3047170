#include "media/crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "media/base/check.h"

namespace plenary::crypto {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

std::array<std::uint8_t, 20> hmac_sha1(Bytes key, Bytes part1, Bytes part2) {
  // Looking the algorithm up takes a lock and several times as long as the digest itself.
  static const std::unique_ptr<EVP_MAC, FreeMac> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  PLENARY_CHECK(hmac);
  std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(hmac.get()));
  PLENARY_CHECK(context);
  char digest[] = "SHA1";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  // OpenSSL takes a null key for "keep the last one".
  static constexpr std::uint8_t kNoKey = 0;
  const std::uint8_t* key_data = key.empty() ? &kNoKey : key.data();
  PLENARY_CHECK(EVP_MAC_init(context.get(), key_data, key.size(), parameters) == 1);
  if (!part1.empty()) PLENARY_CHECK(EVP_MAC_update(context.get(), part1.data(), part1.size()) == 1);
  if (!part2.empty()) PLENARY_CHECK(EVP_MAC_update(context.get(), part2.data(), part2.size()) == 1);
  std::array<std::uint8_t, 20> code{};
  std::size_t length = 0;
  PLENARY_CHECK(EVP_MAC_final(context.get(), code.data(), &length, code.size()) == 1 && length == code.size());
  return code;
}

std::array<std::uint8_t, 32> sha256(Bytes data) {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  PLENARY_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
  return digest;
}

bool equal_in_constant_time(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace plenary::crypto
