#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>

#include "media/base/check.h"
#include "media/base/prefetch.h"
#include "media/crypto/ipsec_mb.h"
#include "media/crypto/srtp.h"
#include "media/crypto/srtp_derivation.h"

namespace plenary::crypto {
namespace {

constexpr std::size_t kKeyLength = 16;
constexpr std::size_t kNonceLength = 12;
constexpr std::size_t kMinHeader = 12;

}  // namespace

struct GcmEgress::State {
  State(Bytes key, Bytes salt, SrtpEngine wish);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void seal_ipsec_mb(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload, const std::uint8_t* nonce);
  void seal_openssl(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload, const std::uint8_t* nonce);

#ifdef PLENARY_IPSEC_MB
  gcm_key_data expanded;             // 1 KB; first, as it wants to be aligned
  const IMB_MGR* manager = nullptr;  // of the kernel that expanded the key; none: OpenSSL
#endif
  std::array<std::uint8_t, kNonceLength> salt;
  EVP_CIPHER_CTX* evp = nullptr;
};

GcmEgress::State::State(Bytes key, Bytes session_salt, SrtpEngine wish) {
  std::memcpy(salt.data(), session_salt.data(), salt.size());
#ifdef PLENARY_IPSEC_MB
  manager = ipsec_mb(resolve(wish));
  if (manager != nullptr) {
    IMB_AES128_GCM_PRE(manager, key.data(), &expanded);
    return;
  }
#else
  static_cast<void>(wish);
#endif
  evp = EVP_CIPHER_CTX_new();
  PLENARY_CHECK(evp != nullptr);
  PLENARY_CHECK(EVP_EncryptInit_ex(evp, EVP_aes_128_gcm(), nullptr, key.data(), nullptr) == 1);
}

GcmEgress::State::~State() {
  EVP_CIPHER_CTX_free(evp);
#ifdef PLENARY_IPSEC_MB
  OPENSSL_cleanse(&expanded, sizeof expanded);
#endif
}

#ifdef PLENARY_IPSEC_MB
void GcmEgress::State::seal_ipsec_mb(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload,
                                     const std::uint8_t* nonce) {
  std::uint8_t* cipher = out + header;
  std::uint8_t* tag = cipher + prefix.size() + payload.size();
  gcm_context_data context;
  if (prefix.empty()) {
    IMB_AES128_GCM_ENC(manager, &expanded, &context, cipher, payload.data(), payload.size(), nonce, out, header, tag,
                       kGcmTag);
    return;
  }
  IMB_AES128_GCM_INIT(manager, &expanded, &context, nonce, out, header);
  IMB_AES128_GCM_ENC_UPDATE(manager, &expanded, &context, cipher, prefix.data(), prefix.size());
  IMB_AES128_GCM_ENC_UPDATE(manager, &expanded, &context, cipher + prefix.size(), payload.data(), payload.size());
  IMB_AES128_GCM_ENC_FINALIZE(manager, &expanded, &context, tag, kGcmTag);
}
#else
void GcmEgress::State::seal_ipsec_mb(std::uint8_t*, std::size_t, Bytes, Bytes, const std::uint8_t*) {
  PLENARY_CHECK(false);
}
#endif

void GcmEgress::State::seal_openssl(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload,
                                    const std::uint8_t* nonce) {
  std::uint8_t* cipher = out + header;
  int length = 0;
  bool good = EVP_EncryptInit_ex(evp, nullptr, nullptr, nullptr, nonce) == 1 &&
              EVP_EncryptUpdate(evp, nullptr, &length, out, static_cast<int>(header)) == 1;
  for (const Bytes part : {prefix, payload}) {
    if (part.empty()) continue;
    good = good && EVP_EncryptUpdate(evp, cipher, &length, part.data(), static_cast<int>(part.size())) == 1;
    cipher += part.size();
  }
  good = good && EVP_EncryptFinal_ex(evp, cipher, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTag), cipher) == 1;
  PLENARY_CHECK(good);
}

GcmEgress::GcmEgress(Bytes key, Bytes salt, SrtpEngine engine) {
  PLENARY_CHECK(key.size() == kKeyLength && salt.size() == kNonceLength);
  std::array<std::uint8_t, kKeyLength> session_key;
  std::array<std::uint8_t, kNonceLength> session_salt;
  derive_srtp(key, salt, SrtpLabel::rtp_encryption, session_key);
  derive_srtp(key, salt, SrtpLabel::rtp_salt, session_salt);
  state_ = std::make_unique<State>(session_key, session_salt, engine);
  OPENSSL_cleanse(session_key.data(), session_key.size());
}

GcmEgress::GcmEgress(std::unique_ptr<State> state) : state_(std::move(state)) {}

GcmEgress GcmEgress::from_session_keys(Bytes key, Bytes salt, SrtpEngine engine) {
  PLENARY_CHECK(key.size() == kKeyLength && salt.size() == kNonceLength);
  return GcmEgress(std::make_unique<State>(key, salt, engine));
}

GcmEgress::~GcmEgress() = default;
GcmEgress::GcmEgress(GcmEgress&&) noexcept = default;
GcmEgress& GcmEgress::operator=(GcmEgress&&) noexcept = default;

std::size_t GcmEgress::protect(std::uint8_t* out, std::size_t header_length, Bytes prefix, Bytes payload,
                               std::uint32_t ssrc, std::uint64_t index) {
  PLENARY_CHECK(header_length >= kMinHeader && index >> 48 == 0);
  // RFC 7714 §8.1: 16 zero bits, SSRC, ROC, sequence; exclusive-or with the salt.
  std::array<std::uint8_t, kNonceLength> nonce{};
  store_u32(nonce.data() + 2, ssrc);
  store_u32(nonce.data() + 6, static_cast<std::uint32_t>(index >> 16));
  store_u16(nonce.data() + 10, static_cast<std::uint16_t>(index));
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= state_->salt[i];
  if (state_->evp == nullptr) {
    state_->seal_ipsec_mb(out, header_length, prefix, payload, nonce.data());
  } else {
    state_->seal_openssl(out, header_length, prefix, payload, nonce.data());
  }
  return header_length + prefix.size() + payload.size() + kGcmTag;
}

void GcmEgress::prefetch_key() const { prefetch(state_.get(), sizeof(State)); }

const char* GcmEgress::implementation() { return engine_name(resolve(SrtpEngine::best)); }

}  // namespace plenary::crypto
