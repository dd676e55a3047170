#include "media/crypto/certificate.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace plenary::crypto::certificate_test {
namespace {

std::string colons(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += i == 0 ? "aB" : ":aB";
  return text;
}

TEST(Fingerprint, sha_256_to_512_are_taken_in_any_case) {
  EXPECT_EQ(parse_fingerprint("sha-256", colons(32))->digest, ByteVector(32, 0xAB));
  EXPECT_EQ(parse_fingerprint("SHA-384", colons(48))->algorithm, "sha-384");
  EXPECT_EQ(parse_fingerprint("sha-512", colons(64))->digest.size(), 64U);
}

TEST(Fingerprint, weak_and_unknown_algorithms_are_refused) {
  for (const char* algorithm : {"sha-1", "md5", "md2", "sha-224", "sha256", ""}) {
    EXPECT_FALSE(parse_fingerprint(algorithm, colons(20))) << algorithm;
    EXPECT_FALSE(parse_fingerprint(algorithm, colons(32))) << algorithm;
  }
}

TEST(Fingerprint, a_wrong_length_or_letter_is_refused) {
  EXPECT_FALSE(parse_fingerprint("sha-256", ""));
  EXPECT_FALSE(parse_fingerprint("sha-256", colons(31)));
  EXPECT_FALSE(parse_fingerprint("sha-256", colons(33)));
  EXPECT_FALSE(parse_fingerprint("sha-256", colons(32) + ":"));
  std::string text = colons(32);
  text[0] = 'g';
  EXPECT_FALSE(parse_fingerprint("sha-256", text));
  text = colons(32);
  text[2] = '-';
  EXPECT_FALSE(parse_fingerprint("sha-256", text));
}

TEST(Fingerprint, its_text_parses_to_itself) {
  const Fingerprint made = Certificate::generate()->fingerprint();
  const std::string text = fingerprint_text(made);
  ASSERT_EQ(text.substr(0, 8), "sha-256 ");
  EXPECT_EQ(parse_fingerprint("sha-256", text.substr(8)), made);
}

TEST(Certificate, is_made_anew_each_time_and_signed_by_its_p256_key) {
  const auto one = Certificate::generate();
  const auto two = Certificate::generate();
  EXPECT_NE(one->fingerprint(), two->fingerprint());
  EXPECT_EQ(X509_verify(one->x509(), one->key()), 1);
  EXPECT_EQ(EVP_PKEY_get_base_id(one->key()), EVP_PKEY_EC);
  EXPECT_EQ(EVP_PKEY_get_bits(one->key()), 256);
  EXPECT_EQ(fingerprint_of(one->x509(), "sha-256"), one->fingerprint());
  EXPECT_EQ(fingerprint_of(one->x509(), "sha-512")->digest.size(), 64U);
  EXPECT_FALSE(fingerprint_of(one->x509(), "sha-1"));
}

TEST(WebCertificate, carries_all_names_and_addresses_and_fits_its_key) {
  const WebCertificate made =
      make_web_certificate({"plenary.local", "hall, left"}, {"192.0.2.7", "2001:db8::1", "not an address"});
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(made.certificate_pem.data(), static_cast<int>(made.certificate_pem.size())), BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  ASSERT_TRUE(x509);
  std::unique_ptr<BIO, decltype(&BIO_free)> key_bio(
      BIO_new_mem_buf(made.key_pem.data(), static_cast<int>(made.key_pem.size())), BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  ASSERT_TRUE(key);
  EXPECT_EQ(X509_check_private_key(x509.get(), key.get()), 1);
  EXPECT_EQ(X509_verify(x509.get(), key.get()), 1);
  EXPECT_EQ(X509_check_host(x509.get(), "plenary.local", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(x509.get(), "elsewhere.local", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(x509.get(), "192.0.2.7", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(x509.get(), "2001:db8::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(x509.get(), "192.0.2.8", 0), 0);
}

}  // namespace
}  // namespace plenary::crypto::certificate_test
