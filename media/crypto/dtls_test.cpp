#include "media/crypto/dtls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <functional>
#include <random>

#include "media/crypto/dtls_context.h"

namespace plenary::crypto {
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

// A datagram on its way; the link may drop it by returning false.
using Link = std::function<bool(const ByteVector& datagram, bool to_server)>;

struct Ends {
  explicit Ends(Instant start = at(0))
      : now(start),
        server(server_certificate(), DtlsRole::passive, client_certificate()->fingerprint(), start),
        client(client_certificate(), DtlsRole::active, server_certificate()->fingerprint(), start) {}

  // Hands over all that is waiting, then what this caused, until both are silent.
  void exchange(const Link& link) {
    bool any = true;
    while (any) {
      any = false;
      while (auto datagram = client.poll_output()) {
        any = true;
        if (link(*datagram, true)) server.handle_datagram(*datagram, now);
      }
      while (auto datagram = server.poll_output()) {
        any = true;
        if (link(*datagram, false)) client.handle_datagram(*datagram, now);
      }
    }
  }
  // In virtual time: from timer to timer, until both have ended their handshake or `until` has come.
  void run(const Link& link, Instant until) {
    while (true) {
      exchange(link);
      std::optional<Instant> next = client.next_timeout();
      if (const auto other = server.next_timeout(); other && (!next || *other < *next)) next = other;
      if (!next || *next > until) return;
      now = *next;
      client.handle_timeout(now);
      server.handle_timeout(now);
    }
  }
  [[nodiscard]] bool both(DtlsState state) const { return client.state() == state && server.state() == state; }

  Instant now;
  Dtls server;
  Dtls client;
};

bool lossless(const ByteVector&, bool) { return true; }

void expect_matching_keys(Dtls& client, Dtls& server, SrtpProfile profile) {
  const auto ours = client.take_keys();
  const auto theirs = server.take_keys();
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->profile, profile);
  EXPECT_EQ(theirs->profile, profile);
  EXPECT_EQ(ours->local_key, theirs->remote_key);
  EXPECT_EQ(ours->local_salt, theirs->remote_salt);
  EXPECT_EQ(ours->remote_key, theirs->local_key);
  EXPECT_EQ(ours->remote_salt, theirs->local_salt);
  EXPECT_NE(ours->local_key, ours->remote_key);
  EXPECT_EQ(ours->local_key.size(), 16U);
  EXPECT_EQ(ours->local_salt.size(), profile == SrtpProfile::aead_aes_128_gcm ? 12U : 14U);
}

TEST(Dtls, both_ends_get_the_same_keys_and_prefer_gcm) {
  Ends ends;
  std::size_t longest = 0;
  ends.run([&](const ByteVector& datagram, bool) { return longest = std::max(longest, datagram.size()), true; }, at(0));
  ASSERT_TRUE(ends.both(DtlsState::connected)) << ends.client.failure() << ends.server.failure();
  EXPECT_LE(longest, kDtlsMtu);
  EXPECT_FALSE(ends.client.next_timeout());
  EXPECT_FALSE(ends.server.next_timeout());
  expect_matching_keys(ends.client, ends.server, SrtpProfile::aead_aes_128_gcm);
  EXPECT_FALSE(ends.client.take_keys()) << "keys are given once";
}

TEST(Dtls, there_are_no_keys_before_the_handshake_has_ended) {
  Ends ends;
  EXPECT_FALSE(ends.client.take_keys());
  EXPECT_FALSE(ends.server.take_keys());
  EXPECT_EQ(ends.server.state(), DtlsState::handshaking);
}

