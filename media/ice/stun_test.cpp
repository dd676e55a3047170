#include "media/ice/stun.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "media/ice/stun_vectors.h"
#include "media/ice/stun_wire.h"

namespace plenary::ice::stun_test {
namespace {

using vectors::kPassword;

StunFault fault_of(Bytes datagram) {
  StunFault fault{};
  EXPECT_FALSE(parse_stun(datagram, &fault));
  return fault;
}

// A binding request whose attributes the test writes itself.
class RawMessage {
 public:
  RawMessage() : bytes_(vectors::from_hex("00010000 2112a442 000102030405060708090a0b")) {}
  RawMessage& attribute(std::uint16_t type, Bytes value) {
    ByteWriter writer(bytes_);
    writer.u16(type);
    writer.u16(static_cast<std::uint16_t>(value.size()));
    writer.bytes(value);
    writer.zeros(wire::padded(value.size()) - value.size());
    return *this;
  }
  RawMessage& fingerprint() {
    set_length(8);
    std::array<std::uint8_t, 4> value{};
    store_u32(value.data(), wire::fingerprint_of(bytes_));
    return attribute(wire::kFingerprint, value);
  }
  ByteVector bytes() {
    set_length(0);
    return bytes_;
  }

 private:
  void set_length(std::size_t coming) {
    store_u16(bytes_.data() + 2, static_cast<std::uint16_t>(bytes_.size() + coming - wire::kHeaderBytes));
  }
  ByteVector bytes_;
};

TEST(Stun, reads_the_request_of_rfc_5769) {
  const ByteVector bytes = vectors::sample_request();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::request);
  EXPECT_EQ(message->method, 1);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->priority, 0x6e0001ffU);
  EXPECT_EQ(message->controlled, 0x932ff9b151263b36U);
  EXPECT_FALSE(message->controlling);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_FALSE(message->unknown_required);
  EXPECT_TRUE(check_integrity(*message, kPassword));
  EXPECT_FALSE(check_integrity(*message, "VOkJxbRl1RmTxUk/WvJxBT"));
}

TEST(Stun, reads_the_ipv4_response_of_rfc_5769) {
  const ByteVector bytes = vectors::sample_ipv4_response();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::success);
  EXPECT_EQ(message->mapped, Address::from_text("192.0.2.1:32853"));
  EXPECT_TRUE(check_integrity(*message, kPassword));
}

TEST(Stun, reads_the_ipv6_response_of_rfc_5769) {
  const ByteVector bytes = vectors::sample_ipv6_response();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->mapped, Address::from_text("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  EXPECT_TRUE(check_integrity(*message, kPassword));
}

TEST(Stun, reads_the_long_term_request_of_rfc_5769) {
  const ByteVector bytes = vectors::sample_long_term_request();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->username, "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9");
  EXPECT_FALSE(message->has_fingerprint);
  // MD5 of "user:realm:password" (RFC 8489 §9.2.2)
  const ByteVector key = vectors::from_hex("e8ca7ad59d5eb0518e312911d2dab2a9");
  EXPECT_TRUE(check_integrity(*message, as_text(key)));
}

TEST(Stun, a_written_request_is_read_back) {
  StunRequest request{.transaction = {1, 2, 3}, .username = "abcd:efghi", .priority = 7, .tie_breaker = 9};
  request.use_candidate = true;
  const ByteVector bytes = write_binding_request(request, "secret");
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::request);
  EXPECT_EQ(message->transaction, request.transaction);
  EXPECT_EQ(message->username, request.username);
  EXPECT_EQ(message->priority, 7U);
  EXPECT_EQ(message->controlling, 9U);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(check_integrity(*message, "secret"));
}

TEST(Stun, written_answers_carry_the_address_of_either_version) {
  for (const char* text : {"203.0.113.9:5004", "[2001:db8::77]:65535"}) {
    const ByteVector bytes = write_binding_success({9, 8, 7}, *Address::from_text(text), "secret");
    const auto message = parse_stun(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_class, StunClass::success);
    EXPECT_EQ(message->mapped->text(), text);
    EXPECT_TRUE(check_integrity(*message, "secret"));
  }
}

