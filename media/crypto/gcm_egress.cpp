#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "media/base/check.h"
#include "media/crypto/srtp.h"
#ifdef PLENARY_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

namespace plenary::crypto {
namespace {

constexpr std::size_t kKeyLength = 16;
constexpr std::size_t kNonceLength = 12;
constexpr std::size_t kMinHeader = 12;

struct Block {
  const std::uint8_t* data;
  std::size_t size;
};

#ifdef PLENARY_IPSEC_MB
// Function pointers for this CPU; read-only once made, so that all threads share them. Nothing where the CPU has no
// AES.
const IMB_MGR* ipsec_mb() {
  static const IMB_MGR* const manager = []() -> const IMB_MGR* {
    IMB_MGR* made = alloc_mb_mgr(0);
    if (made == nullptr) return nullptr;
    IMB_ARCH architecture = IMB_ARCH_NONE;
    init_mb_mgr_auto(made, &architecture);
    const bool fit = architecture >= IMB_ARCH_SSE && (made->features & IMB_FEATURE_AESNI) != 0 &&
                     (made->features & IMB_FEATURE_PCLMULQDQ) != 0;
    if (fit) return made;
    free_mb_mgr(made);
    return nullptr;
  }();
  return manager;
}

const char* ipsec_mb_name() {
  const IMB_MGR* manager = ipsec_mb();
  if (manager == nullptr) return nullptr;
  const std::uint64_t features = manager->features;
  if ((features & IMB_CPUFLAGS_AVX512) == IMB_CPUFLAGS_AVX512) {
    const bool vaes = (features & IMB_FEATURE_VAES) != 0 && (features & IMB_FEATURE_VPCLMULQDQ) != 0;
    return vaes ? "ipsec-mb avx512-vaes" : "ipsec-mb avx512";
  }
  if ((features & IMB_FEATURE_AVX2) != 0) return "ipsec-mb avx2";
  return (features & IMB_FEATURE_AVX) != 0 ? "ipsec-mb avx" : "ipsec-mb sse";
}
#else
const char* ipsec_mb_name() { return nullptr; }
#endif

// PLENARY_GCM=openssl leaves ipsec-mb aside, for comparison and where it is suspected.
bool forced_openssl() {
  static const bool forced = [] {
    const char* wish = std::getenv("PLENARY_GCM");
    return wish != nullptr && std::strcmp(wish, "openssl") == 0;
  }();
  return forced;
}

GcmEngine resolve(GcmEngine wish) {
  if (wish == GcmEngine::best) wish = forced_openssl() ? GcmEngine::openssl : GcmEngine::ipsec_mb;
  return ipsec_mb_name() == nullptr ? GcmEngine::openssl : wish;
}

// RFC 3711 §4.3.1 with a key derivation rate of 0; RFC 7714 §11: the salt of 96 bits stands in the upper part of the
// 112 that the function takes.
void derive(Bytes key, Bytes salt, std::uint8_t label, MutableBytes out) {
  std::array<std::uint8_t, 16> counter{};
  std::memcpy(counter.data(), salt.data(), salt.size());
  counter[7] ^= label;
  const std::array<std::uint8_t, 16> zeros{};
  std::array<std::uint8_t, 16> stream{};
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  PLENARY_CHECK(context != nullptr);
  int length = 0;
  PLENARY_CHECK(EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nullptr, key.data(), counter.data()) == 1);
  PLENARY_CHECK(EVP_EncryptUpdate(context, stream.data(), &length, zeros.data(), static_cast<int>(zeros.size())) == 1);
  EVP_CIPHER_CTX_free(context);
  std::memcpy(out.data(), stream.data(), out.size());
  OPENSSL_cleanse(stream.data(), stream.size());
}

constexpr std::uint8_t kRtpEncryptionKey = 0;  // labels of RFC 3711 §4.3.1
constexpr std::uint8_t kRtpSalt = 2;

}  // namespace

struct GcmEgress::State {
  State(Bytes key, Bytes salt, GcmEngine wish);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void seal_ipsec_mb(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload, const std::uint8_t* nonce);
  void seal_openssl(std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload, const std::uint8_t* nonce);

#ifdef PLENARY_IPSEC_MB
  gcm_key_data expanded;  // 1 KB; first, as it wants to be aligned
#endif
  std::array<std::uint8_t, kNonceLength> salt;
  GcmEngine engine;
  EVP_CIPHER_CTX* evp = nullptr;
};

GcmEgress::State::State(Bytes key, Bytes session_salt, GcmEngine wish) : engine(resolve(wish)) {
  std::memcpy(salt.data(), session_salt.data(), salt.size());
#ifdef PLENARY_IPSEC_MB
  if (engine == GcmEngine::ipsec_mb) {
    IMB_AES128_GCM_PRE(ipsec_mb(), key.data(), &expanded);
    return;
  }
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
  const IMB_MGR* manager = ipsec_mb();
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

GcmEgress::GcmEgress(Bytes key, Bytes salt, GcmEngine engine) {
  PLENARY_CHECK(key.size() == kKeyLength && salt.size() == kNonceLength);
  std::array<std::uint8_t, kKeyLength> session_key;
  std::array<std::uint8_t, kNonceLength> session_salt;
  derive(key, salt, kRtpEncryptionKey, session_key);
  derive(key, salt, kRtpSalt, session_salt);
  state_ = std::make_unique<State>(session_key, session_salt, engine);
  OPENSSL_cleanse(session_key.data(), session_key.size());
}

GcmEgress::GcmEgress(std::unique_ptr<State> state) : state_(std::move(state)) {}

GcmEgress GcmEgress::from_session_keys(Bytes key, Bytes salt, GcmEngine engine) {
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
  if (state_->engine == GcmEngine::ipsec_mb) {
    state_->seal_ipsec_mb(out, header_length, prefix, payload, nonce.data());
  } else {
    state_->seal_openssl(out, header_length, prefix, payload, nonce.data());
  }
  return header_length + prefix.size() + payload.size() + kGcmTag;
}

const char* GcmEgress::implementation() {
  return resolve(GcmEngine::best) == GcmEngine::ipsec_mb ? ipsec_mb_name() : "openssl evp";
}

}  // namespace plenary::crypto
