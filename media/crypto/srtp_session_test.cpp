#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "media/crypto/srtp.h"

namespace plenary::crypto::srtp_session_test {
namespace {

constexpr SrtpProfile kProfiles[] = {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aes128_cm_sha1_80};

SrtpKeys keys_of(SrtpProfile profile) {
  const std::size_t salt = profile == SrtpProfile::aead_aes_128_gcm ? 12 : 14;
  return {profile, ByteVector(16, 1), ByteVector(salt, 2), ByteVector(16, 3), ByteVector(salt, 4)};
}
SrtpKeys other_end(SrtpKeys keys) {
  std::swap(keys.local_key, keys.remote_key);
  std::swap(keys.local_salt, keys.remote_salt);
  return keys;
}

struct Pair {
  explicit Pair(SrtpProfile profile) : sender(other_end(keys_of(profile))), receiver(keys_of(profile)) {}
  SrtpSession sender;
  SrtpSession receiver;
};

ByteVector rtp(std::uint16_t sequence, std::uint32_t ssrc = 0x01020304, std::size_t payload = 100) {
  ByteVector packet(12 + payload, 0x66);
  packet[0] = 0x80;
  packet[1] = 111;
  store_u16(packet.data() + 2, sequence);
  store_u32(packet.data() + 4, sequence * 960U);
  store_u32(packet.data() + 8, ssrc);
  return packet;
}
ByteVector rtcp(std::uint32_t ssrc = 0x01020304) {
  ByteVector packet(32, 0);
  packet[0] = 0x81;
  packet[1] = 201;
  store_u16(packet.data() + 2, 7);
  store_u32(packet.data() + 4, ssrc);
  return packet;
}

enum class Kind : std::uint8_t { rtp, rtcp };

ByteVector protect(SrtpSession& session, Kind kind, const ByteVector& clear) {
  ByteVector packet(clear);
  packet.resize(clear.size() + kMaxSrtpTrailer);
  const auto length =
      kind == Kind::rtp ? session.protect_rtp(packet, clear.size()) : session.protect_rtcp(packet, clear.size());
  packet.resize(length.value_or(0));
  return packet;
}

// The fault; or none, and then the plain packet stands in `packet`.
SrtpFault unprotect(SrtpSession& session, Kind kind, ByteVector& packet) {
  SrtpFault fault{};
  const auto length =
      kind == Kind::rtp ? session.unprotect_rtp(packet, &fault) : session.unprotect_rtcp(packet, &fault);
  EXPECT_EQ(length.has_value(), fault == SrtpFault::none);
  if (length) packet.resize(*length);
  return fault;
}
SrtpFault deliver(Pair& pair, ByteVector packet) { return unprotect(pair.receiver, Kind::rtp, packet); }

TEST(Srtp, what_one_end_protects_the_other_reads_in_both_profiles) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    for (const Kind kind : {Kind::rtp, Kind::rtcp}) {
      const ByteVector clear = kind == Kind::rtp ? rtp(1) : rtcp();
      ByteVector packet = protect(pair.sender, kind, clear);
      const std::size_t tag = profile == SrtpProfile::aead_aes_128_gcm ? kGcmTag : kCmTag;
      ASSERT_EQ(packet.size(), clear.size() + tag + (kind == Kind::rtcp ? 4 : 0));
      EXPECT_FALSE(std::equal(clear.begin() + 12, clear.end(), packet.begin() + 12));
      EXPECT_EQ(unprotect(pair.receiver, kind, packet), SrtpFault::none);
      EXPECT_EQ(packet, clear);
    }
  }
}

TEST(Srtp, one_flipped_bit_anywhere_fails_authentication) {
  for (const SrtpProfile profile : kProfiles) {
    for (const Kind kind : {Kind::rtp, Kind::rtcp}) {
      Pair pair(profile);
      const ByteVector packet = protect(pair.sender, kind, kind == Kind::rtp ? rtp(1) : rtcp());
      for (std::size_t bit = 8; bit < packet.size() * 8; ++bit) {  // the first byte decides what is malformed
        ByteVector forged(packet);
        forged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        ASSERT_NE(unprotect(pair.receiver, kind, forged), SrtpFault::none) << "bit " << bit;
      }
      ByteVector genuine(packet);
      EXPECT_EQ(unprotect(pair.receiver, kind, genuine), SrtpFault::none);
    }
  }
}

