#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "media/crypto/each_engine.h"
#include "media/crypto/ipsec_mb.h"
#include "media/crypto/packets_to_try.h"
#include "media/crypto/srtp.h"

namespace plenary::crypto::gcm_egress_test {
namespace {

ByteVector unhex(std::string_view text) {
  ByteVector bytes;
  int high = -1;
  for (char c : text) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
      high = -1;
    }
  }
  return bytes;
}

SrtpKeys receiving_end(const ByteVector& key, const ByteVector& salt) {
  return {SrtpProfile::aead_aes_128_gcm, ByteVector(16, 1), ByteVector(12, 2), key, salt};
}

INSTANTIATE_TEST_SUITE_P(GcmEgress, EachEngine, kEngines, engine_label);

// RFC 7714 §16.1.1: session key and salt are given, not derived.
TEST_P(EachEngine, gives_the_packet_of_rfc_7714) {
  GcmEgress egress = GcmEgress::from_session_keys(unhex("000102030405060708090a0b0c0d0e0f"),
                                                  unhex("51756964 2070726f 2071756f"), GetParam());
  const ByteVector header = unhex("8040f17b 8041f8d3 5501a0b2");
  const Bytes payload = as_bytes("Gallia est omnis divisa in partes tres");
  ByteVector packet(header);
  packet.resize(header.size() + payload.size() + kGcmTag);
  ASSERT_EQ(egress.protect(packet.data(), header.size(), {}, payload, 0x5501a0b2, 0xf17b), packet.size());
  EXPECT_EQ(packet, unhex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a "
                          "51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce"));
}

// RFC 7714 §16.1.3: all of the packet authenticated, nothing encrypted.
TEST_P(EachEngine, gives_the_tag_of_rfc_7714_over_a_packet_without_payload) {
  GcmEgress egress = GcmEgress::from_session_keys(unhex("000102030405060708090a0b0c0d0e0f"),
                                                  unhex("51756964 2070726f 2071756f"), GetParam());
  ByteVector packet = unhex("8040f17b 8041f8d3 5501a0b2");
  const Bytes text = as_bytes("Gallia est omnis divisa in partes tres");
  packet.insert(packet.end(), text.begin(), text.end());
  const std::size_t header = packet.size();
  packet.resize(header + kGcmTag);
  egress.protect(packet.data(), header, {}, {}, 0x5501a0b2, 0xf17b);
  EXPECT_EQ(ByteVector(packet.begin() + static_cast<std::ptrdiff_t>(header), packet.end()),
            unhex("22493f82 d2bce397 e9d79e3b 19aa4216"));
}

