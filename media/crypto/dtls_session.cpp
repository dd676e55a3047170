#include "media/crypto/dtls_session.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

#include "media/base/check.h"
#include "media/crypto/dtls_record.h"

namespace plenary::crypto {
namespace {

constexpr std::size_t kExplicitNonce = 8;
constexpr std::size_t kTag = 16;
constexpr std::size_t kAlert = 2;  // level, description
constexpr std::size_t kProtectedAlert = kExplicitNonce + kAlert + kTag;
constexpr std::uint8_t kWarning = 1;
constexpr std::uint8_t kFatal = 2;
constexpr std::uint8_t kCloseNotify = 0;
// Epoch 1, and far above what OpenSSL counted in it for its Finished: a sequence number is part of the nonce.
constexpr std::uint64_t kCloseSequence = std::uint64_t{1} << 48 | std::uint64_t{1} << 32;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// RFC 5246 §5 and §6.3: PRF(master_secret, "key expansion", server_random + client_random).
bool expand_keys(SSL* ssl, const EVP_MD* digest, MutableBytes out) {
  std::array<std::uint8_t, SSL_MAX_MASTER_KEY_LENGTH> secret{};
  const std::size_t secret_length = SSL_SESSION_get_master_key(SSL_get_session(ssl), secret.data(), secret.size());
  std::array<std::uint8_t, 2 * SSL3_RANDOM_SIZE> randoms{};
  SSL_get_server_random(ssl, randoms.data(), SSL3_RANDOM_SIZE);
  SSL_get_client_random(ssl, randoms.data() + SSL3_RANDOM_SIZE, SSL3_RANDOM_SIZE);
  char label[] = "key expansion";
  const std::unique_ptr<EVP_KDF, FreeContext> kdf(EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr));
  if (!kdf) return false;
  const std::unique_ptr<EVP_KDF_CTX, FreeContext> context(EVP_KDF_CTX_new(kdf.get()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret_length),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof label - 1),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, randoms.data(), randoms.size()),
      OSSL_PARAM_construct_end()};
  const bool derived = context && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  return derived;
}

// RFC 5246 §6.2.3.3: sequence, type, version, length of what is encrypted.
std::array<std::uint8_t, 13> authenticated_data(std::uint64_t sequence) {
  std::array<std::uint8_t, 13> data{};
  store_u64(data.data(), sequence);
  data[8] = kAlertRecord;
  store_u16(data.data() + 9, kDtls12);
  store_u16(data.data() + 11, kAlert);
  return data;
}

std::array<std::uint8_t, 12> make_nonce(const std::array<std::uint8_t, 4>& salt, const std::uint8_t* explicit_part) {
  std::array<std::uint8_t, 12> nonce{};
  std::copy(salt.begin(), salt.end(), nonce.begin());
  std::copy_n(explicit_part, kExplicitNonce, nonce.begin() + salt.size());
  return nonce;
}

}  // namespace

std::optional<DtlsSession> DtlsSession::take_over(ssl_st* ssl, bool client) {
  const SSL_CIPHER* suite = SSL_get_current_cipher(ssl);
  const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(suite);
  DtlsSession session;
  const int nid = SSL_CIPHER_get_cipher_nid(suite);
  if (nid == NID_aes_128_gcm) session.cipher_ = EVP_aes_128_gcm();
  if (nid == NID_aes_256_gcm) session.cipher_ = EVP_aes_256_gcm();
  if (session.cipher_ == nullptr || digest == nullptr) return std::nullopt;
  const auto key_length = static_cast<std::size_t>(EVP_CIPHER_get_key_length(session.cipher_));
  std::array<std::uint8_t, 2 * (32 + 4)> block{};
  const MutableBytes used = MutableBytes(block).first(2 * (key_length + 4));
  if (!expand_keys(ssl, digest, used)) return std::nullopt;
  Direction& of_client = client ? session.outgoing_ : session.incoming_;
  Direction& of_server = client ? session.incoming_ : session.outgoing_;
  ByteReader reader(used);
  for (Direction* direction : {&of_client, &of_server})
    std::ranges::copy(reader.take(key_length), direction->key.begin());
  for (Direction* direction : {&of_client, &of_server}) std::ranges::copy(reader.take(4), direction->salt.begin());
  OPENSSL_cleanse(block.data(), block.size());
  return session;
}

DtlsSession::~DtlsSession() {
  OPENSSL_cleanse(outgoing_.key.data(), outgoing_.key.size());
  OPENSSL_cleanse(incoming_.key.data(), incoming_.key.size());
}

bool DtlsSession::ends_with(Bytes datagram) const {
  ByteReader reader(datagram);
  while (const auto record = take_record(reader)) {
    if (record->type != kAlertRecord || record->epoch != 1 || record->body.size() != kProtectedAlert) continue;
    const std::uint8_t* body = record->body.data();
    const auto nonce = make_nonce(incoming_.salt, body);
    const auto authenticated = authenticated_data(record->sequence);
    std::array<std::uint8_t, kTag> tag;
    std::copy_n(body + kExplicitNonce + kAlert, kTag, tag.begin());
    std::array<std::uint8_t, kAlert> alert{};
    int length = 0;
    const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* evp = context.get();
    const bool authentic =
        EVP_DecryptInit_ex(evp, cipher_, nullptr, incoming_.key.data(), nonce.data()) == 1 &&
        EVP_DecryptUpdate(evp, nullptr, &length, authenticated.data(), static_cast<int>(authenticated.size())) == 1 &&
        EVP_DecryptUpdate(evp, alert.data(), &length, body + kExplicitNonce, static_cast<int>(kAlert)) == 1 &&
        EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(evp, alert.data() + kAlert, &length) == 1;
    if (authentic && (alert[0] == kFatal || alert[1] == kCloseNotify)) return true;
  }
  return false;
}

ByteVector DtlsSession::close_notify() const {
  ByteVector record;
  ByteWriter writer(record);
  writer.u8(kAlertRecord);
  writer.u16(kDtls12);
  writer.u64(kCloseSequence);
  writer.u16(kProtectedAlert);
  writer.u64(kCloseSequence);  // RFC 5288 §3: the explicit nonce may be the sequence number
  writer.zeros(kAlert + kTag);
  std::uint8_t* body = record.data() + kRecordHeader;
  const auto nonce = make_nonce(outgoing_.salt, body);
  const auto authenticated = authenticated_data(kCloseSequence);
  const std::array<std::uint8_t, kAlert> alert{kWarning, kCloseNotify};
  std::uint8_t* cipher = body + kExplicitNonce;
  int length = 0;
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* evp = context.get();
  PLENARY_CHECK(
      EVP_EncryptInit_ex(evp, cipher_, nullptr, outgoing_.key.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(evp, nullptr, &length, authenticated.data(), static_cast<int>(authenticated.size())) == 1 &&
      EVP_EncryptUpdate(evp, cipher, &length, alert.data(), static_cast<int>(alert.size())) == 1 &&
      EVP_EncryptFinal_ex(evp, cipher + kAlert, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTag), cipher + kAlert) == 1);
  return record;
}

}  // namespace plenary::crypto
