// Our ends against plain OpenSSL, set up as each test wants it.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <functional>

#include "media/crypto/dtls.h"

namespace plenary::crypto::dtls_with_openssl_test {
namespace {

constexpr Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

const std::shared_ptr<const Certificate>& server_certificate() {
  static const auto certificate = Certificate::generate();
  return certificate;
}
const std::shared_ptr<const Certificate>& client_certificate() {
  static const auto certificate = Certificate::generate();
  return certificate;
}

// Another implementation's side: plain OpenSSL, set up as each test wants it.
class Foreign {
 public:
  explicit Foreign(const std::function<void(SSL_CTX*)>& set_up, const char* profiles = "SRTP_AES128_CM_SHA1_80")
      : context_(SSL_CTX_new(DTLS_method())) {
    SSL_CTX_use_certificate(context_, client_certificate()->x509());
    SSL_CTX_use_PrivateKey(context_, client_certificate()->key());
    if (profiles != nullptr) SSL_CTX_set_tlsext_use_srtp(context_, profiles);
    set_up(context_);
    ssl_ = SSL_new(context_);
    BIO* in = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in, out);
    SSL_set_options(ssl_, SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl_, 1'400);
    SSL_set_connect_state(ssl_);
  }
  ~Foreign() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  Foreign(const Foreign&) = delete;
  Foreign& operator=(const Foreign&) = delete;

  ByteVector output() {
    ByteVector bytes(65'536);
    const int length = BIO_read(SSL_get_wbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return bytes;
  }
  void input(Bytes bytes) { BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size())); }
  bool handshake() { return SSL_do_handshake(ssl_) == 1; }
  SSL* ssl() { return ssl_; }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

// Until nothing moves any more; true if the foreign side believes to be connected.
bool shake(Foreign& foreign, Dtls& server) {
  bool connected = false;
  for (int i = 0; i < 10; ++i) {
    connected = foreign.handshake();
    if (const ByteVector bytes = foreign.output(); !bytes.empty()) server.handle_datagram(bytes, at(0));
    while (auto datagram = server.poll_output()) foreign.input(*datagram);
  }
  return connected;
}

Dtls passive() { return Dtls(server_certificate(), DtlsRole::passive, client_certificate()->fingerprint(), at(0)); }

TEST(DtlsWithOpenssl, a_client_that_knows_only_aes_cm_is_served_with_it) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX*) {});
  EXPECT_TRUE(shake(foreign, server));
  ASSERT_EQ(server.state(), DtlsState::connected) << server.failure();
  const auto keys = server.take_keys();
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->profile, SrtpProfile::aes128_cm_sha1_80);
  EXPECT_EQ(keys->remote_salt.size(), 14U);
}

TEST(DtlsWithOpenssl, dtls_1_0_is_refused) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, DTLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, DTLS1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  });
  EXPECT_FALSE(shake(foreign, server));
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_EQ(server.failure(), "handshake");
}

TEST(DtlsWithOpenssl, a_client_without_a_profile_of_ours_ends_without_keys) {
  for (const bool unknown_profile : {true, false}) {
    Dtls server = passive();
    Foreign foreign([](SSL_CTX*) {}, unknown_profile ? "SRTP_AES128_CM_SHA1_32" : nullptr);
    shake(foreign, server);
    EXPECT_EQ(server.state(), DtlsState::failed);
    EXPECT_EQ(server.failure(), "no_srtp");
    EXPECT_FALSE(server.take_keys());
  }
}

TEST(DtlsWithOpenssl, a_client_without_a_certificate_is_refused) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX*) {});
  SSL_certs_clear(foreign.ssl());
  EXPECT_FALSE(shake(foreign, server));
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_EQ(server.failure(), "handshake");
  EXPECT_FALSE(server.take_keys());
}

TEST(DtlsWithOpenssl, renegotiation_gets_no_answer_and_the_session_lives) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX*) {});
  ASSERT_TRUE(shake(foreign, server));
  ASSERT_TRUE(server.take_keys());
  ASSERT_EQ(SSL_renegotiate(foreign.ssl()), 1);
  EXPECT_FALSE(foreign.handshake());
  server.handle_datagram(foreign.output(), at(0));
  EXPECT_EQ(server.state(), DtlsState::connected);
  EXPECT_FALSE(server.poll_output());
  EXPECT_FALSE(server.take_keys());
}

