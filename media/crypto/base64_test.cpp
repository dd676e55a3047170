#include "media/crypto/base64.h"

#include <gtest/gtest.h>

namespace plenary::crypto::base64_test {
namespace {

TEST(Base64, reads_the_vectors_of_rfc_4648) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
}

TEST(Base64, writes_what_it_reads) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foobar"}) {
    const std::string encoded = encode_base64(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    EXPECT_EQ(decode_base64(encoded), text) << encoded;
  }
}

TEST(Base64, refuses_what_is_not_base64) {
  EXPECT_FALSE(decode_base64("Zg"));
  EXPECT_FALSE(decode_base64("Zm9\x01"));
  EXPECT_FALSE(decode_base64("####"));
}

}  // namespace
}  // namespace plenary::crypto::base64_test
