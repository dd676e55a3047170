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
constexpr std::size_t kMaxContent = 256;  // a Finished has 24 bytes
constexpr std::uint8_t kWarning = 1;
constexpr std::uint8_t kFatal = 2;
constexpr std::uint8_t kCloseNotify = 0;
// Of epoch 1; OpenSSL gave number 0 to its Finished. It takes explicit nonces from a random start, and so the sequence
// number may be ours.
constexpr std::uint64_t kFirstSequence = (std::uint64_t{1} << 48) + 1;

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
std::array<std::uint8_t, 13> authenticated_data(std::uint64_t sequence, std::uint8_t type, std::size_t length) {
  std::array<std::uint8_t, 13> data{};
  store_u64(data.data(), sequence);
  data[8] = type;
  store_u16(data.data() + 9, kDtls12);
  store_u16(data.data() + 11, static_cast<std::uint16_t>(length));
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
  session.next_sequence_ = kFirstSequence;
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

std::optional<ByteVector> DtlsSession::open(const Direction& direction, const DtlsRecord& record) const {
  const Bytes body = record.body;
  if (record.epoch != 1 || body.size() < kExplicitNonce + kTag) return std::nullopt;
  const Bytes cipher = body.subspan(kExplicitNonce, body.size() - kExplicitNonce - kTag);
  if (cipher.size() > kMaxContent) return std::nullopt;
  const auto nonce = make_nonce(direction.salt, body.data());
  const auto authenticated = authenticated_data(record.sequence, record.type, cipher.size());
  std::array<std::uint8_t, kTag> tag;
  std::ranges::copy(body.last(kTag), tag.begin());
  ByteVector content(cipher.size() + 1);  // never empty, so that data() is an address
  int length = 0;
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* evp = context.get();
  const bool authentic =
      EVP_DecryptInit_ex(evp, cipher_, nullptr, direction.key.data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(evp, nullptr, &length, authenticated.data(), static_cast<int>(authenticated.size())) == 1 &&
      EVP_DecryptUpdate(evp, content.data(), &length, cipher.data(), static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
      EVP_DecryptFinal_ex(evp, content.data() + cipher.size(), &length) == 1;
  if (!authentic) return std::nullopt;
  content.pop_back();
  return content;
}

ByteVector DtlsSession::seal(std::uint8_t type, Bytes content) {
  const std::uint64_t sequence = next_sequence_++;
  ByteVector record;
  ByteWriter writer(record);
  writer.u8(type);
  writer.u16(kDtls12);
  writer.u64(sequence);
  writer.u16(static_cast<std::uint16_t>(kExplicitNonce + content.size() + kTag));
  writer.u64(sequence);  // RFC 5288 §3: the explicit nonce may be the sequence number
  writer.zeros(content.size() + kTag);
  const auto nonce = make_nonce(outgoing_.salt, record.data() + kRecordHeader);
  const auto authenticated = authenticated_data(sequence, type, content.size());
  std::uint8_t* cipher = record.data() + kRecordHeader + kExplicitNonce;
  std::uint8_t* tag = cipher + content.size();
  int length = 0;
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* evp = context.get();
  PLENARY_CHECK(
      EVP_EncryptInit_ex(evp, cipher_, nullptr, outgoing_.key.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(evp, nullptr, &length, authenticated.data(), static_cast<int>(authenticated.size())) == 1 &&
      EVP_EncryptUpdate(evp, cipher, &length, content.data(), static_cast<int>(content.size())) == 1 &&
      EVP_EncryptFinal_ex(evp, tag, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTag), tag) == 1);
  return record;
}

bool DtlsSession::ends_with(Bytes datagram) const {
  ByteReader reader(datagram);
  while (const auto record = take_record(reader)) {
    if (record->type != kAlertRecord || record->body.size() != kProtectedAlert) continue;
    const std::optional<ByteVector> alert = open(incoming_, *record);
    if (alert && (alert->front() == kFatal || alert->back() == kCloseNotify)) return true;
  }
  return false;
}

ByteVector DtlsSession::close_notify() {
  const std::array<std::uint8_t, kAlert> alert{kWarning, kCloseNotify};
  return seal(kAlertRecord, alert);
}

std::optional<ByteVector> DtlsSession::send_again(const DtlsRecord& record) {
  const std::optional<ByteVector> content = open(outgoing_, record);
  if (!content) return std::nullopt;
  return seal(record.type, *content);
}

}  // namespace plenary::crypto
