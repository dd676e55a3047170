#include "media/crypto/srtcp_session.h"

#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/random.h"
#include "media/crypto/packets_to_try.h"

namespace plenary::crypto::srtcp_session_test {
namespace {

constexpr SrtpProfile kGcm = SrtpProfile::aead_aes_128_gcm;
constexpr SrtpProfile kCm = SrtpProfile::aes128_cm_sha1_80;

ByteVector unhex(std::string_view text) {
  ByteVector bytes;
  std::string digits(text);
  std::erase(digits, ' ');
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

ByteVector made(SeededRandom& random, std::size_t size) {
  ByteVector bytes(size);
  random.fill(bytes);
  return bytes;
}

SrtpKeys keys_of(SrtpProfile profile, SeededRandom& random) {
  const std::size_t salt = profile == kGcm ? 12 : 14;
  return {profile, made(random, 16), made(random, salt), made(random, 16), made(random, salt)};
}
SrtpKeys other_end(SrtpKeys keys) {
  std::swap(keys.local_key, keys.remote_key);
  std::swap(keys.local_salt, keys.remote_salt);
  return keys;
}

// One to five packets of kinds 200 to 206, the first sometimes nothing but its header; all else is random.
ByteVector compound(SeededRandom& random, std::uint32_t ssrc) {
  ByteVector all;
  const std::uint32_t count = 1 + random.u32() % 5;
  for (std::uint32_t i = 0; i < count; ++i) {
    ByteVector packet = made(random, 8 + 4 * (random.u32() % 20));
    packet[0] = static_cast<std::uint8_t>(0x80 | random.u32() % 32);
    packet[1] = static_cast<std::uint8_t>(200 + random.u32() % 7);
    store_u16(packet.data() + 2, static_cast<std::uint16_t>(packet.size() / 4 - 1));
    store_u32(packet.data() + 4, ssrc);
    all.insert(all.end(), packet.begin(), packet.end());
  }
  return all;
}

// Either end, libsrtp or ours.
template <class Seal>
ByteVector sealed(ByteVector packet, Seal seal) {
  const std::size_t length = packet.size();
  packet.resize(length + kMaxSrtpTrailer);
  packet.resize(seal(MutableBytes(packet), length).value_or(0));
  return packet;
}
ByteVector seal(SrtpSession& session, const ByteVector& clear) {
  return sealed(clear, [&](MutableBytes bytes, std::size_t length) { return session.protect_rtcp(bytes, length); });
}
ByteVector seal(SrtcpSession& session, const ByteVector& clear) {
  return sealed(clear, [&](MutableBytes bytes, std::size_t length) { return session.seal(bytes, length); });
}

struct Opened {
  SrtpFault fault = SrtpFault::none;
  ByteVector clear;
  bool operator==(const Opened&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Opened& opened) {
  return out << "fault " << int(opened.fault) << ", " << opened.clear.size() << " bytes";
}

// The bytes end where their memory does, so that a sanitizer sees a read behind them.
template <class Open>
Opened opened(const ByteVector& packet, Open open) {
  const auto copy = std::make_unique<std::uint8_t[]>(packet.size());
  std::copy(packet.begin(), packet.end(), copy.get());
  Opened result;
  const auto length = open(MutableBytes(copy.get(), packet.size()), &result.fault);
  EXPECT_EQ(length.has_value(), result.fault == SrtpFault::none);
  if (length) result.clear.assign(copy.get(), copy.get() + *length);
  return result;
}
Opened open(SrtpSession& session, const ByteVector& packet) {
  return opened(packet, [&](MutableBytes bytes, SrtpFault* fault) { return session.unprotect_rtcp(bytes, fault); });
}
Opened open(SrtcpSession& session, const ByteVector& packet) {
  return opened(packet, [&](MutableBytes bytes, SrtpFault* fault) { return session.open(bytes, fault); });
}

// libsrtp that authenticates RTCP and does not encrypt it: E flag 0.
class ClearSender {
 public:
  explicit ClearSender(const SrtpKeys& keys) {
    prepare_srtp();
    srtp_policy_t policy{};
    if (keys.profile == kGcm) {
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
      srtp_crypto_policy_set_rtp_default(&policy.rtp);
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.rtcp.sec_serv = sec_serv_auth;
    ByteVector master(keys.local_key);
    master.insert(master.end(), keys.local_salt.begin(), keys.local_salt.end());
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = master.data();
    EXPECT_EQ(srtp_create(&context_, &policy), srtp_err_status_ok);
  }
  ~ClearSender() { srtp_dealloc(context_); }
  ClearSender(const ClearSender&) = delete;
  ClearSender& operator=(const ClearSender&) = delete;

  ByteVector seal(const ByteVector& clear) {
    return sealed(clear, [&](MutableBytes bytes, std::size_t length) -> std::optional<std::size_t> {
      int size = static_cast<int>(length);
      if (srtp_protect_rtcp(context_, bytes.data(), &size) != srtp_err_status_ok) return std::nullopt;
      return static_cast<std::size_t>(size);
    });
  }

 private:
  srtp_t context_ = nullptr;
};

struct Way {
  SrtpProfile profile;
  SrtpEngine engine;
  const char* name;
};
class Srtcp : public testing::TestWithParam<Way> {
 protected:
  [[nodiscard]] static SrtpProfile profile() { return GetParam().profile; }
  SeededRandom random{11};
  SrtpKeys keys = keys_of(profile(), random);
  SrtcpSession ours{keys, GetParam().engine};
  SrtpSession theirs{keys};
  SrtpSession sender{other_end(keys)};
};

INSTANTIATE_TEST_SUITE_P(ways, Srtcp,
                         testing::Values(Way{kGcm, SrtpEngine::ipsec_mb, "gcm_ipsec_mb"},
                                         Way{kGcm, SrtpEngine::openssl, "gcm_openssl"},
                                         Way{kCm, SrtpEngine::best, "cm"}),
                         [](const auto& way) { return std::string(way.param.name); });

// RFC 7714 §17.1: session key and salt are given, not derived; the index is 0x5d4.
TEST(SrtcpVectors, rfc_7714_encrypted_and_tagged) {
  const ByteVector clear = unhex(
      "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
      "deadbeef");
  const ByteVector packet = unhex(
      "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded "
      "0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4");
  for (const SrtpEngine engine : {SrtpEngine::ipsec_mb, SrtpEngine::openssl}) {
    SrtcpSession session = SrtcpSession::from_session_keys(kGcm, unhex("000102030405060708090a0b0c0d0e0f"),
                                                           unhex("517569642070726f2071756f"), {}, engine);
    EXPECT_EQ(open(session, packet), (Opened{SrtpFault::none, clear}));
    for (int i = 0; i < 0x5d4; ++i) ASSERT_FALSE(seal(session, clear).empty());
    EXPECT_EQ(seal(session, clear), packet);
  }
}

// RFC 7714 §17.3: the E flag is 0.
TEST(SrtcpVectors, rfc_7714_tagged_only) {
  const ByteVector clear = unhex(
      "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
      "deadbeef");
  ByteVector packet(clear);
  const ByteVector rest = unhex("841dd968 3dd78ec9 2ae58790 125f62b3 000005d4");
  packet.insert(packet.end(), rest.begin(), rest.end());
  for (const SrtpEngine engine : {SrtpEngine::ipsec_mb, SrtpEngine::openssl}) {
    SrtcpSession session = SrtcpSession::from_session_keys(kGcm, unhex("000102030405060708090a0b0c0d0e0f"),
                                                           unhex("517569642070726f2071756f"), {}, engine);
    EXPECT_EQ(open(session, packet), (Opened{SrtpFault::none, clear}));
  }
}

// The packet that libsrtp's own tests hold: master key and salt of RFC 3711, appendix B.3, index 1.
TEST(SrtcpVectors, the_packet_of_libsrtps_tests) {
  const SrtpKeys keys{kCm, ByteVector(16), ByteVector(14), unhex("e1f97a0d3e018be0d64fa32c06de4139"),
                      unhex("0ec675ad498afeebb6960b3aabe6")};
  SrtcpSession session(keys);
  ByteVector clear = unhex("81c8000bcafebabe");
  clear.resize(24, 0xAB);
  EXPECT_EQ(open(session, unhex("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798")),
            (Opened{SrtpFault::none, clear}));
}

// In order and not, some twice, some changed, some cut: both say the same of each, and read the same.
TEST_P(Srtcp, opens_what_libsrtp_opens_and_refuses_what_it_refuses) {
  constexpr std::uint32_t kSsrcs[] = {1, 0xFFFFFFFF, 0x01020304};
  std::deque<ByteVector> under_way;
  std::array<int, 5> seen{};
  const int all = packets_to_try(100'000);
  for (int count = 0; count < all; ++count) {
    under_way.push_back(seal(sender, compound(random, kSsrcs[random.u32() % 3])));
    // Some wait until they are older than the window.
    if (under_way.size() > 500) under_way.pop_front();
    const bool late = random.u32() % 8 == 0;
    ByteVector packet = under_way[late ? random.u32() % under_way.size() : under_way.size() - 1];
    const std::uint32_t damage = random.u32() % 16;
    if (damage == 0) packet[random.u32() % packet.size()] ^= static_cast<std::uint8_t>(1U << random.u32() % 8);
    if (damage == 1) packet.resize(random.u32() % packet.size());
    const Opened reference = open(theirs, packet);
    ASSERT_EQ(open(ours, packet), reference) << "packet " << count;
    ++seen[static_cast<std::size_t>(reference.fault)];
  }
  EXPECT_GT(seen[static_cast<std::size_t>(SrtpFault::none)], all / 2);
  EXPECT_GT(seen[static_cast<std::size_t>(SrtpFault::authentication)], all / 50);
  EXPECT_GT(seen[static_cast<std::size_t>(SrtpFault::replay)], all / 50);
  EXPECT_GT(seen[static_cast<std::size_t>(SrtpFault::malformed)], all / 500);
}

TEST_P(Srtcp, libsrtp_opens_what_it_seals) {
  SrtcpSession end(other_end(keys), GetParam().engine);
  const int all = packets_to_try(20'000);
  for (int count = 0; count < all; ++count) {
    const ByteVector clear = compound(random, 1 + random.u32() % 5);
    const ByteVector packet = seal(end, clear);
    ASSERT_EQ(packet.size(), clear.size() + 4 + (profile() == kGcm ? kGcmTag : kCmTag));
    if (clear.size() > 16) {
      ASSERT_FALSE(std::equal(clear.begin() + 8, clear.end(), packet.begin() + 8)) << "in clear";
    }
    ASSERT_EQ(open(theirs, packet), (Opened{SrtpFault::none, clear})) << "packet " << count;
  }
}

TEST_P(Srtcp, without_encryption_it_takes_what_libsrtp_takes) {
  ClearSender clear_sender(other_end(keys));
  for (int count = 0; count < 1'000; ++count) {
    const ByteVector clear = compound(random, 7);
    const ByteVector packet = clear_sender.seal(clear);
    ASSERT_FALSE(packet.empty());
    ByteVector forged(packet);
    forged[random.u32() % forged.size()] ^= static_cast<std::uint8_t>(1U << random.u32() % 8);
    ASSERT_EQ(open(ours, forged), open(theirs, forged));
    const Opened reference = open(theirs, packet);
    ASSERT_EQ(reference.fault, profile() == kGcm ? SrtpFault::none : SrtpFault::authentication);
    ASSERT_EQ(open(ours, packet), reference);
    if (profile() == kGcm) {
      ASSERT_EQ(reference.clear, clear);
    }
  }
}

TEST_P(Srtcp, a_change_of_any_bit_is_refused_and_leaves_nothing_behind) {
  const ByteVector packet = seal(sender, compound(random, 7));
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    ByteVector forged(packet);
    forged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    ASSERT_NE(open(ours, forged).fault, SrtpFault::none) << "bit " << bit;
  }
  EXPECT_EQ(open(ours, packet).fault, SrtpFault::none);
}

TEST_P(Srtcp, a_replay_and_an_index_behind_the_window_are_refused) {
  std::vector<ByteVector> sent;
  for (std::size_t i = 0; i < 3 * kSrtcpReplayWindow; ++i) sent.push_back(seal(sender, compound(random, 7)));
  const std::size_t newest = sent.size() - 1;
  EXPECT_EQ(open(ours, sent[newest]).fault, SrtpFault::none);
  EXPECT_EQ(open(ours, sent[newest]).fault, SrtpFault::replay);
  EXPECT_EQ(open(ours, sent[newest - kSrtcpReplayWindow + 1]).fault, SrtpFault::none) << "the oldest of the window";
  EXPECT_EQ(open(ours, sent[newest - kSrtcpReplayWindow]).fault, SrtpFault::replay);
  EXPECT_EQ(open(ours, sent[0]).fault, SrtpFault::replay);
}

TEST_P(Srtcp, each_source_has_indices_of_its_own) {
  const ByteVector one = seal(sender, compound(random, 1));
  const ByteVector two = seal(sender, compound(random, 2));  // libsrtp begins anew for each
  EXPECT_EQ(open(ours, one).fault, SrtpFault::none);
  EXPECT_EQ(open(ours, two).fault, SrtpFault::none);
  EXPECT_EQ(open(ours, one).fault, SrtpFault::replay);
  EXPECT_EQ(open(ours, two).fault, SrtpFault::replay);
}

TEST_P(Srtcp, thirty_two_authentic_sources_are_heard_and_no_more) {
  for (std::uint32_t ssrc = 1; ssrc <= 100; ++ssrc) {
    const ByteVector packet = seal(sender, compound(random, ssrc));
    ByteVector forged(packet);
    forged.back() ^= 1;
    ASSERT_NE(open(ours, forged).fault, SrtpFault::none) << "takes no place";
    ASSERT_EQ(open(ours, packet).fault, ssrc <= kMaxInboundSsrcs ? SrtpFault::none : SrtpFault::too_many_sources);
  }
  EXPECT_EQ(open(ours, seal(sender, compound(random, 5))).fault, SrtpFault::none) << "known ones go on";
}

TEST_P(Srtcp, every_short_length_is_refused_whatever_it_says_of_itself) {
  for (std::size_t length = 0; length <= 64; ++length) {
    for (int first = 0; first < 256; ++first) {
      ByteVector packet = made(random, length);
      if (length > 0) packet[0] = static_cast<std::uint8_t>(first);
      ASSERT_EQ(open(ours, packet), open(theirs, packet)) << length;
    }
  }
}

TEST_P(Srtcp, what_is_no_rtcp_is_not_sealed) {
  EXPECT_TRUE(seal(ours, ByteVector(7, 0x80)).empty());
  EXPECT_TRUE(seal(ours, ByteVector(20, 0x00)).empty());
}

}  // namespace
}  // namespace plenary::crypto::srtcp_session_test
