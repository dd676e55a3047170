#include <srtp2/srtp.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "media/base/check.h"
#include "media/crypto/srtp.h"

namespace plenary::crypto {
namespace {

constexpr std::size_t kRtpHeader = 12;
constexpr std::size_t kRtcpHeader = 8;
constexpr std::size_t kSrtcpIndex = 4;  // E flag and index (RFC 3711 §3.4)

srtp_t make_context(SrtpProfile profile, const ByteVector& key, const ByteVector& salt, srtp_ssrc_type_t direction) {
  srtp_policy_t policy{};
  if (profile == SrtpProfile::aead_aes_128_gcm) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
  } else {
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
    srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
  }
  ByteVector master(key);
  master.insert(master.end(), salt.begin(), salt.end());
  PLENARY_CHECK(master.size() == static_cast<std::size_t>(policy.rtp.cipher_key_len));
  policy.ssrc.type = direction;
  policy.key = master.data();
  policy.window_size = kReplayWindow;
  policy.allow_repeat_tx = 0;  // an index encrypted twice would give GCM's authentication key away
  srtp_t context = nullptr;
  PLENARY_CHECK(srtp_create(&context, &policy) == srtp_err_status_ok);
  return context;
}

SrtpFault fault_of(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_ok:
      return SrtpFault::none;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return SrtpFault::replay;
    case srtp_err_status_bad_param:
    case srtp_err_status_parse_err:
      return SrtpFault::malformed;
    default:
      return SrtpFault::authentication;
  }
}

}  // namespace

void prepare_srtp() {
  static const bool ready = [] {
    if (srtp_init() != srtp_err_status_ok) return false;
    for (const SrtpProfile profile : {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aes128_cm_sha1_80}) {
      const std::size_t salt = profile == SrtpProfile::aead_aes_128_gcm ? 12 : 14;
      srtp_dealloc(make_context(profile, ByteVector(16), ByteVector(salt), ssrc_any_inbound));
    }
    return true;
  }();
  PLENARY_CHECK(ready);
}

struct SrtpSession::State {
  explicit State(const SrtpKeys& keys)
      : tag(keys.profile == SrtpProfile::aead_aes_128_gcm ? kGcmTag : kCmTag),
        inbound(make_context(keys.profile, keys.remote_key, keys.remote_salt, ssrc_any_inbound)),
        outbound(make_context(keys.profile, keys.local_key, keys.local_salt, ssrc_any_outbound)) {}
  ~State() {
    srtp_dealloc(inbound);
    srtp_dealloc(outbound);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  using Unprotect = srtp_err_status_t (*)(srtp_t, void*, int*);
  std::optional<std::size_t> unprotect(Unprotect function, MutableBytes packet, std::uint32_t ssrc, SrtpFault* fault);

  const std::size_t tag;
  const srtp_t inbound;
  const srtp_t outbound;
  // libsrtp keeps a stream for each SSRC that it authenticated, in a list that it walks: this is what bounds it.
  std::vector<std::uint32_t> sources;
};

std::optional<std::size_t> SrtpSession::State::unprotect(Unprotect function, MutableBytes packet, std::uint32_t ssrc,
                                                         SrtpFault* fault) {
  const bool known = std::find(sources.begin(), sources.end(), ssrc) != sources.end();
  if (!known && sources.size() >= kMaxInboundSsrcs) {
    *fault = SrtpFault::too_many_sources;
    return std::nullopt;
  }
  int length = static_cast<int>(packet.size());
  *fault = fault_of(function(inbound, packet.data(), &length));
  if (*fault != SrtpFault::none) return std::nullopt;
  if (!known) sources.push_back(ssrc);
  return static_cast<std::size_t>(length);
}

SrtpSession::SrtpSession(const SrtpKeys& keys) {
  prepare_srtp();
  state_ = std::make_unique<State>(keys);
}
SrtpSession::~SrtpSession() = default;
SrtpSession::SrtpSession(SrtpSession&&) noexcept = default;
SrtpSession& SrtpSession::operator=(SrtpSession&&) noexcept = default;

namespace {

// The fixed header, its contributing sources and its extension lie within the packet, and the tag behind them.
bool whole_rtp(Bytes packet, std::size_t tag) {
  if (packet.size() > kMaxSrtpPacket || packet.size() < kRtpHeader + tag || packet[0] >> 6 != 2) return false;
  std::size_t header = kRtpHeader + std::size_t{4} * (packet[0] & 0x0F);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < header + 4) return false;
    header += 4 + std::size_t{4} * load_u16(packet.data() + header + 2);
  }
  return packet.size() >= header + tag;
}

bool whole_rtcp(Bytes packet, std::size_t trailer) {
  return packet.size() <= kMaxSrtpPacket && packet.size() >= kRtcpHeader + trailer && packet[0] >> 6 == 2;
}

}  // namespace

std::optional<std::size_t> SrtpSession::unprotect_rtp(MutableBytes packet, SrtpFault* fault) {
  SrtpFault ignored;
  if (fault == nullptr) fault = &ignored;
  *fault = SrtpFault::malformed;
  if (!whole_rtp(packet, state_->tag)) return std::nullopt;
  return state_->unprotect(srtp_unprotect, packet, load_u32(packet.data() + 8), fault);
}

std::optional<std::size_t> SrtpSession::unprotect_rtcp(MutableBytes packet, SrtpFault* fault) {
  SrtpFault ignored;
  if (fault == nullptr) fault = &ignored;
  *fault = SrtpFault::malformed;
  if (!whole_rtcp(packet, state_->tag + kSrtcpIndex)) return std::nullopt;
  return state_->unprotect(srtp_unprotect_rtcp, packet, load_u32(packet.data() + 4), fault);
}

std::optional<std::size_t> SrtpSession::protect_rtp(MutableBytes packet, std::size_t length) {
  PLENARY_CHECK(length + kMaxSrtpTrailer <= packet.size());
  if (!whole_rtp(packet.first(length), 0)) return std::nullopt;
  int size = static_cast<int>(length);
  if (srtp_protect(state_->outbound, packet.data(), &size) != srtp_err_status_ok) return std::nullopt;
  return static_cast<std::size_t>(size);
}

std::optional<std::size_t> SrtpSession::protect_rtcp(MutableBytes packet, std::size_t length) {
  PLENARY_CHECK(length + kMaxSrtpTrailer <= packet.size());
  if (!whole_rtcp(packet.first(length), 0)) return std::nullopt;
  int size = static_cast<int>(length);
  if (srtp_protect_rtcp(state_->outbound, packet.data(), &size) != srtp_err_status_ok) return std::nullopt;
  return static_cast<std::size_t>(size);
}

}  // namespace plenary::crypto