TEST(Srtp, a_replayed_packet_is_delivered_once) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    int delivered = 0;
    for (std::uint16_t sequence = 1; sequence <= 2'000; ++sequence) {
      const ByteVector packet = protect(pair.sender, Kind::rtp, rtp(sequence));
      for (int copy = 0; copy < 5; ++copy) delivered += deliver(pair, packet) == SrtpFault::none ? 1 : 0;
    }
    EXPECT_EQ(delivered, 2'000);
    const ByteVector report = protect(pair.sender, Kind::rtcp, rtcp());
    ByteVector copy(report);
    EXPECT_EQ(unprotect(pair.receiver, Kind::rtcp, copy), SrtpFault::none);
    copy = report;
    EXPECT_EQ(unprotect(pair.receiver, Kind::rtcp, copy), SrtpFault::replay);
  }
}

TEST(Srtp, a_packet_a_thousand_late_is_taken_and_one_beyond_the_window_is_not) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    std::vector<ByteVector> sent;
    for (std::uint16_t sequence = 0; sequence < 1'200; ++sequence) {
      sent.push_back(protect(pair.sender, Kind::rtp, rtp(sequence)));
    }
    EXPECT_EQ(deliver(pair, sent[1'199]), SrtpFault::none);
    EXPECT_EQ(deliver(pair, sent[199]), SrtpFault::none);
    EXPECT_EQ(deliver(pair, sent[100]), SrtpFault::replay);
  }
}

TEST(Srtp, forged_sequence_jumps_move_neither_window_nor_roll_over_counter) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    const ByteVector first = protect(pair.sender, Kind::rtp, rtp(1'000));
    ASSERT_EQ(deliver(pair, first), SrtpFault::none);
    for (int jump = -32'768; jump <= 32'768; jump += 64) {
      ByteVector forged(first);
      store_u16(forged.data() + 2, static_cast<std::uint16_t>(1'000 + jump));
      ASSERT_NE(deliver(pair, forged), SrtpFault::none) << jump;
    }
    // Had one of them moved the counter, the genuine successors would fail.
    for (std::uint16_t sequence = 1'001; sequence < 1'100; ++sequence) {
      ASSERT_EQ(deliver(pair, protect(pair.sender, Kind::rtp, rtp(sequence))), SrtpFault::none);
    }
  }
}

TEST(Srtp, packets_of_the_last_round_are_refused_after_the_sequence_wrapped) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    std::vector<ByteVector> old;
    for (std::uint32_t index = 0xFF00; index < 0x10'500; ++index) {
      const ByteVector packet = protect(pair.sender, Kind::rtp, rtp(static_cast<std::uint16_t>(index)));
      ASSERT_EQ(deliver(pair, packet), SrtpFault::none) << index;
      old.push_back(packet);
    }
    for (const ByteVector& packet : old) ASSERT_NE(deliver(pair, packet), SrtpFault::none);
  }
}

// Each packet has memory of exactly its size, so that a sanitizer or valgrind sees a read behind it.
TEST(Srtp, every_short_length_is_refused_whatever_it_says_of_itself) {
  std::mt19937 random(3);
  for (const SrtpProfile profile : kProfiles) {
    SrtpSession session(keys_of(profile));
    for (const Kind kind : {Kind::rtp, Kind::rtcp}) {
      for (std::size_t length = 0; length <= 64; ++length) {
        for (int first = 0; first < 256; ++first) {
          const auto packet = std::make_unique<std::uint8_t[]>(length);
          for (std::size_t i = 0; i < length; ++i) packet[i] = static_cast<std::uint8_t>(random());
          if (length > 0) packet[0] = static_cast<std::uint8_t>(first);
          if (length > 15 && first % 2 == 0) packet[14] = packet[15] = 0;  // an extension that fits
          SrtpFault fault{};
          const MutableBytes bytes(packet.get(), length);
          const auto plain =
              kind == Kind::rtp ? session.unprotect_rtp(bytes, &fault) : session.unprotect_rtcp(bytes, &fault);
          ASSERT_FALSE(plain) << length;
          ASSERT_NE(fault, SrtpFault::none);
          ASSERT_NE(fault, SrtpFault::too_many_sources) << "no stream may come of a packet that is not authentic";
        }
      }
    }
  }
}

TEST(Srtp, lengths_that_point_out_of_the_packet_are_malformed) {
  for (const SrtpProfile profile : kProfiles) {
    SrtpSession session(keys_of(profile));
    SrtpFault fault{};
    ByteVector packet = rtp(1);
    packet[0] = 0x90;  // extension of 65,535 words
    store_u32(packet.data() + 12, 0xBEDEFFFF);
    EXPECT_FALSE(session.unprotect_rtp(packet, &fault));
    EXPECT_EQ(fault, SrtpFault::malformed);
    packet = rtp(1, 1, 50);
    packet[0] = 0x8F;  // fifteen contributing sources
    EXPECT_FALSE(session.unprotect_rtp(packet, &fault));
    EXPECT_EQ(fault, SrtpFault::malformed);
    packet = rtp(1);
    packet[0] = 0x40;
    EXPECT_FALSE(session.unprotect_rtp(packet, &fault));
    EXPECT_EQ(fault, SrtpFault::malformed);
  }
}

// What is not authentic ends nothing and leaves nothing behind.
TEST(Srtp, a_session_outlives_garbage) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    std::mt19937 random(9);
    for (std::uint32_t i = 0; i < 20'000; ++i) {
      ByteVector garbage = rtp(static_cast<std::uint16_t>(random()), i, 40 + random() % 60);
      ASSERT_EQ(deliver(pair, garbage), SrtpFault::authentication);
    }
    EXPECT_EQ(deliver(pair, protect(pair.sender, Kind::rtp, rtp(7))), SrtpFault::none);
  }
}

