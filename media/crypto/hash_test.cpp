#include "media/crypto/hash.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "media/crypto/hmac_sha1_key.h"
#include "media/crypto/random.h"

namespace plenary::crypto::hash_test {
namespace {

std::string hex(Bytes bytes) {
  std::string text;
  for (std::uint8_t byte : bytes) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", byte);
    text += pair;
  }
  return text;
}

// RFC 2202 §3, cases 1, 2 and 6.
TEST(Hash, hmac_sha1_gives_the_codes_of_rfc_2202) {
  const ByteVector key1(20, 0x0b);
  EXPECT_EQ(hex(hmac_sha1(key1, as_bytes("Hi There"))), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex(hmac_sha1(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  const ByteVector key6(80, 0xaa);
  EXPECT_EQ(hex(hmac_sha1(key6, as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Hash, hmac_sha1_over_two_parts_is_that_over_their_concatenation) {
  EXPECT_EQ(hmac_sha1(as_bytes("Jefe"), as_bytes("what do ya "), as_bytes("want for nothing?")),
            hmac_sha1(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")));
}

TEST(Hash, a_kept_key_gives_the_same_codes) {
  for (const std::size_t key_length : {1, 20, 64}) {
    const ByteVector key(key_length, 0x0b);
    const HmacSha1Key kept(key);
    for (std::size_t length = 0; length < 200; ++length) {
      const ByteVector text(length, 0x5a);
      ASSERT_EQ(kept.sign(text), hmac_sha1(key, text)) << length;
    }
  }
}

TEST(Hash, hmac_sha1_takes_an_empty_key_and_an_empty_text) {
  EXPECT_EQ(hex(hmac_sha1({}, {})), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

// FIPS 180-4 example.
TEST(Hash, sha256_gives_the_digest_of_the_standard) {
  EXPECT_EQ(hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, equality_needs_the_same_length_and_the_same_bytes) {
  EXPECT_TRUE(equal_in_constant_time(as_bytes("same"), as_bytes("same")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sama")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sam")));
}

TEST(Random, the_systems_source_never_repeats_itself) {
  SystemRandom random;
  EXPECT_NE(random.token(32), random.token(32));
}

}  // namespace
}  // namespace plenary::crypto::hash_test
