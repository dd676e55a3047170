#include "media/rtp/packet.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::packet_test {
namespace {

// V=2, X, one CSRC; M, PT 96; extensions: id 1 "0", id 3 three bytes; payload 4 bytes.
const ByteVector kWithExtensions = {0x91, 0xe0, 0x12, 0x34, 0, 0,    0,    9,    0xca, 0xfe, 0xba,
                                    0xbe, 1,    2,    3,    4, 0xbe, 0xde, 0,    2,    0x10, '0',
                                    0,    0x32, 7,    8,    9, 0,    0xde, 0xad, 0xbe, 0xef};

ByteVector header(std::uint8_t first) { return {first, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}; }

RtpFault fault_of(const ByteVector& bytes) {
  RtpFault fault = RtpFault::too_long;
  EXPECT_FALSE(parse_packet(bytes, &fault));
  return fault;
}

TEST(PacketTest, reads_every_field_of_the_header) {
  const auto packet = parse_packet(kWithExtensions);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 96);
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 9u);
  EXPECT_EQ(packet->ssrc, 0xcafebabe);
  EXPECT_EQ(packet->extension_profile, 0xbede);
  EXPECT_EQ(packet->padding, 0);
  EXPECT_EQ(ByteVector(packet->payload.begin(), packet->payload.end()), (ByteVector{0xde, 0xad, 0xbe, 0xef}));
}

TEST(PacketTest, finds_one_byte_extensions_over_padding_between_them) {
  const auto packet = parse_packet(kWithExtensions);
  ASSERT_TRUE(packet);
  const auto mid = find_extension(*packet, 1);
  ASSERT_TRUE(mid);
  EXPECT_EQ(as_text(*mid), "0");
  const auto time = find_extension(*packet, 3);
  ASSERT_TRUE(time);
  EXPECT_EQ(time->size(), 3u);
  EXPECT_FALSE(find_extension(*packet, 2));
  EXPECT_FALSE(find_extension(*packet, 0));
}

TEST(PacketTest, finds_two_byte_extensions_even_empty_ones) {
  ByteVector bytes = header(0x90);
  bytes.insert(bytes.end(), {0x10, 0x05, 0, 2, 20, 0, 0, 21, 2, 5, 6, 0, 0xaa});
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  ASSERT_TRUE(find_extension(*packet, 20));
  EXPECT_TRUE(find_extension(*packet, 20)->empty());
  ASSERT_TRUE(find_extension(*packet, 21));
  EXPECT_EQ(find_extension(*packet, 21)->back(), 6);
}

TEST(PacketTest, stops_at_id_15_and_at_an_element_that_is_cut) {
  ByteVector reserved = header(0x90);
  reserved.insert(reserved.end(), {0xbe, 0xde, 0, 1, 0xf0, 0, 0x10, 'x', 0xaa});
  EXPECT_FALSE(find_extension(*parse_packet(reserved), 1));
  ByteVector cut = header(0x90);
  cut.insert(cut.end(), {0xbe, 0xde, 0, 1, 0x1f, 1, 2, 3, 0xaa});
  EXPECT_FALSE(find_extension(*parse_packet(cut), 1));
}

TEST(PacketTest, removes_padding_and_keeps_a_probe_of_padding_only) {
  ByteVector bytes = header(0xa0);
  bytes.insert(bytes.end(), {7, 7, 0, 0, 3});
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload.size(), 2u);
  EXPECT_EQ(packet->padding, 3);
  ByteVector probe = header(0xa0);
  probe.insert(probe.end(), {0, 0, 0, 4});
  ASSERT_TRUE(parse_packet(probe));
  EXPECT_TRUE(parse_packet(probe)->payload.empty());
}