// faults.md D9, first by dropping each single datagram, then at random.
TEST(Dtls, any_one_lost_datagram_is_repaired_by_retransmission) {
  for (int lost = 0; lost < 8; ++lost) {
    Ends ends;
    int sent = 0;
    ends.run([&](const ByteVector&, bool) { return sent++ != lost; }, at(9'000));
    ASSERT_TRUE(ends.both(DtlsState::connected)) << "datagram " << lost;
    EXPECT_EQ(ends.now, at(lost < sent ? 200 : 0)) << "datagram " << lost;
    expect_matching_keys(ends.client, ends.server, SrtpProfile::aead_aes_128_gcm);
  }
}

TEST(Dtls, thirty_percent_loss_ends_connected_within_five_seconds_at_p95) {
  constexpr int kRuns = 200;
  int late = 0;
  int failed = 0;
  for (int seed = 0; seed < kRuns; ++seed) {
    Ends ends;
    std::mt19937 random(static_cast<unsigned>(seed));
    ends.run([&](const ByteVector&, bool) { return random() % 100 >= 30; }, at(30'000));
    if (!ends.both(DtlsState::connected)) {
      ++failed;
      EXPECT_EQ(ends.client.failure() + ends.server.failure(), "timeout") << "seed " << seed;
    } else if (ends.now > at(5'000)) {
      ++late;
    }
  }
  EXPECT_LE(late + failed, kRuns * 5 / 100) << late << " late, " << failed << " failed";
}

TEST(Dtls, a_silent_peer_gets_flights_at_growing_intervals_until_the_deadline) {
  Dtls client(client_certificate(), DtlsRole::active, server_certificate()->fingerprint(), at(0));
  std::vector<std::int64_t> sent_at;
  Instant now = at(0);
  while (client.state() == DtlsState::handshaking) {
    while (client.poll_output()) sent_at.push_back(to_milliseconds(now.time_since_epoch()));
    now = client.next_timeout().value();
    client.handle_timeout(now);
  }
  EXPECT_EQ(sent_at, (std::vector<std::int64_t>{0, 200, 600, 1'400, 3'000, 5'000, 7'000, 9'000}));
  EXPECT_EQ(client.state(), DtlsState::failed);
  EXPECT_EQ(client.failure(), "timeout");
  EXPECT_EQ(now, at(10'000));
  EXPECT_FALSE(client.next_timeout());
}

TEST(Dtls, a_passive_end_waits_without_a_timer_until_the_first_datagram) {
  Dtls server(server_certificate(), DtlsRole::passive, client_certificate()->fingerprint(), at(0));
  EXPECT_FALSE(server.next_timeout());
  EXPECT_FALSE(server.poll_output());
}

// faults.md D4.
TEST(Dtls, a_certificate_with_another_fingerprint_never_leads_to_keys) {
  const auto stranger = Certificate::generate();
  Dtls server(server_certificate(), DtlsRole::passive, client_certificate()->fingerprint(), at(0));
  Dtls client(stranger, DtlsRole::active, server_certificate()->fingerprint(), at(0));
  for (int i = 0; i < 10; ++i) {
    while (auto datagram = client.poll_output()) server.handle_datagram(*datagram, at(0));
    while (auto datagram = server.poll_output()) client.handle_datagram(*datagram, at(0));
  }
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_EQ(server.failure(), "fingerprint");
  EXPECT_FALSE(server.take_keys());
  EXPECT_EQ(client.state(), DtlsState::failed);
  EXPECT_FALSE(client.take_keys());
}

TEST(Dtls, fingerprints_of_sha_384_and_512_are_checked_too) {
  for (const char* algorithm : {"sha-384", "sha-512"}) {
    const Fingerprint right = fingerprint_of(client_certificate()->x509(), algorithm).value();
    Fingerprint wrong = right;
    wrong.digest.back() ^= 1;
    for (const bool match : {true, false}) {
      Ends ends;
      ends.server = Dtls(server_certificate(), DtlsRole::passive, match ? right : wrong, at(0));
      ends.run(lossless, at(0));
      EXPECT_EQ(ends.server.state(), match ? DtlsState::connected : DtlsState::failed) << algorithm;
    }
  }
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

TEST(Dtls, a_client_that_knows_only_aes_cm_is_served_with_it) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX*) {});
  EXPECT_TRUE(shake(foreign, server));
  ASSERT_EQ(server.state(), DtlsState::connected) << server.failure();
  const auto keys = server.take_keys();
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->profile, SrtpProfile::aes128_cm_sha1_80);
  EXPECT_EQ(keys->remote_salt.size(), 14U);
}

// faults.md D8.
TEST(Dtls, dtls_1_0_is_refused) {
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

TEST(Dtls, a_client_without_a_profile_of_ours_ends_without_keys) {
  for (const bool unknown_profile : {true, false}) {
    Dtls server = passive();
    Foreign foreign([](SSL_CTX*) {}, unknown_profile ? "SRTP_AES128_CM_SHA1_32" : nullptr);
    shake(foreign, server);
    EXPECT_EQ(server.state(), DtlsState::failed);
    EXPECT_EQ(server.failure(), "no_srtp");
    EXPECT_FALSE(server.take_keys());
  }
}

TEST(Dtls, a_client_without_a_certificate_is_refused) {
  Dtls server = passive();
  Foreign foreign([](SSL_CTX*) {});
  SSL_certs_clear(foreign.ssl());
  EXPECT_FALSE(shake(foreign, server));
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_EQ(server.failure(), "handshake");
  EXPECT_FALSE(server.take_keys());
}

TEST(Dtls, renegotiation_gets_no_answer_and_the_session_lives) {
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

// One handshake fragment of a client in the clear epoch.
ByteVector fragment(std::uint16_t sequence, std::uint16_t message, std::size_t length, std::size_t offset,
                    std::size_t size) {
  ByteVector out;
  ByteWriter writer(out);
  writer.u8(22);
  writer.u16(0xFEFD);
  writer.u16(0);
  writer.u16(0);
  writer.u32(sequence);
  writer.u16(static_cast<std::uint16_t>(12 + size));
  writer.u8(1);  // ClientHello
  writer.u24(static_cast<std::uint32_t>(length));
  writer.u16(message);
  writer.u24(static_cast<std::uint32_t>(offset));
  writer.u24(static_cast<std::uint32_t>(size));
  writer.zeros(size);
  return out;
}

// faults.md D5.
TEST(Dtls, a_message_that_claims_sixteen_megabytes_ends_the_handshake_at_once) {
  Dtls server = passive();
  server.handle_datagram(fragment(0, 0, 0xFFFFFF, 0, 1), at(0));
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_EQ(server.failure(), "too_much");
}

TEST(Dtls, fragments_without_end_are_cut_off_by_size_or_by_time) {
  Dtls server = passive();
  std::size_t taken = 0;
  for (std::uint16_t i = 0; i < 10'000 && server.state() == DtlsState::handshaking; ++i) {
    const ByteVector datagram = fragment(i, i % 8, 4'900, (i * 37) % 4'000, 100);  // overlapping, never whole
    taken += datagram.size();
    server.handle_datagram(datagram, at(0));
  }
  EXPECT_EQ(server.state(), DtlsState::failed);
  EXPECT_LE(taken, kMaxHandshakeBytes + 200);

  Dtls slow = passive();
  slow.handle_datagram(fragment(0, 0, 4'900, 0, 100), at(1'000));
  ASSERT_EQ(slow.next_timeout(), at(11'000));
  slow.handle_timeout(at(10'999));
  EXPECT_EQ(slow.state(), DtlsState::handshaking);
  slow.handle_timeout(at(11'000));
  EXPECT_EQ(slow.failure(), "timeout");
}

// faults.md D2.
TEST(Dtls, a_client_hello_with_no_usable_cipher_fails_only_its_session) {
  Dtls other = passive();
  Ends ends;
  Foreign foreign([](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "eNULL:@SECLEVEL=0");
  });
  EXPECT_FALSE(shake(foreign, other));
  EXPECT_EQ(other.failure(), "handshake");
  ends.run(lossless, at(0));
  EXPECT_TRUE(ends.both(DtlsState::connected));
}

TEST(Dtls, bytes_that_are_no_record_change_nothing) {
  Dtls server = passive();
  std::mt19937 random(5);
  for (std::size_t length = 0; length < 200; ++length) {
    ByteVector bytes(length);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % 20);
    server.handle_datagram(bytes, at(0));
  }
  EXPECT_EQ(server.state(), DtlsState::handshaking);
  EXPECT_FALSE(server.next_timeout());
  EXPECT_FALSE(server.poll_output());
}

TEST(Dtls, a_client_hello_in_several_datagrams_is_put_together) {
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

ByteVector plaintext_alert(std::uint8_t level, std::uint8_t description) {
  return {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0, 2, level, description};
}

// faults.md D7.
TEST(Dtls, clear_alerts_and_client_hellos_in_a_running_session_are_ignored) {
  Ends ends;
  ends.run(lossless, at(0));
  ASSERT_TRUE(ends.both(DtlsState::connected));
  Dtls newcomer(client_certificate(), DtlsRole::active, server_certificate()->fingerprint(), at(0));
  const ByteVector hello = newcomer.poll_output().value();
  std::size_t answers = 0;
  for (Dtls* end : {&ends.server, &ends.client}) {
    for (int i = 0; i < 1'000; ++i) {
      const Instant now = at(i * 20);
      end->handle_datagram(plaintext_alert(2, 40), now);  // fatal: handshake_failure
      end->handle_datagram(plaintext_alert(1, 0), now);   // close_notify
      end->handle_datagram(hello, now);
      while (end->poll_output()) ++answers;
    }
    EXPECT_EQ(end->state(), DtlsState::connected);
  }
  // The passive end may take the hello for a late handshake: one small flight an interval, for ten seconds.
  EXPECT_LE(answers, 101U);
}

TEST(Dtls, a_forged_protected_alert_is_ignored) {
  Ends ends;
  ends.run(lossless, at(0));
  ByteVector forged = {21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26};
  forged.resize(forged.size() + 26, 0x55);
  ends.server.handle_datagram(forged, at(0));
  EXPECT_EQ(ends.server.state(), DtlsState::connected);
}

TEST(Dtls, close_notify_is_sent_and_honoured) {
  Ends ends;
  ends.run(lossless, at(0));
  ASSERT_TRUE(ends.both(DtlsState::connected));
  ends.client.close(at(1'000));
  EXPECT_EQ(ends.client.state(), DtlsState::closed);
  ends.exchange(lossless);
  EXPECT_EQ(ends.server.state(), DtlsState::closed);
  EXPECT_EQ(ends.server.failure(), "");
  EXPECT_FALSE(ends.server.next_timeout());
}

TEST(Dtls, close_notify_is_understood_by_another_implementation_and_from_it) {
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

TEST(Dtls, closing_before_the_end_of_the_handshake_sends_nothing) {
  Ends ends;
  while (ends.client.poll_output()) {
  }
  ends.client.close(at(0));
  EXPECT_EQ(ends.client.state(), DtlsState::closed);
  EXPECT_FALSE(ends.client.poll_output());
  EXPECT_FALSE(ends.client.next_timeout());
}

// The active end alone, against OpenSSL on the passive side that lost our Finished's answer: a repetition with the old
// record numbers would be dropped there as a replay.
TEST(Dtls, another_implementation_answers_a_repeated_last_flight_of_the_client) {
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

TEST(Dtls, a_lost_last_flight_is_sent_again_when_the_client_repeats_itself) {
  Ends ends;
  bool cut = false;
  ends.run(
      [&](const ByteVector&, bool to_server) {
        cut = cut || ends.server.state() == DtlsState::connected;
        return to_server || !cut || ends.now >= at(100);
      },
      at(5'000));
  EXPECT_TRUE(cut);
  ASSERT_TRUE(ends.both(DtlsState::connected)) << ends.client.failure();
  EXPECT_EQ(ends.now, at(200));
}

}  // namespace
}  // namespace plenary::crypto