TEST(Stun, a_written_error_names_its_code_and_the_unknown_attribute) {
  const ByteVector bytes = write_binding_error({1}, 420, "Unknown Attribute", "secret", 0x7fff);
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::error);
  EXPECT_EQ(message->error_code, 420);
  const ByteVector list = vectors::from_hex("000a0002 7fff0000");
  EXPECT_NE(std::search(bytes.begin(), bytes.end(), list.begin(), list.end()), bytes.end());
  EXPECT_TRUE(check_integrity(*message, "secret"));
}

TEST(Stun, tells_the_four_classes_apart) {
  ByteVector bytes = RawMessage().bytes();
  const std::array<std::pair<std::uint16_t, StunClass>, 4> types = {{{0x0001, StunClass::request},
                                                                     {0x0011, StunClass::indication},
                                                                     {0x0101, StunClass::success},
                                                                     {0x0111, StunClass::error}}};
  for (const auto& [type, expected] : types) {
    store_u16(bytes.data(), type);
    EXPECT_EQ(parse_stun(bytes)->message_class, expected);
    EXPECT_EQ(parse_stun(bytes)->method, 1);
  }
  store_u16(bytes.data(), 0x3EEF);
  EXPECT_EQ(parse_stun(bytes)->method, 0xFFF);
}

TEST(Stun, every_truncation_is_refused) {
  for (const ByteVector& bytes : {vectors::sample_request(), vectors::sample_ipv4_response(),
                                  vectors::sample_ipv6_response(), vectors::sample_long_term_request()}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parse_stun(Bytes(bytes).first(size))) << size;
  }
}

TEST(Stun, every_flipped_bit_is_noticed_by_fingerprint_or_integrity) {
  const ByteVector original = vectors::sample_request();
  for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
    ByteVector bytes = original;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto message = parse_stun(bytes);
    // Without its type the fingerprint is an unknown attribute behind the integrity: not there.
    EXPECT_FALSE(message && message->has_fingerprint && check_integrity(*message, kPassword)) << "bit " << bit;
  }
}

TEST(Stun, a_wrong_cookie_length_or_type_is_refused_by_name) {
  ByteVector cookie = vectors::sample_request();
  cookie[4] ^= 1;
  EXPECT_EQ(fault_of(cookie), StunFault::cookie);
  ByteVector longer = vectors::sample_request();
  longer.push_back(0);
  EXPECT_EQ(fault_of(longer), StunFault::length);
  ByteVector odd = vectors::sample_request();
  odd[3] += 1;
  EXPECT_EQ(fault_of(odd), StunFault::length);
  ByteVector rtp = vectors::sample_request();
  rtp[0] = 0x80;
  EXPECT_EQ(fault_of(rtp), StunFault::not_stun);
  EXPECT_FALSE(looks_like_stun(rtp));
  EXPECT_EQ(fault_of({}), StunFault::too_short);
}

TEST(Stun, an_attribute_that_ends_outside_the_message_is_refused) {
  ByteVector bytes = RawMessage().attribute(wire::kUsername, as_bytes("abcd")).bytes();
  store_u16(bytes.data() + 22, 5);
  EXPECT_EQ(fault_of(bytes), StunFault::attribute_cut);
  store_u16(bytes.data() + 22, 0xFFFF);
  EXPECT_EQ(fault_of(bytes), StunFault::attribute_cut);
}