TEST(DtlsWithOpenssl, a_client_hello_with_no_usable_cipher_fails_only_its_session) {
  Dtls other = passive();
  Dtls another = passive();
  Foreign foreign([](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "eNULL:@SECLEVEL=0");
  });
  EXPECT_FALSE(shake(foreign, other));
  EXPECT_EQ(other.failure(), "handshake");
  Foreign good([](SSL_CTX*) {});
  EXPECT_TRUE(shake(good, another));
  EXPECT_EQ(another.state(), DtlsState::connected);
}

TEST(DtlsWithOpenssl, a_client_hello_in_several_datagrams_is_put_together) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX* context) { SSL_CTX_set_options(context, SSL_OP_NO_TICKET); });
  SSL_set_mtu(foreign.ssl(), 256);
  ASSERT_EQ(SSL_set_tlsext_host_name(foreign.ssl(), std::string(200, 'x').c_str()), 1);
  EXPECT_FALSE(foreign.handshake());
  const ByteVector flight = foreign.output();  // several records behind each other
  std::size_t records = 0;
  for (std::size_t offset = 0; offset + 13 <= flight.size(); ++records) {
    const std::size_t length = 13U + load_u16(flight.data() + offset + 11);
    server.handle_datagram(Bytes(flight).subspan(offset, length), at(0));
    offset += length;
  }
  EXPECT_GE(records, 2U);
  while (auto datagram = server.poll_output()) foreign.input(*datagram);
  shake(foreign, server);
  EXPECT_EQ(server.state(), DtlsState::connected) << server.failure();
}

TEST(DtlsWithOpenssl, close_notify_is_understood_by_another_implementation_and_from_it) {
  for (const char* cipher : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"}) {
    const auto set_up = [&](SSL_CTX* context) { SSL_CTX_set_cipher_list(context, cipher); };
    Dtls told = passive();
    Foreign closing(set_up);
    ASSERT_TRUE(shake(closing, told));
    SSL_shutdown(closing.ssl());
    told.handle_datagram(closing.output(), at(0));
    EXPECT_EQ(told.state(), DtlsState::closed) << cipher;
    const auto answer = told.poll_output();
    ASSERT_TRUE(answer);
    closing.input(*answer);
    EXPECT_EQ(SSL_shutdown(closing.ssl()), 1) << "both directions closed";

    Dtls teller = passive();
    Foreign open(set_up);
    ASSERT_TRUE(shake(open, teller));
    teller.close(at(0));
    open.input(teller.poll_output().value());
    char byte = 0;
    EXPECT_EQ(SSL_get_error(open.ssl(), SSL_read(open.ssl(), &byte, 1)), SSL_ERROR_ZERO_RETURN) << cipher;
  }
}

// The active end alone, against OpenSSL on the passive side that lost our Finished's answer: a repetition with the old
// record numbers would be dropped there as a replay.
TEST(DtlsWithOpenssl, another_implementation_answers_a_repeated_last_flight_of_the_client) {
  Dtls client(client_certificate(), DtlsRole::active, client_certificate()->fingerprint(), at(0));
  Foreign server([](SSL_CTX*) {});
  SSL_set_accept_state(server.ssl());
  const auto give = [&] {
    while (auto datagram = client.poll_output()) {
      server.input(*datagram);
      server.handshake();
    }
  };
  give();
  client.handle_datagram(server.output(), at(0));
  give();
  ASSERT_EQ(SSL_is_init_finished(server.ssl()), 1);
  ASSERT_FALSE(server.output().empty());  // and lost
  client.handle_timeout(at(200));
  while (auto datagram = client.poll_output()) {
    server.input(*datagram);
    char byte = 0;
    SSL_read(server.ssl(), &byte, 1);
  }
  const ByteVector again = server.output();
  ASSERT_FALSE(again.empty());
  client.handle_datagram(again, at(200));
  EXPECT_EQ(client.state(), DtlsState::connected) << client.failure();
}

}  // namespace
}  // namespace plenary::crypto::dtls_with_openssl_test
