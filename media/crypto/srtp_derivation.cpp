#include "media/crypto/srtp_derivation.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>

#include "media/base/check.h"

namespace plenary::crypto {

void derive_srtp(Bytes key, Bytes salt, SrtpLabel label, MutableBytes out) {
  std::array<std::uint8_t, 16> counter{};
  std::array<std::uint8_t, 32> stream{};
  PLENARY_CHECK(key.size() == counter.size() && salt.size() <= 14 && out.size() <= stream.size());
  std::memcpy(counter.data(), salt.data(), salt.size());
  counter[7] ^= static_cast<std::uint8_t>(label);
  const std::array<std::uint8_t, 32> zeros{};
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  PLENARY_CHECK(context != nullptr);
  int length = 0;
  PLENARY_CHECK(EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nullptr, key.data(), counter.data()) == 1);
  PLENARY_CHECK(EVP_EncryptUpdate(context, stream.data(), &length, zeros.data(), static_cast<int>(zeros.size())) == 1);
  EVP_CIPHER_CTX_free(context);
  std::memcpy(out.data(), stream.data(), out.size());
  OPENSSL_cleanse(stream.data(), stream.size());
}

}  // namespace plenary::crypto
