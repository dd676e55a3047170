#include "media/crypto/cm_egress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "media/base/random.h"
#include "media/crypto/each_engine.h"
#include "media/crypto/packets_to_try.h"
#include "media/crypto/srtp_derivation.h"

namespace plenary::crypto::cm_egress_test {
namespace {

ByteVector unhex(std::string_view text) {
  ByteVector bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

ByteVector made(SeededRandom& random, std::size_t size) {
  ByteVector bytes(size);
  random.fill(bytes);
  return bytes;
}

class EachCmEngine : public EachEngine {};

INSTANTIATE_TEST_SUITE_P(CmEgress, EachCmEngine, kEngines, engine_label);

TEST(SrtpDerivation, gives_the_keys_of_rfc_3711) {  // appendix B.3
  const ByteVector key = unhex("E1F97A0D3E018BE0D64FA32C06DE4139");
  const ByteVector salt = unhex("0EC675AD498AFEEBB6960B3AABE6");
  ByteVector encryption(16);
  ByteVector session_salt(14);
  ByteVector authentication(32);
  derive_srtp(key, salt, SrtpLabel::rtp_encryption, encryption);
  derive_srtp(key, salt, SrtpLabel::rtp_salt, session_salt);
  derive_srtp(key, salt, SrtpLabel::rtp_authentication, authentication);
  EXPECT_EQ(encryption, unhex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(session_salt, unhex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(authentication, unhex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE"));
}

// Appendix B.2: the key stream, which is what zeros become.
TEST_P(EachCmEngine, gives_the_key_stream_of_rfc_3711) {
  CmBatch batch(GetParam());
  CmEgress egress = CmEgress::from_session_keys(unhex("2B7E151628AED2A6ABF7158809CF4F3C"),
                                                unhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), ByteVector(20));
  ByteVector packet(12 + 48 + kCmTag);
  ASSERT_EQ(egress.protect(batch, packet.data(), 12, {}, ByteVector(48), 0, 0), packet.size());
  batch.seal();
  EXPECT_EQ(ByteVector(packet.begin() + 12, packet.begin() + 60),
            unhex("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"));
}

// The whole packet that libsrtp's own tests hold: keys as in appendix B.3.
TEST_P(EachCmEngine, gives_the_packet_of_libsrtps_tests) {
  CmBatch batch(GetParam());
  CmEgress egress(unhex("E1F97A0D3E018BE0D64FA32C06DE4139"), unhex("0EC675AD498AFEEBB6960B3AABE6"));
  ByteVector packet = unhex("800f1234decafbadcafebabe");
  packet.resize(12 + 16 + kCmTag);
  egress.protect(batch, packet.data(), 12, {}, ByteVector(16, 0xAB), 0xcafebabe, 0x1234);
  batch.seal();
  EXPECT_EQ(packet, unhex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"));
}

// Two sources of one peer whose packets wait in a batch with those of others.
struct Peer {
  Peer(SeededRandom& random, std::uint64_t first)
      : key(made(random, 16)),
        salt(made(random, 14)),
        egress(std::make_unique<CmEgress>(key, salt)),
        receiver({SrtpProfile::aes128_cm_sha1_80, ByteVector(16, 1), ByteVector(14, 2), key, salt}),
        index{first, first / 2} {}
  ByteVector key;
  ByteVector salt;
  std::unique_ptr<CmEgress> egress;
  SrtpSession receiver;
  std::uint64_t index[2];
};

struct Sent {
  std::size_t peer;
  ByteVector clear;
  ByteVector packet;
};

Sent send(CmBatch& batch, Peer& peer, std::size_t number, SeededRandom& random) {
  const std::uint32_t which = random.u32() % 2;
  const std::uint32_t ssrc = which == 0 ? 0x11111111 : 0xFFFFFFFF;
  // Mostly steps and small gaps; now and then a long one, so that the sequence wraps and the counter rolls over.
  peer.index[which] += random.u32() % 50 == 0 ? 1 + random.u32() % 20'000 : 1 + random.u32() % 6;
  const std::uint64_t index = peer.index[which];
  const std::size_t words = random.u32() % 4;
  ByteVector clear(12 + (words > 0 ? 4 + 4 * words : 0));
  random.fill(clear);
  clear[0] = words > 0 ? 0x90 : 0x80;
  clear[1] = 96;
  store_u16(clear.data() + 2, static_cast<std::uint16_t>(index));
  store_u32(clear.data() + 8, ssrc);
  if (words > 0) store_u32(clear.data() + 12, 0xBEDE0000U | static_cast<std::uint32_t>(words));
  const std::size_t header = clear.size();
  const ByteVector text = made(random, random.u32() % 10 == 0 ? random.u32() % 3 : random.u32() % 1'300);
  const std::size_t prefix = std::min<std::size_t>(random.u32() % 3, text.size());
  Sent sent{.peer = number, .clear = clear, .packet = ByteVector(header + text.size() + kCmTag)};
  std::copy(clear.begin(), clear.end(), sent.packet.begin());
  EXPECT_EQ(peer.egress->protect(batch, sent.packet.data(), header, Bytes(text).first(prefix),
                                 Bytes(text).subspan(prefix), ssrc, index),
            sent.packet.size());
  sent.clear.insert(sent.clear.end(), text.begin(), text.end());
  return sent;
}

TEST_P(EachCmEngine, libsrtp_reads_batches_of_all_sizes_across_wraps_of_the_sequence) {
  SeededRandom random(29);
  CmBatch batch(GetParam());
  std::vector<Peer> peers;
  for (int i = 0; i < 5; ++i) peers.emplace_back(random, random.u32() % 0x7FFF);
  const int all = packets_to_try(20'000);
  for (int count = 0; count < all;) {
    // From one packet to more than a batch holds.
    const std::size_t size = 1 + random.u32() % (random.u32() % 4 == 0 ? kMaxCmBatch + 40 : 20);
    std::vector<Sent> sent;
    sent.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t number = random.u32() % peers.size();
      sent.push_back(send(batch, peers[number], number, random));
    }
    batch.seal();
    ASSERT_TRUE(batch.empty());
    for (Sent& one : sent) {
      if (one.clear.size() > 40) {
        ASSERT_FALSE(std::equal(one.clear.begin() + 28, one.clear.end(), one.packet.begin() + 28));
      }
      SrtpFault fault{};
      const auto plain = peers[one.peer].receiver.unprotect_rtp(one.packet, &fault);
      ASSERT_TRUE(plain) << "packet " << count << " of a batch of " << size << ", fault " << int(fault);
      one.packet.resize(*plain);
      ASSERT_EQ(one.packet, one.clear);
    }
    count += static_cast<int>(size);
  }
  for (const Peer& peer : peers) EXPECT_GT(peer.index[0], 0x20000U);
}

TEST_P(EachCmEngine, a_packet_is_sealed_though_its_peer_left_before) {
  SeededRandom random(3);
  CmBatch batch(GetParam());
  Peer peer(random, 10);
  Sent sent = send(batch, peer, 0, random);
  peer.egress.reset();
  batch.seal();
  const auto plain = peer.receiver.unprotect_rtp(sent.packet);
  ASSERT_TRUE(plain);
  sent.packet.resize(*plain);
  EXPECT_EQ(sent.packet, sent.clear);
}

TEST_P(EachCmEngine, a_batch_counts_what_it_sealed) {
  CmBatch batch(GetParam());
  CmEgress egress(ByteVector(16, 3), ByteVector(14, 4));
  std::vector<ByteVector> packets(20, ByteVector(12 + 100 + kCmTag, 0x80));
  const auto seal = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      egress.protect(batch, packets[i].data(), 12, {}, Bytes(ByteVector(100, 0x55)), 7, i);
    }
    batch.seal();
  };
  seal(2);
  seal(0);
  seal(20);
  const CmBatch::Sealed sealed = batch.take_sealed();
  const bool lanes = GetParam() != SrtpEngine::openssl;
  EXPECT_EQ(sealed.packets, 22U);
  EXPECT_EQ(sealed.bursts, lanes ? 1U : 0U) << "two are too few for one";
  EXPECT_EQ(sealed.in_bursts, lanes ? 20U : 0U);
  EXPECT_EQ(batch.take_sealed().packets, 0U);
}

TEST_P(EachCmEngine, an_empty_batch_is_nothing_to_do) {
  CmBatch batch(GetParam());
  batch.seal();
  EXPECT_TRUE(batch.empty());
}

TEST(CmEgress, both_engines_give_the_same_bytes_at_every_length_in_batches_of_every_size) {
  CmBatch one(SrtpEngine::ipsec_mb);
  CmBatch two(SrtpEngine::openssl);
  CmEgress egress(ByteVector(16, 3), ByteVector(14, 4));
  const ByteVector source(1'400, 0xA5);
  std::size_t length = 0;
  for (std::size_t size = 1; length <= source.size(); size = size % kMaxCmBatch + 1) {
    std::vector<ByteVector> first(size, ByteVector(12 + source.size() + kCmTag, 0x80));
    std::vector<ByteVector> second(first);
    for (std::size_t i = 0; i < size; ++i) {
      const Bytes text = Bytes(source).first(std::min(length++, source.size()));
      egress.protect(one, first[i].data(), 12, {}, text, 7, length);
      egress.protect(two, second[i].data(), 12, {}, text, 7, length);
    }
    one.seal();
    two.seal();
    ASSERT_EQ(first, second) << "a batch of " << size;
  }
}

TEST(CmBatch, names_its_implementation) {
  const std::string_view name = CmBatch::implementation();
  EXPECT_TRUE(name == "openssl evp" || (name.starts_with("ipsec-mb ") && name.ends_with(", in batches"))) << name;
}

}  // namespace
}  // namespace plenary::crypto::cm_egress_test
