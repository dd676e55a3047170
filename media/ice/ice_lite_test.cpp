#include "media/ice/ice_lite.h"

#include <gtest/gtest.h>

#include <random>

#include "media/ice/stun_vectors.h"
#include "media/ice/stun_wire.h"

namespace plenary::ice::ice_lite_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant at(int ms) { return Instant(milliseconds(ms)); }

Tuple from(const char* remote) {
  return {.local = *Address::from_text("192.0.2.1:7000"), .remote = *Address::from_text(remote)};
}
const Credentials kOurs{.ufrag = "ours", .password = "our-password-0123456789"};
const Credentials kTheirs{.ufrag = "theirs", .password = "their-password-0123456789"};
const Credentials kOursNew{.ufrag = "oursnew", .password = "our-new-password-0123456789"};
const Credentials kTheirsNew{.ufrag = "theirsnew", .password = "their-new-password-0123456789"};
const Tuple kHome = from("203.0.113.5:40000");
const Tuple kMobile = from("198.51.100.9:50000");

// A browser's ICE agent as far as a lite agent sees it: every check has an id of its own.
struct Browser {
  std::string user = "ours:theirs";
  std::string password = kOurs.password;
  std::uint8_t next = 1;

  StunRequest request(bool nominate) {
    StunRequest check{.transaction = {next++}, .username = user, .priority = 1'845'501'695, .tie_breaker = 42};
    check.use_candidate = nominate;
    return check;
  }
  ByteVector check(bool nominate = false) { return write_binding_request(request(nominate), password); }
  ByteVector nominate() { return check(true); }
};

class IceLiteTest : public testing::Test {
 protected:
  IceResult receive(const ByteVector& datagram, const Tuple& tuple, Instant now = at(0)) {
    const auto message = parse_stun(datagram);
    EXPECT_TRUE(message);
    return message ? agent.handle_request(*message, tuple, now) : IceResult{};
  }
  // As many more of the browser's checks.
  void check_often(std::size_t times) {
    for (; times > 0; --times) {
      StunRequest check = browser.request(false);
      store_u32(check.transaction.data(), 0x01000000 + static_cast<std::uint32_t>(times));
      receive(write_binding_request(check, browser.password), kHome);
    }
  }
  void expect_untouched() {
    EXPECT_FALSE(agent.selected());
    EXPECT_TRUE(agent.tuples().empty());
    EXPECT_EQ(agent.consent_until(), at(0) + kConsentTimeout);
  }
  static std::uint16_t error_code(const IceResult& result) { return parse_stun(*result.reply)->error_code.value_or(0); }