TEST(PacketTest, names_the_reason_for_each_refusal) {
  EXPECT_EQ(fault_of(ByteVector(11, 0x80)), RtpFault::too_short);
  EXPECT_EQ(fault_of(ByteVector(1'501, 0x80)), RtpFault::too_long);
  EXPECT_EQ(fault_of(header(0x40)), RtpFault::version);
  EXPECT_EQ(fault_of(header(0x8f)), RtpFault::csrc_cut);
  EXPECT_EQ(fault_of(header(0x90)), RtpFault::extension_cut);
  ByteVector long_extension = header(0x90);
  long_extension.insert(long_extension.end(), {0xbe, 0xde, 0xff, 0xff, 1, 2, 3, 4});
  EXPECT_EQ(fault_of(long_extension), RtpFault::extension_cut);
  EXPECT_EQ(fault_of(header(0x80)), RtpFault::empty_payload);
  EXPECT_EQ(fault_of(header(0xa0)), RtpFault::padding);
  for (const std::uint8_t padding : {0, 3, 255}) {
    ByteVector padded = header(0xa0);
    padded.insert(padded.end(), {1, padding});
    EXPECT_EQ(fault_of(padded), RtpFault::padding) << int{padding};
  }
}

TEST(PacketTest, tells_rtcp_by_its_second_byte) {
  EXPECT_FALSE(is_rtcp(ByteVector{0x80}));
  EXPECT_FALSE(is_rtcp(ByteVector{0x80, 191}));
  EXPECT_TRUE(is_rtcp(ByteVector{0x80, 192}));
  EXPECT_TRUE(is_rtcp(ByteVector{0x80, 223}));
  EXPECT_FALSE(is_rtcp(ByteVector{0x80, 224}));
}

TEST(SequenceTest, newer_goes_round_the_circle) {
  EXPECT_TRUE(newer(1, 0));
  EXPECT_TRUE(newer(0, 65535));
  EXPECT_FALSE(newer(65535, 0));
  EXPECT_FALSE(newer(5, 5));
}

TEST(SequenceTest, unwrapping_survives_the_wrap_and_reordering_across_it) {
  SequenceUnwrapper unwrapper;
  const std::uint64_t first = unwrapper.unwrap(65'534);
  EXPECT_GT(first, 65'536u);
  EXPECT_EQ(unwrapper.unwrap(1), first + 3);
  EXPECT_EQ(unwrapper.unwrap(65'535), first + 1);
  EXPECT_EQ(unwrapper.unwrap(0), first + 2);
  EXPECT_EQ(unwrapper.unwrap(2), first + 4);
}

TEST(SequenceTest, what_came_before_the_first_packet_is_still_positive) {
  SequenceUnwrapper unwrapper;
  const std::uint64_t first = unwrapper.unwrap(0);
  EXPECT_EQ(unwrapper.unwrap(65'535), first - 1);
}

void survive(const ByteVector& bytes) {
  const auto packet = parse_packet(bytes);
  if (!packet) return;
  ASSERT_LE(packet->payload.size() + packet->padding + packet->extensions.size() + kMinHeader, bytes.size());
  for (unsigned id = 0; id < 256; ++id) {
    const auto value = find_extension(*packet, static_cast<std::uint8_t>(id));
    if (value) {
      ASSERT_LE(value->size(), packet->extensions.size());
    }
  }
}

TEST(HostileRtpTest, every_length_up_to_64_with_every_first_byte_is_harmless) {
  for (unsigned first = 0; first < 256; ++first) {
    for (std::size_t length = 0; length <= 64; ++length) {
      ByteVector bytes(length, 0xff);
      if (length > 0) bytes[0] = static_cast<std::uint8_t>(first);
      survive(bytes);
    }
  }
}

TEST(HostileRtpTest, truncations_and_mutations_are_harmless) {
  SeededRandom random(1);
  for_each_truncation(kWithExtensions, survive);
  for (int i = 0; i < 100'000; ++i) survive(mutate(kWithExtensions, random));
}

TEST(HostileRtpTest, packets_that_crashed_others_are_harmless) {
  for (const char* folder : {"rtp", "rtcp", "crashes"}) {
    const auto files = read_corpus(folder);
    if (files.empty()) GTEST_SKIP() << "no folder " << folder << " in PLENARY_CORPORA";
    SeededRandom random(2);
    for (const ByteVector& file : files) {
      for_each_truncation(file, survive);
      for (int i = 0; i < 100; ++i) survive(mutate(file, random));
    }
  }
}

}  // namespace
}  // namespace plenary::rtp::packet_test
