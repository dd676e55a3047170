#include "media/crypto/dtls.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "media/crypto/dtls_context.h"

namespace plenary::crypto::dtls_test {
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

// First each single datagram is dropped, then some at random.
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

Dtls passive() { return Dtls(server_certificate(), DtlsRole::passive, client_certificate()->fingerprint(), at(0)); }

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

ByteVector plaintext_alert(std::uint8_t level, std::uint8_t description) {
  return {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0, 2, level, description};
}

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

TEST(Dtls, closing_before_the_end_of_the_handshake_sends_nothing) {
  Ends ends;
  while (ends.client.poll_output()) {
  }
  ends.client.close(at(0));
  EXPECT_EQ(ends.client.state(), DtlsState::closed);
  EXPECT_FALSE(ends.client.poll_output());
  EXPECT_FALSE(ends.client.next_timeout());
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
}  // namespace plenary::crypto::dtls_test
