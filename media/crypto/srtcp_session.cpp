#include "media/crypto/srtcp_session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "media/base/check.h"
#include "media/crypto/hash.h"
#include "media/crypto/ipsec_mb.h"
#include "media/crypto/srtp_derivation.h"

namespace plenary::crypto {
namespace {

constexpr std::size_t kHeader = 8;   // in clear: the first packet's header and SSRC
constexpr std::size_t kTrailer = 4;  // E flag and index
constexpr std::size_t kGcmNonce = 12;
constexpr std::size_t kCmSalt = 14;
constexpr std::size_t kAuthenticationKey = 20;
constexpr std::uint32_t kEncrypted = 0x80000000;  // the E flag
constexpr std::uint32_t kIndexMask = 0x7FFFFFFF;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// One of each a thread, not a peer: OpenSSL needs a kilobyte for one.
EVP_CIPHER_CTX* shared_cipher(const EVP_CIPHER* kind, Cipher& cipher) {
  if (!cipher) {
    cipher.reset(EVP_CIPHER_CTX_new());
    PLENARY_CHECK(cipher && EVP_CipherInit_ex(cipher.get(), kind, nullptr, nullptr, nullptr, 1) == 1);
  }
  return cipher.get();
}
EVP_CIPHER_CTX* gcm_cipher() {
  thread_local Cipher cipher;
  return shared_cipher(EVP_aes_128_gcm(), cipher);
}
EVP_CIPHER_CTX* cm_cipher() {
  thread_local Cipher cipher;
  return shared_cipher(EVP_aes_128_ctr(), cipher);
}

// What AES-GCM works on: `text` in place.
struct Gcm {
  Bytes key;
  std::array<std::uint8_t, kGcmNonce> nonce;
  Bytes clear;  // authenticated only
  MutableBytes text;
};
using GcmTag = std::array<std::uint8_t, kGcmTag>;

// RFC 7714 §9.1: 16 zero bits, SSRC, 16 zero bits, index; exclusive-or with the salt.
std::array<std::uint8_t, kGcmNonce> gcm_nonce(Bytes salt, std::uint32_t ssrc, std::uint32_t index) {
  std::array<std::uint8_t, kGcmNonce> nonce{};
  store_u32(nonce.data() + 2, ssrc);
  store_u32(nonce.data() + 8, index);
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= salt[i];
  return nonce;
}

// True when `tag` is right; sealing writes it.
bool run_gcm_openssl(const Gcm& gcm, GcmTag& tag, bool seal) {
  EVP_CIPHER_CTX* cipher = gcm_cipher();
  int length = 0;
  std::uint8_t* text = gcm.text.data();
  PLENARY_CHECK(EVP_CipherInit_ex(cipher, nullptr, nullptr, gcm.key.data(), gcm.nonce.data(), seal ? 1 : 0) == 1 &&
                EVP_CipherUpdate(cipher, nullptr, &length, gcm.clear.data(), static_cast<int>(gcm.clear.size())) == 1);
  if (!gcm.text.empty()) {
    PLENARY_CHECK(EVP_CipherUpdate(cipher, text, &length, text, static_cast<int>(gcm.text.size())) == 1);
  }
  const int size = static_cast<int>(tag.size());
  std::array<std::uint8_t, 16> rest;  // there is none; the tag stands where it would be
  if (!seal) {
    PLENARY_CHECK(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, size, tag.data()) == 1);
    return EVP_CipherFinal_ex(cipher, rest.data(), &length) == 1;
  }
  PLENARY_CHECK(EVP_CipherFinal_ex(cipher, rest.data(), &length) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, size, tag.data()) == 1);
  return true;
}

#ifdef PLENARY_IPSEC_MB
bool run_gcm_ipsec_mb(const IMB_MGR* manager, const Gcm& gcm, GcmTag& tag, bool seal) {
  gcm_key_data expanded;
  gcm_context_data context;
  IMB_AES128_GCM_PRE(manager, gcm.key.data(), &expanded);
  GcmTag computed;
  const auto run = seal ? manager->gcm128_enc : manager->gcm128_dec;
  run(&expanded, &context, gcm.text.data(), gcm.text.data(), gcm.text.size(), gcm.nonce.data(), gcm.clear.data(),
      gcm.clear.size(), computed.data(), computed.size());
  OPENSSL_cleanse(&expanded, sizeof expanded);
  if (!seal) return equal_in_constant_time(computed, tag);
  tag = computed;
  return true;
}
#endif

bool run_gcm(SrtpEngine engine, const Gcm& gcm, GcmTag& tag, bool seal) {
#ifdef PLENARY_IPSEC_MB
  if (const IMB_MGR* manager = ipsec_mb(engine); manager != nullptr) return run_gcm_ipsec_mb(manager, gcm, tag, seal);
#else
  static_cast<void>(engine);
#endif
  return run_gcm_openssl(gcm, tag, seal);
}