TEST(Srtp, an_authenticated_sender_gets_thirty_two_sources_and_no_more) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    std::size_t taken = 0;
    for (std::uint32_t ssrc = 1; ssrc <= 200; ++ssrc) {
      const SrtpFault fault = deliver(pair, protect(pair.sender, Kind::rtp, rtp(1, ssrc)));
      taken += fault == SrtpFault::none ? 1 : 0;
      ASSERT_EQ(fault, ssrc <= kMaxInboundSsrcs ? SrtpFault::none : SrtpFault::too_many_sources);
    }
    EXPECT_EQ(taken, kMaxInboundSsrcs);
    ByteVector report = protect(pair.sender, Kind::rtcp, rtcp(999));
    EXPECT_EQ(unprotect(pair.receiver, Kind::rtcp, report), SrtpFault::too_many_sources);
    EXPECT_EQ(deliver(pair, protect(pair.sender, Kind::rtp, rtp(2, 5))), SrtpFault::none) << "known ones go on";
  }
}

TEST(Srtp, the_same_index_is_never_encrypted_twice) {
  for (const SrtpProfile profile : kProfiles) {
    Pair pair(profile);
    EXPECT_FALSE(protect(pair.sender, Kind::rtp, rtp(10)).empty());
    EXPECT_TRUE(protect(pair.sender, Kind::rtp, rtp(10)).empty());
  }
}

TEST(Srtp, what_is_no_packet_is_not_protected) {
  Pair pair(SrtpProfile::aead_aes_128_gcm);
  EXPECT_TRUE(protect(pair.sender, Kind::rtp, ByteVector(11, 0x80)).empty());
  EXPECT_TRUE(protect(pair.sender, Kind::rtcp, ByteVector(7, 0x80)).empty());
  EXPECT_TRUE(protect(pair.sender, Kind::rtp, ByteVector(20, 0x00)).empty());
}

}  // namespace
}  // namespace plenary::crypto::srtp_session_test