TEST_P(EachEngine, libsrtp_reads_what_it_seals_across_wraps_of_the_sequence) {
  std::mt19937 random(17);
  ByteVector key(16);
  ByteVector salt(12);
  for (auto* bytes : {&key, &salt}) std::generate(bytes->begin(), bytes->end(), [&] { return random() & 0xFF; });
  GcmEgress egress(key, salt, GetParam());
  SrtpSession session(receiving_end(key, salt));
  constexpr std::uint32_t kSsrcs[] = {0x11111111, 0xFFFFFFFF};
  std::uint64_t index[] = {100, 0x7FF0};
  std::array<std::uint8_t, 1'500> source;
  std::array<std::uint8_t, 1'600> packet;
  const int all = packets_to_try(100'000);
  for (int count = 0; count < all; ++count) {
    const std::size_t which = random() % 2;
    index[which] += 1 + random() % 6;  // gaps, so that each SSRC wraps twice or more
    const std::size_t extension_words = random() % 4;
    const std::size_t header = 12 + (extension_words > 0 ? 4 + 4 * extension_words : 0);
    const std::size_t prefix = random() % 2 == 0 ? 2 : 0;
    const std::size_t payload = random() % 1'200;
    std::generate(source.begin(), source.begin() + 1'300, [&] { return random() & 0xFF; });
    std::copy_n(source.begin(), header, packet.begin());
    packet[0] = extension_words > 0 ? 0x90 : 0x80;
    packet[1] = 96;
    store_u16(packet.data() + 2, static_cast<std::uint16_t>(index[which]));
    store_u32(packet.data() + 8, kSsrcs[which]);
    if (extension_words > 0) store_u32(packet.data() + 12, 0xBEDE0000U | static_cast<std::uint32_t>(extension_words));
    const ByteVector clear_header(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(header));
    const Bytes text = Bytes(source).first(prefix + payload);
    const std::size_t length =
        egress.protect(packet.data(), header, text.first(prefix), text.subspan(prefix), kSsrcs[which], index[which]);
    ASSERT_EQ(length, header + prefix + payload + kGcmTag);
    const bool in_clear = payload > 16 && std::equal(text.begin(), text.end(), packet.begin() + header);
    ASSERT_FALSE(in_clear);
    SrtpFault fault{};
    const auto plain = session.unprotect_rtp(MutableBytes(packet).first(length), &fault);
    ASSERT_TRUE(plain) << "packet " << count << " fault " << int(fault) << " index " << index[which];
    ASSERT_EQ(*plain, header + text.size());
    ASSERT_TRUE(std::equal(clear_header.begin(), clear_header.end(), packet.begin()));
    ASSERT_TRUE(std::equal(text.begin(), text.end(), packet.begin() + static_cast<std::ptrdiff_t>(header)));
  }
  EXPECT_GT(index[0], 0x20000U);
  EXPECT_GT(index[1], 0x20000U);
}

TEST_P(EachEngine, encrypts_a_payload_that_lies_in_the_packet_already) {
  GcmEgress egress(ByteVector(16, 3), ByteVector(12, 4), GetParam());
  ByteVector apart(12 + 100 + kGcmTag, 0x80);
  ByteVector in_place(apart);
  const ByteVector payload(100, 0x55);
  std::copy(payload.begin(), payload.end(), in_place.begin() + 12);
  egress.protect(apart.data(), 12, {}, payload, 1, 1);
  egress.protect(in_place.data(), 12, {}, Bytes(in_place).subspan(12, 100), 1, 1);
  EXPECT_EQ(apart, in_place);
}

TEST_P(EachEngine, a_moved_one_works_on) {
  GcmEgress first(ByteVector(16, 3), ByteVector(12, 4), GetParam());
  ByteVector one(12 + 5 + kGcmTag);
  ByteVector two(one);
  first.protect(one.data(), 12, {}, as_bytes("hello"), 1, 1);
  GcmEgress second(std::move(first));
  second.protect(two.data(), 12, {}, as_bytes("hello"), 1, 1);
  EXPECT_EQ(one, two);
}

TEST(GcmEgress, both_engines_give_the_same_bytes_at_every_length) {
  GcmEgress one(ByteVector(16, 3), ByteVector(12, 4), SrtpEngine::ipsec_mb);
  GcmEgress two(ByteVector(16, 3), ByteVector(12, 4), SrtpEngine::openssl);
  const ByteVector source(1'400, 0xA5);
  for (std::size_t length = 0; length <= source.size(); ++length) {
    for (const std::size_t prefix : {std::size_t{0}, std::min<std::size_t>(2, length)}) {
      ByteVector first(12 + length + kGcmTag, 0x80);
      ByteVector second(first);
      const Bytes text = Bytes(source).first(length);
      one.protect(first.data(), 12, text.first(prefix), text.subspan(prefix), 7, length);
      two.protect(second.data(), 12, text.first(prefix), text.subspan(prefix), 7, length);
      ASSERT_EQ(first, second) << length;
    }
  }
}

TEST(GcmEgress, names_its_implementation) {
  const std::string_view name = GcmEgress::implementation();
  EXPECT_TRUE(name == "openssl evp" || name.starts_with("ipsec-mb ")) << name;
}

TEST(SrtpEngines, are_chosen_by_name_and_what_is_not_here_is_openssl) {
  EXPECT_EQ(engine_named(nullptr), SrtpEngine::best);
  EXPECT_EQ(engine_named("avx3"), SrtpEngine::best);
  EXPECT_EQ(engine_named("openssl"), SrtpEngine::openssl);
  constexpr std::pair<const char*, SrtpEngine> kKernels[] = {
      {"sse", SrtpEngine::sse}, {"avx", SrtpEngine::avx}, {"avx2", SrtpEngine::avx2}, {"avx512", SrtpEngine::avx512}};
  SrtpEngine widest = SrtpEngine::openssl;
  for (const auto& [name, kernel] : kKernels) {
    EXPECT_EQ(engine_named(name), kernel);
    if (srtp_engine_is_here(kernel)) {
      widest = kernel;
      EXPECT_TRUE(std::string_view(engine_name(resolve(kernel))).starts_with(std::string("ipsec-mb ") + name));
    } else {
      EXPECT_EQ(resolve(kernel), SrtpEngine::openssl);
    }
  }
  EXPECT_EQ(resolve(SrtpEngine::ipsec_mb), widest);
}

}  // namespace
}  // namespace plenary::crypto::gcm_egress_test