// RFC 3711 §4.1.1: IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16). Encryption is decryption.
void run_cm(Bytes key, Bytes salt, std::uint32_t ssrc, std::uint32_t index, MutableBytes text) {
  if (text.empty()) return;
  std::array<std::uint8_t, 16> counter{};
  store_u32(counter.data() + 4, ssrc);
  store_u32(counter.data() + 10, index);
  for (std::size_t i = 0; i < kCmSalt; ++i) counter[i] ^= salt[i];
  EVP_CIPHER_CTX* cipher = cm_cipher();
  int length = 0;
  PLENARY_CHECK(EVP_CipherInit_ex(cipher, nullptr, nullptr, key.data(), counter.data(), 1) == 1 &&
                EVP_CipherUpdate(cipher, text.data(), &length, text.data(), static_cast<int>(text.size())) == 1);
}

bool whole(Bytes packet, std::size_t trailer) {
  return packet.size() <= kMaxSrtpPacket && packet.size() >= kHeader + trailer && packet[0] >> 6 == 2;
}

std::uint32_t ssrc_of(Bytes packet) { return load_u32(packet.data() + 4); }

std::size_t tag_of(SrtpProfile profile) { return profile == SrtpProfile::aead_aes_128_gcm ? kGcmTag : kCmTag; }

}  // namespace

bool SrtcpReplay::fresh(std::uint32_t index) const {
  if (index > newest_) return true;
  const std::uint32_t age = newest_ - index;
  return age < seen_.size() && !seen_.test(age);
}

void SrtcpReplay::record(std::uint32_t index) {
  if (index > newest_) {
    seen_ <<= index - newest_;
    newest_ = index;
  }
  seen_.set(newest_ - index);
}

SrtcpSession::Direction::Direction(SrtpProfile profile, Bytes master_key, Bytes master_salt) {
  const std::size_t salt_length = profile == SrtpProfile::aead_aes_128_gcm ? kGcmNonce : kCmSalt;
  PLENARY_CHECK(master_key.size() == key.size() && master_salt.size() == salt_length);
  derive_srtp(master_key, master_salt, SrtpLabel::rtcp_encryption, key);
  derive_srtp(master_key, master_salt, SrtpLabel::rtcp_salt, MutableBytes(salt).first(salt_length));
  if (profile == SrtpProfile::aead_aes_128_gcm) return;
  std::array<std::uint8_t, kAuthenticationKey> authentication_key;
  derive_srtp(master_key, master_salt, SrtpLabel::rtcp_authentication, authentication_key);
  authentication.emplace(authentication_key);
  OPENSSL_cleanse(authentication_key.data(), authentication_key.size());
}

SrtcpSession::Direction::Direction(Bytes session_key, Bytes session_salt, Bytes authentication_key) {
  PLENARY_CHECK(session_key.size() == key.size() && session_salt.size() <= salt.size());
  std::copy(session_key.begin(), session_key.end(), key.begin());
  std::copy(session_salt.begin(), session_salt.end(), salt.begin());
  if (!authentication_key.empty()) authentication.emplace(authentication_key);
}

SrtcpSession::Direction::~Direction() { OPENSSL_cleanse(key.data(), key.size()); }

SrtcpSession::SrtcpSession(const SrtpKeys& keys, SrtpEngine engine)
    : profile_(keys.profile),
      engine_(resolve(engine)),
      incoming_(keys.profile, keys.remote_key, keys.remote_salt),
      outgoing_(keys.profile, keys.local_key, keys.local_salt) {}

SrtcpSession::SrtcpSession(SrtpProfile profile, Bytes key, Bytes salt, Bytes authentication_key, SrtpEngine engine)
    : profile_(profile),
      engine_(resolve(engine)),
      incoming_(key, salt, authentication_key),
      outgoing_(key, salt, authentication_key) {}

SrtcpSession SrtcpSession::from_session_keys(SrtpProfile profile, Bytes key, Bytes salt, Bytes authentication_key,
                                             SrtpEngine engine) {
  return SrtcpSession(profile, key, salt, authentication_key, engine);
}

