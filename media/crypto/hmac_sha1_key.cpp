#include "media/crypto/hmac_sha1_key.h"

// A state that is kept for each key is what OpenSSL gives by its older functions only.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "media/base/check.h"

namespace plenary::crypto {
namespace {

SHA_CTX start_hash(const HmacSha1Key::State& state) {
  SHA_CTX context{};
  SHA1_Init(&context);
  context.h0 = state[0];
  context.h1 = state[1];
  context.h2 = state[2];
  context.h3 = state[3];
  context.h4 = state[4];
  context.Nl = 8 * SHA_CBLOCK;  // one block is in it: the key
  return context;
}

// The state after the block of the key, exclusive-or with `pad`.
HmacSha1Key::State hash_of_key(Bytes key, std::uint8_t pad) {
  std::array<std::uint8_t, SHA_CBLOCK> block;
  PLENARY_CHECK(key.size() <= block.size());
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  SHA_CTX context{};
  SHA1_Init(&context);
  SHA1_Transform(&context, block.data());
  OPENSSL_cleanse(block.data(), block.size());
  return {context.h0, context.h1, context.h2, context.h3, context.h4};
}

}  // namespace

HmacSha1Key::HmacSha1Key(Bytes key) : inner_(hash_of_key(key, 0x36)), outer_(hash_of_key(key, 0x5C)) {}

HmacSha1Key::~HmacSha1Key() {
  OPENSSL_cleanse(inner_.data(), sizeof inner_);
  OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

std::array<std::uint8_t, 20> HmacSha1Key::sign(Bytes message) const {
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA_CTX inner = start_hash(inner_);
  SHA1_Update(&inner, message.data(), message.size());
  SHA1_Final(digest.data(), &inner);
  SHA_CTX outer = start_hash(outer_);
  SHA1_Update(&outer, digest.data(), digest.size());
  SHA1_Final(digest.data(), &outer);
  return digest;
}

}  // namespace plenary::crypto