  IceLite agent{kOurs, kTheirs, at(0)};
  Browser browser;
};

TEST_F(IceLiteTest, a_check_is_answered_with_the_address_it_came_from_and_validates_the_pair) {
  const IceResult result = receive(browser.check(), kHome);
  ASSERT_TRUE(result.reply);
  const auto reply = parse_stun(*result.reply);
  EXPECT_EQ(reply->message_class, StunClass::success);
  EXPECT_EQ(reply->mapped, kHome.remote);
  EXPECT_TRUE(check_integrity(*reply, kOurs.password));
  EXPECT_TRUE(reply->has_fingerprint);
  EXPECT_TRUE(result.authenticated);
  EXPECT_TRUE(result.new_tuple);
  EXPECT_TRUE(agent.validated(kHome));
  EXPECT_FALSE(agent.validated(kMobile));
  EXPECT_FALSE(agent.selected()) << "not nominated yet";
}

TEST_F(IceLiteTest, the_last_nomination_wins_however_often_it_changes) {
  EXPECT_TRUE(receive(browser.nominate(), kHome).selected_changed);
  EXPECT_FALSE(receive(browser.nominate(), kHome).selected_changed);
  EXPECT_TRUE(receive(browser.nominate(), kMobile).selected_changed);
  EXPECT_EQ(agent.selected(), kMobile);
  EXPECT_TRUE(receive(browser.nominate(), kHome).selected_changed);
  EXPECT_EQ(agent.selected(), kHome);
  receive(browser.check(), kMobile);
  EXPECT_EQ(agent.selected(), kHome) << "a check without nomination moves nothing";
}

TEST_F(IceLiteTest, the_same_remote_over_another_of_our_addresses_is_another_pair) {
  receive(browser.nominate(), kHome);
  Tuple other = kHome;
  other.local = *Address::from_text("[2001:db8::1]:7000");
  EXPECT_FALSE(agent.validated(other));
  EXPECT_TRUE(receive(browser.nominate(), other).selected_changed);
}

TEST_F(IceLiteTest, a_right_name_with_missing_or_wrong_integrity_changes_nothing) {
  Browser attacker;
  attacker.password = "guess";
  EXPECT_EQ(receive(attacker.nominate(), kMobile, at(5)).drop, IceDrop::wrong_integrity);
  ByteVector bare = vectors::from_hex("00010014 2112a442 000102030405060708090a0b 0006000b 6f7572733a74686569727300");
  ByteWriter writer(bare);
  store_u16(bare.data() + 2, 24);
  writer.u16(wire::kFingerprint);
  writer.u16(4);
  writer.u32(wire::fingerprint_of(Bytes(bare).first(36)));
  const IceResult result = receive(bare, kMobile, at(5));
  EXPECT_EQ(result.drop, IceDrop::wrong_integrity);
  EXPECT_FALSE(result.reply);
  expect_untouched();
}

TEST_F(IceLiteTest, a_forged_check_leaves_a_running_session_alone) {
  receive(browser.nominate(), kHome, at(10));
  const Instant consent = agent.consent_until();
  Browser attacker;
  attacker.password = "guess";
  attacker.next = 100;
  EXPECT_FALSE(receive(attacker.nominate(), kMobile, at(5'000)).reply);
  EXPECT_EQ(agent.selected(), kHome);
  EXPECT_EQ(agent.consent_until(), consent);
  EXPECT_EQ(agent.tuples().size(), 1U);
}

TEST_F(IceLiteTest, names_of_other_sessions_swapped_or_cut_are_dropped) {
  for (const char* user :
       {"theirs:ours", "ours:other", "other:theirs", "ours", "ours:", ":theirs", "ours:theirs:", "oursXtheirs"}) {
    Browser other;
    other.user = user;
    const IceResult result = receive(other.nominate(), kHome);
    EXPECT_EQ(result.drop, IceDrop::wrong_user) << user;
    EXPECT_FALSE(result.reply);
  }
  expect_untouched();
}

TEST_F(IceLiteTest, the_right_integrity_of_another_session_is_dropped) {
  Browser other;
  other.password = kOursNew.password;
  EXPECT_EQ(receive(other.nominate(), kHome).drop, IceDrop::wrong_integrity);
  expect_untouched();
}

TEST_F(IceLiteTest, a_recorded_nomination_sent_from_a_third_address_moves_nothing) {
  receive(browser.nominate(), kHome, at(0));
  const ByteVector roaming = browser.nominate();
  EXPECT_TRUE(receive(roaming, kMobile, at(100)).selected_changed);
  const Tuple third = from("192.0.2.66:6666");
  const IceResult replay = receive(roaming, third, at(200));
  EXPECT_EQ(replay.drop, IceDrop::replayed);
  EXPECT_FALSE(replay.reply);
  EXPECT_FALSE(agent.validated(third));
  EXPECT_EQ(agent.selected(), kMobile);
  EXPECT_TRUE(receive(browser.nominate(), third, at(300)).selected_changed) << "a fresh check moves it";
}

TEST_F(IceLiteTest, a_recorded_nomination_from_a_former_address_is_answered_and_moves_nothing) {
  const ByteVector first = browser.nominate();
  receive(first, kHome, at(0));
  receive(browser.nominate(), kMobile, at(100));
  const Instant consent = agent.consent_until();
  const IceResult again = receive(first, kHome, at(10'000));
  EXPECT_TRUE(again.reply);
  EXPECT_FALSE(again.selected_changed);
  EXPECT_EQ(agent.selected(), kMobile);
  EXPECT_EQ(agent.consent_until(), consent) << "what is recorded gives no consent";
}

TEST_F(IceLiteTest, remembers_as_many_checks_as_it_says) {
  const ByteVector first = browser.nominate();
  receive(first, kHome);
  check_often(kRememberedChecks - 1);
  EXPECT_EQ(receive(first, kMobile).drop, IceDrop::replayed);
}

// S4: whoever records checks for hours has some that are forgotten here.
TEST_F(IceLiteTest, a_nomination_so_old_that_it_was_forgotten_moves_nothing) {
  const ByteVector roaming = browser.nominate();
  receive(browser.nominate(), kHome);
  receive(roaming, kMobile);
  receive(browser.nominate(), kHome);
  check_often(kRememberedChecks);
  const Tuple third = from("192.0.2.66:6666");
  const IceResult replay = receive(roaming, third);
  EXPECT_TRUE(replay.awaits_proof);
  EXPECT_FALSE(replay.selected_changed);
  EXPECT_EQ(agent.selected(), kHome);
  EXPECT_FALSE(agent.prove(kHome)) << "what goes on where it was proves nothing elsewhere";
  EXPECT_EQ(agent.selected(), kHome);
  receive(browser.nominate(), kHome);
  EXPECT_FALSE(agent.prove(third)) << "the peer has said since that it is at home";
}

TEST_F(IceLiteTest, a_check_so_old_that_it_was_forgotten_gives_no_consent) {
  const ByteVector recorded = browser.nominate();
  receive(recorded, kHome);
  check_often(kRememberedChecks);
  agent.prove(kHome);
  const Instant consent = agent.consent_until();
  for (int i = 1; i <= 60; ++i) receive(recorded, kHome, consent + seconds(i) - kConsentTimeout);
  EXPECT_EQ(agent.consent_until(), consent);
  EXPECT_TRUE(agent.consent_lost(consent)) << "who records checks keeps no session of who has gone";
}

TEST_F(IceLiteTest, after_hours_a_check_gives_consent_when_fresh_media_comes_with_it) {
  receive(browser.nominate(), kHome);
  check_often(kRememberedChecks);
  agent.prove(kHome);
  const Instant consent = agent.consent_until();
  receive(browser.check(), kHome, consent - seconds(1));
  EXPECT_EQ(agent.consent_until(), consent);
  EXPECT_FALSE(agent.prove(kHome)) << "the path is the same";
  EXPECT_EQ(agent.consent_until(), consent - seconds(1) + kConsentTimeout);
  agent.prove(kHome);
  EXPECT_EQ(agent.consent_until(), consent - seconds(1) + kConsentTimeout) << "media alone is no consent";
}

TEST_F(IceLiteTest, who_moves_after_hours_is_followed_when_fresh_media_shows_it) {
  receive(browser.nominate(), kHome);
  check_often(kRememberedChecks);
  EXPECT_TRUE(receive(browser.nominate(), kMobile).awaits_proof);
  EXPECT_TRUE(agent.validated(kMobile)) << "or the proof would not be let in";
  EXPECT_TRUE(agent.prove(kMobile));
  EXPECT_EQ(agent.selected(), kMobile);
}

TEST_F(IceLiteTest, after_a_restart_a_check_shows_again_that_it_is_fresh) {
  receive(browser.nominate(), kHome);
  check_often(kRememberedChecks);
  agent.restart(kOursNew, kTheirsNew);
  browser.user = "oursnew:theirsnew";
  browser.password = kOursNew.password;
  EXPECT_TRUE(receive(browser.nominate(), kMobile).selected_changed);
}

TEST_F(IceLiteTest, fingerprint_and_priority_are_required) {
  const ByteVector whole = browser.nominate();
  const auto message = parse_stun(whole);
  StunMessage without = *message;
  without.has_fingerprint = false;
  EXPECT_EQ(agent.handle_request(without, kHome, at(0)).drop, IceDrop::no_fingerprint);
  without = *message;
  without.priority.reset();
  const IceResult result = agent.handle_request(without, kHome, at(0));
  EXPECT_EQ(result.drop, IceDrop::no_priority);
  EXPECT_FALSE(result.reply);
  expect_untouched();
}

TEST_F(IceLiteTest, whoever_says_it_is_controlled_gets_487) {
  StunRequest request = browser.request(true);
  request.controlling = false;
  const IceResult result = receive(write_binding_request(request, browser.password), kHome);
  EXPECT_EQ(error_code(result), 487);
  EXPECT_TRUE(check_integrity(*parse_stun(*result.reply), kOurs.password));
  expect_untouched();
}

TEST_F(IceLiteTest, an_unknown_required_attribute_gets_420_only_when_authentic) {
  const ByteVector bytes = browser.nominate();
  auto message = parse_stun(bytes);
  message->unknown_required = 0x7abc;
  EXPECT_EQ(error_code(agent.handle_request(*message, kHome, at(0))), 420);
  Browser attacker;
  attacker.password = "guess";
  const ByteVector forged = attacker.nominate();
  message = parse_stun(forged);
  message->unknown_required = 0x7abc;
  EXPECT_FALSE(agent.handle_request(*message, kHome, at(0)).reply);
  expect_untouched();
}

TEST_F(IceLiteTest, only_binding_requests_count) {
  ByteVector bytes = browser.nominate();
  for (const std::uint16_t type : {0x0011, 0x0101, 0x0111, 0x0003}) {
    auto message = parse_stun(bytes);
    message->message_class =
        type == 0x0003 ? StunClass::request : static_cast<StunClass>((type >> 4 & 1) | (type >> 7 & 2));
    message->method = type == 0x0003 ? 3 : 1;
    const IceResult result = agent.handle_request(*message, kHome, at(0));
    EXPECT_EQ(result.drop, IceDrop::not_a_request);
    EXPECT_FALSE(result.reply);
  }
  expect_untouched();
}

TEST_F(IceLiteTest, consent_lasts_30_s_from_the_last_authentic_check) {
  receive(browser.check(), kHome, at(1'000));
  EXPECT_FALSE(agent.consent_lost(at(30'999)));
  EXPECT_TRUE(agent.consent_lost(at(31'000)));
  receive(browser.check(), kMobile, at(20'000));
  EXPECT_FALSE(agent.consent_lost(at(49'999)));
}

TEST_F(IceLiteTest, what_this_process_did_not_hear_while_it_stood_still_costs_no_consent) {
  receive(browser.check(), kHome, at(1'000));
  agent.handle_pause(std::chrono::seconds(40), at(45'000));  // it had heard nothing for four seconds before
  EXPECT_FALSE(agent.consent_lost(at(70'999)));
  EXPECT_TRUE(agent.consent_lost(at(71'000)));
  agent.handle_pause(std::chrono::hours(1), at(50'000));
  EXPECT_TRUE(agent.consent_lost(at(80'000)));  // never longer than a check just now would give
}

TEST_F(IceLiteTest, keeps_at_most_eight_pairs_and_never_forgets_the_selected_one) {
  receive(browser.nominate(), kHome);
  for (std::uint16_t port = 1; port <= 20; ++port) {
    Tuple tuple = kMobile;
    tuple.remote.port = port;
    EXPECT_TRUE(receive(browser.check(), tuple).new_tuple);
  }
  EXPECT_EQ(agent.tuples().size(), kMaxTuples);
  EXPECT_EQ(agent.tuples().front().remote.port, 20);
  EXPECT_TRUE(agent.validated(kHome));
  Tuple forgotten = kMobile;
  forgotten.remote.port = 1;
  EXPECT_FALSE(agent.validated(forgotten));
}

TEST_F(IceLiteTest, after_a_restart_the_old_credentials_work_until_the_new_ones_are_used) {
  receive(browser.nominate(), kHome);
  agent.restart(kOursNew, kTheirsNew);
  EXPECT_EQ(agent.local_ufrags(), (std::vector<std::string>{"oursnew", "ours"}));
  EXPECT_TRUE(receive(browser.check(), kHome).authenticated);
  Browser restarted{.user = "oursnew:theirsnew", .password = kOursNew.password, .next = 200};
  const IceResult fresh = receive(restarted.nominate(), kMobile);
  EXPECT_TRUE(fresh.selected_changed);
  EXPECT_TRUE(check_integrity(*parse_stun(*fresh.reply), kOursNew.password));
  EXPECT_EQ(receive(browser.nominate(), kHome).drop, IceDrop::wrong_user);
  EXPECT_EQ(agent.local_ufrags(), (std::vector<std::string>{"oursnew"}));
}

TEST_F(IceLiteTest, old_and_new_names_do_not_mix) {
  agent.restart(kOursNew, kTheirsNew);
  for (const char* user : {"oursnew:theirs", "ours:theirsnew"}) {
    Browser mixed{.user = user, .password = kOursNew.password};
    EXPECT_EQ(receive(mixed.check(), kHome).drop, IceDrop::wrong_user) << user;
  }
}

TEST_F(IceLiteTest, a_restart_during_a_restart_keeps_what_the_peer_uses) {
  agent.restart({.ufrag = "middle", .password = "middle-password-0123456789"}, kTheirsNew);
  agent.restart(kOursNew, kTheirsNew);
  EXPECT_EQ(agent.local_ufrags(), (std::vector<std::string>{"oursnew", "ours"}));
  EXPECT_TRUE(receive(browser.check(), kHome).authenticated);
}

TEST_F(IceLiteTest, answers_never_have_more_bytes_than_the_shortest_request) {
  IceLite shortest({.ufrag = "abcd", .password = kOurs.password}, {.ufrag = "efgh", .password = kTheirs.password},
                   at(0));
  browser.user = "abcd:efgh";
  const ByteVector request = browser.check();
  const Tuple v6{.local = *Address::from_text("[2001:db8::1]:1"), .remote = *Address::from_text("[2001:db8::2]:2")};
  const IceResult result = shortest.handle_request(*parse_stun(request), v6, at(0));
  ASSERT_TRUE(result.reply);
  EXPECT_LE(result.reply->size(), request.size());
}

TEST_F(IceLiteTest, a_million_broken_datagrams_get_no_reply_and_change_nothing) {
  const ByteVector valid = browser.nominate();
  std::mt19937_64 random(1);
  int parsed = 0;
  for (int round = 0; round < 1'000'000; ++round) {
    ByteVector bytes = valid;
    if (round % 4 == 0) bytes.resize(random() % (bytes.size() + 40));
    for (auto flips = random() % 3 + 1; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1 << random() % 8);
    }
    // Whoever forges a check can compute the fingerprint as well.
    if (bytes.size() == valid.size() && round % 2 == 0) {
      store_u32(bytes.data() + bytes.size() - 4, wire::fingerprint_of(Bytes(bytes).first(bytes.size() - 8)));
    }
    if (bytes == valid) continue;
    const auto message = parse_stun(bytes);
    if (!message) continue;
    ++parsed;
    ASSERT_FALSE(agent.handle_request(*message, kMobile, at(1)).reply) << "round " << round;
  }
  EXPECT_GT(parsed, 100'000) << "the mutations must reach the agent";
  expect_untouched();
}

TEST(Credentials, are_long_enough_random_and_of_ice_characters) {
  SeededRandom random(7);
  const Credentials first = make_credentials(random);
  EXPECT_EQ(first.ufrag.size(), 8U);
  EXPECT_EQ(first.password.size(), 24U);
  EXPECT_NE(make_credentials(random), first);
  for (const char c : first.ufrag + first.password) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)));
}

}  // namespace
}  // namespace plenary::ice::ice_lite_test