// RFC 7714 §9.2, §9.3. Behind the text stand its tag and the index with the E flag; both headers, or without encryption
// all of the packet and that last word, are authenticated.
bool SrtcpSession::open_gcm(MutableBytes packet) const {
  const std::size_t end = packet.size() - kTrailer - kGcmTag;
  const std::uint32_t trailer = load_u32(packet.data() + packet.size() - kTrailer);
  GcmTag tag;
  std::memcpy(tag.data(), packet.data() + end, tag.size());
  const auto nonce = gcm_nonce(incoming_.salt, ssrc_of(packet), trailer & kIndexMask);
  if ((trailer & kEncrypted) == 0) {
    store_u32(packet.data() + end, trailer);  // over the tag: what is authenticated stands in one piece
    return run_gcm(engine_, {incoming_.key, nonce, packet.first(end + kTrailer), {}}, tag, false);
  }
  std::array<std::uint8_t, kHeader + kTrailer> clear;
  std::memcpy(clear.data(), packet.data(), kHeader);
  store_u32(clear.data() + kHeader, trailer);
  return run_gcm(engine_, {incoming_.key, nonce, clear, packet.subspan(kHeader, end - kHeader)}, tag, false);
}

// RFC 3711 §3.4: the tag stands last, over all that is before it.
bool SrtcpSession::open_cm(MutableBytes packet) const {
  const std::size_t signed_size = packet.size() - kCmTag;
  const auto digest = incoming_.authentication->sign(packet.first(signed_size));
  if (!equal_in_constant_time(Bytes(digest).first(kCmTag), packet.last(kCmTag))) return false;
  const std::uint32_t index = load_u32(packet.data() + signed_size - kTrailer) & kIndexMask;
  run_cm(incoming_.key, incoming_.salt, ssrc_of(packet), index,
         packet.subspan(kHeader, signed_size - kTrailer - kHeader));
  return true;
}

std::optional<std::size_t> SrtcpSession::open(MutableBytes packet, SrtpFault* fault) {
  SrtpFault ignored;
  if (fault == nullptr) fault = &ignored;
  const auto refuse = [fault](SrtpFault why) {
    *fault = why;
    return std::nullopt;
  };
  const bool gcm = profile_ == SrtpProfile::aead_aes_128_gcm;
  const std::size_t tag = tag_of(profile_);
  if (!whole(packet, tag + kTrailer)) return refuse(SrtpFault::malformed);
  const std::uint32_t ssrc = ssrc_of(packet);
  auto source =
      std::find_if(sources_.begin(), sources_.end(), [ssrc](const Source& each) { return each.ssrc == ssrc; });
  const bool known = source != sources_.end();
  if (!known && sources_.size() >= kMaxInboundSsrcs) return refuse(SrtpFault::too_many_sources);
  const std::uint32_t trailer = load_u32(packet.data() + packet.size() - kTrailer - (gcm ? 0 : tag));
  if (!gcm && (trailer & kEncrypted) == 0) return refuse(SrtpFault::authentication);
  const std::uint32_t index = trailer & kIndexMask;
  if (known && !source->replay.fresh(index)) return refuse(SrtpFault::replay);
  if (gcm ? !open_gcm(packet) : !open_cm(packet)) return refuse(SrtpFault::authentication);
  if (!known) source = sources_.insert(sources_.end(), Source{.ssrc = ssrc, .replay = {}});
  source->replay.record(index);
  *fault = SrtpFault::none;
  return packet.size() - tag - kTrailer;
}

void SrtcpSession::seal_gcm(MutableBytes packet, std::size_t length, std::uint32_t trailer) const {
  std::array<std::uint8_t, kHeader + kTrailer> clear;
  std::memcpy(clear.data(), packet.data(), kHeader);
  store_u32(clear.data() + kHeader, trailer);
  GcmTag tag;
  const auto nonce = gcm_nonce(outgoing_.salt, ssrc_of(packet), trailer & kIndexMask);
  run_gcm(engine_, {outgoing_.key, nonce, clear, packet.subspan(kHeader, length - kHeader)}, tag, true);
  std::memcpy(packet.data() + length, tag.data(), tag.size());
  store_u32(packet.data() + length + tag.size(), trailer);
}

void SrtcpSession::seal_cm(MutableBytes packet, std::size_t length, std::uint32_t trailer) const {
  run_cm(outgoing_.key, outgoing_.salt, ssrc_of(packet), trailer & kIndexMask,
         packet.subspan(kHeader, length - kHeader));
  store_u32(packet.data() + length, trailer);
  const auto digest = outgoing_.authentication->sign(packet.first(length + kTrailer));
  std::memcpy(packet.data() + length + kTrailer, digest.data(), kCmTag);
}

std::optional<std::size_t> SrtcpSession::seal(MutableBytes packet, std::size_t length) {
  PLENARY_CHECK(length + kMaxSrtpTrailer <= packet.size());
  if (!whole(packet.first(length), 0) || next_index_ > kIndexMask) return std::nullopt;
  const std::uint32_t trailer = kEncrypted | next_index_++;
  if (profile_ == SrtpProfile::aead_aes_128_gcm) {
    seal_gcm(packet, length, trailer);
  } else {
    seal_cm(packet, length, trailer);
  }
  return length + tag_of(profile_) + kTrailer;
}

}  // namespace plenary::crypto