TEST(Stun, attributes_of_a_wrong_size_are_refused) {
  const ByteVector three(3);
  for (const std::uint16_t type :
       {wire::kMessageIntegrity, wire::kPriority, wire::kUseCandidate, wire::kXorMappedAddress, wire::kErrorCode,
        wire::kIceControlled, wire::kIceControlling, wire::kFingerprint}) {
    EXPECT_EQ(fault_of(RawMessage().attribute(type, three).bytes()), StunFault::attribute_cut) << type;
  }
  const ByteVector long_name(509, 'a');
  EXPECT_EQ(fault_of(RawMessage().attribute(wire::kUsername, long_name).bytes()), StunFault::attribute_cut);
}

TEST(Stun, more_attributes_than_the_cap_are_refused) {
  RawMessage message;
  for (std::size_t i = 0; i < kMaxStunAttributes; ++i) message.attribute(0x8022, {});
  EXPECT_TRUE(parse_stun(message.bytes()));
  message.attribute(0x8022, {});
  EXPECT_EQ(fault_of(message.bytes()), StunFault::too_many_attributes);
  for (std::size_t i = 0; i < 1'000; ++i) message.attribute(0x8022, {});
  EXPECT_EQ(fault_of(message.bytes()), StunFault::too_many_attributes);
}

TEST(Stun, a_fingerprint_must_be_right_and_last) {
  EXPECT_TRUE(parse_stun(RawMessage().fingerprint().bytes())->has_fingerprint);
  EXPECT_EQ(fault_of(RawMessage().attribute(wire::kFingerprint, ByteVector(4)).bytes()), StunFault::fingerprint_wrong);
  // Its value is right for the length that the message has with what follows.
  RawMessage early;
  const ByteVector value = vectors::from_hex("00000000");
  ByteVector bytes = early.attribute(wire::kFingerprint, value).attribute(0x8022, value).bytes();
  store_u32(bytes.data() + 24, wire::fingerprint_of(Bytes(bytes).first(20)));
  EXPECT_EQ(fault_of(bytes), StunFault::fingerprint_not_last);
}

TEST(Stun, the_first_unknown_required_attribute_is_named_and_optional_ones_are_not) {
  EXPECT_FALSE(parse_stun(RawMessage().attribute(0x8fff, {}).bytes())->unknown_required);
  EXPECT_EQ(parse_stun(RawMessage().attribute(0x7fff, {}).attribute(0x0031, {}).bytes())->unknown_required, 0x7fff);
}

TEST(Stun, an_attribute_counts_at_its_first_appearance) {
  const ByteVector bytes =
      RawMessage().attribute(wire::kUsername, as_bytes("first")).attribute(wire::kUsername, as_bytes("second")).bytes();
  EXPECT_EQ(parse_stun(bytes)->username, "first");
}

TEST(Stun, what_follows_the_integrity_is_ignored) {
  const ByteVector bytes = RawMessage()
                               .attribute(wire::kMessageIntegrity, ByteVector(20))
                               .attribute(wire::kUsername, as_bytes("late"))
                               .attribute(wire::kUseCandidate, {})
                               .bytes();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->username.empty());
  EXPECT_FALSE(message->use_candidate);
}

TEST(Stun, random_bytes_and_mutations_of_the_corpus_never_do_harm) {
  const std::filesystem::path corpus = std::filesystem::path(PLENARY_SOURCE_DIR) / "../shared/corpora/stun";
  if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "no corpora/stun beside the repository";
  std::mt19937_64 random(5769);
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
    if (!entry.is_regular_file() || entry.file_size() > 4'096) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const ByteVector seed{std::istreambuf_iterator<char>(file), {}};
    (void)parse_stun(seed);
    for (std::size_t size = 0; size < seed.size(); ++size) (void)parse_stun(Bytes(seed).first(size));
    for (int round = 0; round < 2'000 && !seed.empty(); ++round) {
      ByteVector bytes = seed;
      for (auto flips = random() % 4 + 1; flips > 0; --flips) {
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      }
      const auto message = parse_stun(bytes);
      EXPECT_FALSE(message && check_integrity(*message, "nobody's"));
    }
    ++read;
  }
  EXPECT_GT(read, 10U);
}

}  // namespace
}  // namespace plenary::ice::stun_test
